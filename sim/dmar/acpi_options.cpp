// SPDX-License-Identifier: Apache-2.0
// See acpi_options.hpp.
#include "acpi_options.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <string>

#include "option_kinds.hpp"
#include "usage_error.hpp"

namespace dmar::sim {

namespace {

constexpr unsigned kMaxCpus = 255;
constexpr const char *kDmar = "DMAR table";
constexpr const char *kMadt = "Table of interrupt controllers";
constexpr const char *kHeader = "Header of either";

CLI::Option *add_list(CLI::App &command, const char *name, std::vector<std::string> &texts,
                      const char *type, const char *help) {
  return command.add_option(name, texts, help)
      ->type_name(type)
      ->allow_extra_args(false)
      ->group(kDmar);
}

void add_dmar(CLI::App &command, AcpiOptions &options) {
  command
      .add_option("--config", options.config,
                  "Unit that gives address width and interrupt remapping, see `dmar configs`")
      ->type_name("NAME")
      ->capture_default_str()
      ->group(kDmar);
  command.add_option("--width", options.width, "Host address width instead of the unit's")
      ->transform(whole_number(0, kMaxUnsigned))
      ->type_name("BITS")
      ->group(kDmar);
  add_list(command, "--unit", options.units, "UNIT",
           "A unit: BASE[,segment=N][,size=PAGES][,all][,scope=DEVICE]...\n"
           "Without a scope it takes all devices. Default: FED90000");
  add_list(command, "--ioapic", options.ioapics, "[ID@]PATH",
           "IOAPIC with this MADT id and requester, under the unit\nthat takes all");
  add_list(command, "--hpet", options.hpets, "[N@]PATH", "The same for an HPET");
  add_list(command, "--rmrr", options.rmrrs, "RMRR",
           "Reserved memory: BASE-LIMIT@DEVICE[,DEVICE]...[,segment=N]");
  add_list(command, "--atsr", options.atsrs, "PORTS",
           "Root ports with ATS: all or BRIDGE[,BRIDGE]..., [,segment=N]");
  add_list(command, "--rhsa", options.rhsas, "BASE=NODE", "NUMA node of a unit");
  add_list(command, "--andd", options.andds, "N=NAME",
           "ACPI namespace device number N, for scope=acpi:N@PATH");
  add_list(command, "--satc", options.satcs, "DEVICES",
           "Integrated devices with a translation cache:\n"
           "DEVICE[,DEVICE]...[,required][,segment=N]");
  command.add_flag("--no-intremap", options.no_intremap, "Do not announce interrupt remapping")
      ->group(kDmar);
  command.add_flag("--x2apic-opt-out", options.x2apic_opt_out, "Ask software not to use x2APIC")
      ->group(kDmar);
  command
      .add_flag("--opt-in", options.opt_in,
                "Set DMA_CTRL_PLATFORM_OPT_IN: firmware protects itself from DMA")
      ->group(kDmar);
  command
      .add_flag("--dma-remap-opt-out", options.dma_remap_opt_out,
                "Set DMA_REMAP_OPT_OUT: units may remap interrupts, not DMA")
      ->group(kDmar);
}

void add_madt(CLI::App &command, AcpiOptions &options) {
  command.add_flag("--madt", options.madt, "Make this table (APIC) instead")->group(kMadt);
  command.add_option("--cpus", options.cpus, "Processors")
      ->transform(whole_number(1, kMaxCpus))
      ->type_name("N")
      ->capture_default_str()
      ->group(kMadt);
  command.add_option("--ioapic-id", options.ioapic_id, "Id of the IOAPIC")
      ->transform(whole_number(0, 255))
      ->type_name("N")
      ->capture_default_str()
      ->group(kMadt);
  command.add_option("--ioapic-address", options.ioapic_address, "Address of the IOAPIC")
      ->type_name("HEX")
      ->capture_default_str()
      ->group(kMadt);
}

void add_identity(CLI::App &command, acpi::TableIdentity &identity) {
  const auto add = [&command](const char *name, auto &value, const char *type, const char *help) {
    return command.add_option(name, value, help)
        ->type_name(type)
        ->capture_default_str()
        ->group(kHeader);
  };
  const auto any = is_a(OptionKind::kAnyText);
  const auto number = whole_number(0, kMaxUnsigned);
  add("--oem-id", identity.oem_id, "TEXT", "At most 6 characters")->check(any);
  add("--oem-table-id", identity.oem_table_id, "TEXT", "At most 8 characters")->check(any);
  add("--oem-revision", identity.oem_revision, "N", "")->transform(number);
  add("--creator-id", identity.creator_id, "TEXT", "At most 4 characters")->check(any);
  add("--creator-revision", identity.creator_revision, "N", "")->transform(number);
}

}  // namespace

void add_acpi_options(CLI::App &command, AcpiOptions &options) {
  command.add_option("--out", options.out, "Write the table to this file; - is standard output")
      ->check(is_a(OptionKind::kOutputOrDash))
      ->type_name("FILE");
  command
      .add_option("--body", options.body,
                  "Write it without header, for `qemu -acpitable sig=DMAR,data=FILE`")
      ->check(is_a(OptionKind::kOutputOrDash))
      ->type_name("FILE");
  command.add_option("--json", options.json, "Write the decoded table to this file as JSON")
      ->check(is_a(OptionKind::kOutputOrDash))
      ->type_name("FILE");
  command.add_flag("--hex", options.hex, "Print the bytes");
  command
      .add_option("--read", options.read,
                  "Decode and check the table in this file (- is standard input),\nmake none")
      ->check(is_a(OptionKind::kInputOrDash))
      ->type_name("FILE");
  add_dmar(command, options);
  add_madt(command, options);
  add_identity(command, options.identity);
}

void check_acpi_options(const CLI::App &command) {
  for (const char *name : {"--out", "--body", "--json"}) {
    const CLI::Option *file = command.get_option(name);
    if (command.count("--hex") != 0 && file->count() != 0 && file->results().front() == "-") {
      throw UsageError(fmt::format("--hex and {} - both go to standard output", name));
    }
  }
  const bool read = command.count("--read") != 0;
  const bool madt = command.count("--madt") != 0;
  for (const CLI::Option *option : command.get_options()) {
    if (option->count() == 0) continue;
    const std::string &name = option->get_name();
    const std::string &group = option->get_group();
    const bool makes =
        group == kDmar || group == kMadt || group == kHeader || name == "--out" || name == "--body";
    if (read && makes) throw CLI::ExcludesError(name, "--read");
    if (madt && group == kDmar) throw CLI::ExcludesError(name, "--madt");
    if (!madt && group == kMadt) throw CLI::RequiresError(name, "--madt");
  }
}

}  // namespace dmar::sim
