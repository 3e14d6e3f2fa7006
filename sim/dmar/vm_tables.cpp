// SPDX-License-Identifier: Apache-2.0
// See vm_tables.hpp.
#include "vm_tables.hpp"

#include <algorithm>
#include <vector>

#include "acpi/madt.hpp"
#include "acpi/segment_table.hpp"
#include "cosim/placement.hpp"
#include "vm_reserved.hpp"

namespace dmar::sim {

namespace {

using cosim::Placement;
using cosim::UnitPlan;

bool names(const UnitPlan &unit, const Placement &placement) {
  return unit.segment == placement.segment &&
         std::ranges::find(unit.sources, placement.source) != unit.sources.end();
}

// A bridge stands for all that is behind it.
acpi::Scope scope_of(const Placement &placement) {
  return {
      .type = placement.bridged ? acpi::Scope::Type::kSubHierarchy : acpi::Scope::Type::kEndpoint,
      .start_bus = 0,
      .path = {{.device = static_cast<std::uint8_t>(placement.slot), .function = 0}}};
}

acpi::Scope scope_of_ioapic() {
  return {.type = acpi::Scope::Type::kIoapic,
          .enumeration_id = 0,
          .start_bus = cosim::place::kIoapicSource.raw() >> 8,
          .path = {{.device = 0, .function = 0}}};
}

acpi::Drhd drhd_of(const UnitPlan &unit, const std::vector<Placement> &placements,
                   bool remap_interrupts) {
  acpi::Drhd drhd{.segment = unit.segment,
                  .register_base = unit.registers,
                  .include_pci_all = unit.include_pci_all};
  for (const Placement &placement : placements) {
    if (names(unit, placement)) drhd.scopes.push_back(scope_of(placement));
  }
  if (unit.ioapic && remap_interrupts) drhd.scopes.push_back(scope_of_ioapic());
  return drhd;
}

}  // namespace

acpi::DmarTable dmar_table(const cosim::MachineOptions &machine, const Config &config,
                           bool reserved) {
  acpi::DmarTable table{.host_address_width = config.host_address_width,
                        .interrupt_remapping = machine.remap_interrupts};
  const std::vector<Placement> all = placements(machine);
  for (const UnitPlan &unit : machine.units) {
    table.units.push_back(drhd_of(unit, all, machine.remap_interrupts));
  }
  // Those on the root bus are integrated, for which software needs none.
  if (machine.ats) {
    table.root_ports.push_back(
        {.segment = cosim::place::kOwnSegment,
         .scopes = {{.type = acpi::Scope::Type::kSubHierarchy,
                     .path = {{.device = cosim::place::kRootPortDevice, .function = 0}}}}});
  }
  if (reserved) table.reserved.push_back(reserved_memory(all));
  return table;
}

void add_tables(cosim::MachineOptions &machine, const Config &config, bool reserved) {
  machine.dmar_table = acpi::to_bytes(dmar_table(machine, config, reserved));
  if (machine.sriov || machine.ats) {
    using namespace cosim;
    machine.segment_table = acpi::to_bytes(acpi::PciSegmentTable{
        .segment = place::kOwnSegment,
        .buses = place::kOwnBuses,
        .ecam = place::kEcam,
        .memory = place::kSegmentMemory,
        .memory_bytes = place::kSegmentMemoryBytes,
    });
  }
  if (!machine.remap_interrupts) return;
  machine.madt_table =
      acpi::to_bytes(acpi::Madt{.cpus = 1, .ioapic_address = cosim::place::kIoapic});
}

}  // namespace dmar::sim
