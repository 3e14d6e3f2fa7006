// SPDX-License-Identifier: Apache-2.0
// Which functions of a machine pass which of its remapping units.
#ifndef DMAR_SIM_VM_UNITS_HPP
#define DMAR_SIM_VM_UNITS_HPP

#include <vector>

#include "cosim/placement.hpp"
#include "cosim/unit_plan.hpp"

namespace dmar::sim {

// Functions go to the units in turn: the DMA test device to the first, disk 0 to the second. The
// first has the I/O APIC, too, for the test device attacks its interrupt entries; the last has all
// that no scope names. UsageError when another one would have no function.
std::vector<cosim::UnitPlan> units_in_turn(const std::vector<cosim::Placement> &placements,
                                           unsigned count);

// For virtual machines: what belongs to the user machine, and the card of the host, whose interrupt
// entries the user machine attacks, on the first. The services machine is on the second; the last
// has the I/O APIC and all that no scope names.
std::vector<cosim::UnitPlan> units_by_machine(const std::vector<cosim::Placement> &placements,
                                              unsigned count);

}  // namespace dmar::sim

#endif  // DMAR_SIM_VM_UNITS_HPP
