// SPDX-License-Identifier: Apache-2.0
// See vm_run.hpp.
#include "vm_run.hpp"

#include <fmt/core.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend.hpp"
#include "bench/registry.hpp"
#include "delivery.hpp"
#include "standard_streams.hpp"
#include "vm_progress.hpp"
#include "vm_report.hpp"
#include "vm_reserved.hpp"
#include "vm_summary.hpp"
#include "vm_tables.hpp"
#include "vm_units.hpp"

namespace dmar::sim {

namespace {

constexpr std::chrono::seconds kDefaultTimeout{900};

// The segment has a unit of its own, behind the others.
void add_segment(cosim::MachineOptions &machine, const VmOptions &options, const VmGuest &guest) {
  using Kind = cosim::SriovOptions::Kind;
  if (options.ats) {
    machine.ats = cosim::AtsOptions{.disk = guest.ats_disk};
  } else {
    machine.sriov = {.kind = options.sriov == "edu" ? Kind::kEdu : Kind::kNetwork,
                     .behind_port = options.ari};
  }
  const auto number = static_cast<std::uint32_t>(machine.units.size());
  machine.units.push_back(
      {.registers = cosim::place::kRegisters + number * cosim::place::kRegisterPage,
       .segment = cosim::place::kOwnSegment,
       .ioapic = false});
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
                                .networks = guest.networks,
                                .bridge = options.bridge,
                                .bare_metal = !linux_guest,
                                .remap_interrupts = linux_guest && !options.no_intremap,
                                .qemu_arguments = options.qemu_arguments,
                                .interactive = options.interactive,
                                .echo_console = options.console,
                                .keep_going = options.keep_going || options.interactive,
                                .wave = wave_of(options)};
  const auto attach = cosim::attach_named(options.attach);
  machine.attach = attach ? *attach : cosim::choose_attach(options.qemu);
  if (machine.cpu.empty()) machine.cpu = linux_guest ? "qemu64" : "max";
  if (!options.record.empty()) machine.record = options.record;
  if (!options.capture.empty()) machine.capture = options.capture;
  const auto share = guest.kind == GuestKind::kMachines ? units_by_machine : units_in_turn;
  machine.units = share(placements(machine), options.units);
  if (own_segment(options)) add_segment(machine, options, guest);
  if (linux_guest) add_tables(machine, config, options.rmrr);
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

// "dmar-phase: NAME" names the stretch of time that begins; "" ends it.
std::optional<std::string_view> phase_of(std::string_view line) {
  constexpr std::string_view kMark = "dmar-phase: ";
  const std::string_view message = guest::message_of(line);
  if (!message.starts_with(kMark)) return std::nullopt;
  const std::string_view name = message.substr(kMark.size());
  return name == "none" ? "" : name;
}

// What is worth a mark on the timeline: a stretch of time, an attack, a check that failed.
std::optional<std::string> mark_of(std::string_view line) {
  if (const auto phase = phase_of(line)) {
    return phase->empty() ? std::string("end of the stretch") : std::string(*phase);
  }
  const std::string_view message = guest::message_of(line);
  constexpr std::string_view kAttack = "dmar-info: ";
  constexpr std::string_view kCheck = "dmar-check: FAIL ";
  if (message.starts_with("dmar-info: attack: ")) {
    return std::string(message.substr(kAttack.size()));
  }
  if (message.starts_with(kCheck)) return fmt::format("failed: {}", message.substr(kCheck.size()));
  return std::nullopt;
}

// Functions of the segment learn from software where they are.
std::string segment_name(const cosim::Machine &machine, const std::vector<cosim::UnitPlan> &plans,
                         unsigned unit, SourceId source) {
  if (machine.segment() == nullptr) return "";
  if (plans.at(unit).segment != cosim::place::kOwnSegment) return "";
  for (const cosim::Segment::Function &function : machine.segment()->functions()) {
    if (function.device->routing_id() == source) return function.name;
  }
  return "";
}

// From here on the machine is not asked any more.
void keep_names(const std::vector<FunctionResult> &functions, report::Names &names) {
  names.others = nullptr;
  for (const FunctionResult &function : functions) {
    names.functions[{static_cast<unsigned>(function.unit), function.source.raw()}] = function.name;
  }
}

// The observers of all units. The machine has done nothing yet.
void observe(cosim::Machine &machine, const std::vector<cosim::UnitPlan> &plans,
             Reporting &reporting) {
  report::Names &names = reporting.names();
  for (std::size_t i = 0; i < machine.functions().count(); ++i) {
    const cosim::Placement &placement = machine.functions().at(i).placement;
    const auto unit =
        static_cast<unsigned>(cosim::unit_of(plans, placement.segment, placement.source));
    names.functions[{unit, placement.source.raw()}] = placement.name;
  }
  names.others = [&machine, &plans](unsigned unit, SourceId source) {
    return segment_name(machine, plans, unit, source);
  };
  for (unsigned i = 0; i < machine.unit_count(); ++i) {
    names.units.push_back(machine.unit(i).name());
    names.functions[{i, cosim::place::kIoapicSource.raw()}] = "I/O APIC";
    if (report::UnitObserver *observer = reporting.observer(i)) {
      machine.unit(i).lockstep().observe(*observer);
    }
  }
}

void mark(cosim::Machine &machine, const std::string &name) {
  for (std::size_t i = 0; i < machine.unit_count(); ++i) machine.unit(i).lockstep().mark(name);
}

void begin_phase(cosim::Machine &machine, std::string_view name) {
  for (std::size_t i = 0; i < machine.unit_count(); ++i) {
    machine.unit(i).lockstep().phase(std::string(name));
  }
}

cosim::Statistics statistics_so_far(cosim::Machine &machine) {
  cosim::Statistics total;
  for (std::size_t i = 0; i < machine.unit_count(); ++i) {
    add(total, machine.unit(i).lockstep().statistics(), i);
  }
  return total;
}

std::uint64_t mismatches_so_far(cosim::Machine &machine) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < machine.unit_count(); ++i) {
    count += machine.unit(i).lockstep().differences().count;
  }
  return count;
}

