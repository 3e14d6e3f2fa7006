// SPDX-License-Identifier: Apache-2.0
// `dmar vm`: an unmodified Linux in QEMU, with the Verilated RTL as its remapping unit.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <memory>
#include <optional>

#include "acpi/dmar_table.hpp"
#include "acpi/madt.hpp"
#include "backend.hpp"
#include "bench/registry.hpp"
#include "command.hpp"
#include "cosim/error.hpp"
#include "delivery.hpp"
#include "standard_streams.hpp"
#include "stop_signals.hpp"
#include "vm_guest.hpp"
#include "vm_options.hpp"
#include "vm_progress.hpp"
#include "vm_result.hpp"
#include "vm_summary.hpp"
#include "work_folder.hpp"

namespace dmar::sim {

namespace {

constexpr std::chrono::seconds kDefaultTimeout{900};

void add_tables(cosim::MachineOptions &machine, const Config &config, bool remap_interrupts) {
  acpi::Drhd unit{.register_base = cosim::place::kRegisters, .include_pci_all = true};
  if (remap_interrupts) {
    unit.scopes.push_back({.type = acpi::Scope::Type::kIoapic,
                           .enumeration_id = 0,
                           .start_bus = cosim::place::kIoapicSource.raw() >> 8,
                           .path = {{.device = 0, .function = 0}}});
    machine.madt_table =
        acpi::to_bytes(acpi::Madt{.cpus = 1, .ioapic_address = cosim::place::kIoapic});
  }
  machine.dmar_table =
      acpi::to_bytes(acpi::DmarTable{.host_address_width = config.host_address_width,
                                     .interrupt_remapping = remap_interrupts,
                                     .units = {unit}});
}

cosim::MachineOptions machine_options(const VmOptions &options, const VmGuest &guest,
                                      const Config &config) {
  const bool linux_guest = guest.kind != GuestKind::kBareMetal;
  cosim::MachineOptions machine{.qemu = options.qemu,
                                .cpu = options.cpu,
                                .megabytes = options.memory,
                                .kernel = guest.image,
                                .initrd = guest.initrd,
                                .append = guest.command_line,
                                .disks = guest.disks,
                                .bridge = options.bridge,
                                .bare_metal = !linux_guest,
                                .remap_interrupts = linux_guest && !options.no_intremap,
                                .qemu_arguments = options.qemu_arguments,
                                .interactive = options.interactive,
                                .echo_console = options.console,
                                .keep_going = options.keep_going || options.interactive,
                                .wave = wave_of(options)};
  if (machine.cpu.empty()) machine.cpu = linux_guest ? "qemu64" : "max";
  if (!options.record.empty()) machine.record = options.record;
  if (linux_guest) add_tables(machine, config, machine.remap_interrupts);
  return machine;
}

cosim::Lockstep::MakeRtl make_rtl(const VmOptions &options) {
  return [&options](MemoryBus &memory) {
    const bench::MemoryTiming timing{.min_latency = options.memory_latency,
                                     .max_latency = options.memory_latency,
                                     .reorder = options.memory_reorder};
    return bench::make_rtl(config_of(options), {.seed = options.seed,
                                                .dma_memory = timing,
                                                .table_memory = timing,
                                                .host_memory = &memory});
  };
}

std::optional<std::chrono::seconds> time_limit(const VmOptions &options) {
  if (options.timeout && *options.timeout != 0) return std::chrono::seconds(*options.timeout);
  if (options.timeout || options.interactive) return std::nullopt;
  return kDefaultTimeout;
}

VmResult run_machine(const VmOptions &options, const VmGuest &guest, const StopSignals &stop) {
  VmResult result{.options = options, .kind = guest.kind, .kernel = guest.name};
  cosim::Machine machine(machine_options(options, guest, config_named(config_of(options))),
                         make_rtl(options));
  VmProgress progress(!options.quiet && !options.interactive && !options.console);
  result.end = machine.run(time_limit(options), stop.descriptor(), [&] {
    progress.at(machine.unit().statistics(), machine.unit().differences().count);
  });
  progress.clear();
  result.statistics = machine.unit().statistics();
  result.differences = machine.unit().differences();
  result.qemu_version = machine.qemu_version();
  result.qemu_messages = machine.qemu_messages();
  result.device_errors = machine.device_errors();
  result.console = guest::read_console(machine.console().text());
  result.wave_missed = !options.wave.empty() && !machine.wave().started();
  result.wave_error = machine.wave().error();
  if (machine.recorder() != nullptr) result.recorded_events = machine.recorder()->events();
  result.console_text = machine.console().text();
  if (guest.kind == GuestKind::kSelfTest && result.end.why == cosim::MachineEnd::Why::kGuest &&
      result.console.panic.empty()) {
    result.disk_checks = check_disks(guest, machine.console().text());
  }
  return result;
}

int run(const VmOptions &options) {
  check_vm_options(options);
  const StopSignals stop;
  const WorkFolder folder;
  try {
    const VmGuest guest = make_guest(options, folder);
    const VmResult result = run_machine(options, guest, stop);
    const std::string failed = vm_failure_text(result);
    Delivery delivery;
    delivery.write(options.console_log, [&result] { return result.console_text; });
    delivery.write(options.json, [&result] { return vm_json_text(result); });
    if (!options.quiet) put_output(vm_summary_text(result));
    put_error(failed);
    if (!result.wave_error.empty()) delivery.failed(result.wave_error);
    return delivery.status(failed.empty() ? kSuccess : kMismatch);
  } catch (const cosim::CosimError &error) {
    throw UsageError(error.what());
  } catch (const guest::GuestError &error) {
    throw UsageError(error.what());
  }
}

}  // namespace

void add_vm(CLI::App &app, int &status) {
  auto options = std::make_shared<VmOptions>();
  CLI::App *command = app.add_subcommand(
      "vm",
      "Boot an unmodified Linux in QEMU with the RTL as its remapping unit and check every\n"
      "request, interrupt and register access with the golden model. Without options the\n"
      "guest tests its disk, provokes faults and powers off");
  add_vm_options(*command, *options);
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace dmar::sim