std::vector<UnitResult> units_of(cosim::Machine &machine, const VmOptions &options) {
  std::vector<UnitResult> out;
  for (std::size_t i = 0; i < machine.unit_count(); ++i) {
    const cosim::MachineUnit &unit = machine.unit(i);
    UnitResult result{.name = unit.name(),
                      .plan = unit.plan(),
                      .statistics = unit.lockstep().statistics(),
                      .traffic = unit.lockstep().traffic(),
                      .differences = unit.lockstep().differences()};
    if (unit.recorder() != nullptr) {
      result.record = cosim::file_of_unit(options.record, i).string();
      result.recorded_events = unit.recorder()->events();
    }
    out.push_back(std::move(result));
  }
  return out;
}

// Each unit has a moment of its own; one wave is enough.
void add_waves(cosim::Machine &machine, VmResult &result) {
  result.wave_missed = !result.options.wave.empty();
  for (std::size_t i = 0; i < machine.unit_count(); ++i) {
    const cosim::WaveTrigger &wave = machine.unit(i).wave();
    if (wave.started()) result.wave_missed = false;
    if (result.wave_error.empty()) result.wave_error = wave.error();
  }
}

std::vector<FunctionResult> functions_of(const cosim::Machine &machine,
                                         const std::vector<cosim::UnitPlan> &units) {
  std::vector<FunctionResult> out;
  for (std::size_t i = 0; i < machine.functions().count(); ++i) {
    const cosim::Functions::Function &function = machine.functions().at(i);
    out.push_back(
        {.name = function.placement.name,
         .source = function.placement.source,
         .unit = cosim::unit_of(units, function.placement.segment, function.placement.source),
         .function_resets = function.device->function_resets(),
         .power_resets = function.device->power_resets()});
  }
  if (machine.segment() == nullptr) return out;
  for (const cosim::Segment::Function &function : machine.segment()->functions()) {
    out.push_back(
        {.name = function.name,
         .source = function.device->routing_id(),
         .unit = cosim::unit_of(units, cosim::place::kOwnSegment, function.device->routing_id()),
         .function_resets = function.device->function_resets(),
         .power_resets = function.device->power_resets()});
  }
  return out;
}

}  // namespace

VmResult run_machine(const VmOptions &options, const VmGuest &guest, const StopSignals &stop,
                     Reporting &reporting, const std::function<void(std::string_view)> &on_line) {
  VmResult result{.options = options, .kind = guest.kind, .kernel = guest.name};
  const cosim::MachineOptions made =
      machine_options(options, guest, config_named(config_of(options)));
  cosim::Machine machine(made, make_rtl(options));
  ReservedChecks reserved(options.rmrr ? placements(made) : std::vector<cosim::Placement>{});
  VmProgress progress(!options.quiet && !options.interactive && !options.console);
  observe(machine, made.units, reporting);
  machine.observe_console([&](std::string_view line) {
    if (const auto name = mark_of(line)) mark(machine, *name);
    if (const auto phase = phase_of(line)) begin_phase(machine, *phase);
    reserved.line(line, machine);
    if (!on_line) return;
    progress.clear();
    on_line(line);
  });
  result.end = machine.run(time_limit(options), stop.descriptor(), [&] {
    progress.at(statistics_so_far(machine), mismatches_so_far(machine));
  });
  progress.clear();
  result.units = units_of(machine, options);
  result.functions = functions_of(machine, made.units);
  if (machine.segment() != nullptr) result.device_tlbs = machine.segment()->device_tlb_use();
  keep_names(result.functions, reporting.names());
  result.qemu_version = machine.qemu_version();
  result.attach = made.attach;
  result.qemu_messages = machine.qemu_messages();
  result.device_errors = machine.device_errors();
  result.forgotten_interrupts = machine.forgotten_interrupts();
  result.console = guest::read_console(machine.console().text());
  add_waves(machine, result);
  result.console_text = machine.console().text();
  const bool ours = guest.kind == GuestKind::kSelfTest || guest.kind == GuestKind::kMachines;
  if (ours && result.end.why == cosim::MachineEnd::Why::kGuest && result.console.panic.empty()) {
    result.disk_checks = check_disks(guest, machine.console().text());
    for (const guest::Check &check : reserved.take()) result.disk_checks.push_back(check);
  }
  return result;
}

int deliver(const VmResult &result, Reporting &reporting) {
  const VmOptions &options = result.options;
  const std::string failed = vm_failure_text(result);
  Delivery delivery;
  delivery.write(options.console_log, [&result] { return result.console_text; });
  delivery.write(options.json, [&result] { return vm_json_text(result); });
  reporting.deliver(delivery,
                    {{"command", command_of(result)},
                     {"version", DMAR_VERSION},
                     {"kernel", result.kernel},
                     {"configuration", config_of(options)}},
                    [&result] { return vm_page(result); });
  if (!options.quiet) put_output(vm_summary_text(result));
  put_error(failed);
  if (!result.wave_error.empty()) delivery.failed(result.wave_error);
  return delivery.status(failed.empty() ? kSuccess : kMismatch);
}

}  // namespace dmar::sim
