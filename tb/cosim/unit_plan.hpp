// SPDX-License-Identifier: Apache-2.0
// The remapping units of a machine: where the registers of each are, and whose requests pass it.
#ifndef DMAR_COSIM_UNIT_PLAN_HPP
#define DMAR_COSIM_UNIT_PLAN_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cosim/place.hpp"
#include "dmar/types.hpp"

namespace dmar::cosim {

struct UnitPlan {
  std::uint32_t registers = place::kRegisters;
  std::uint16_t segment = 0;
  std::vector<SourceId> sources = {};  // named by its scopes
  bool include_pci_all = true;         // and all of the segment that no scope of a unit names
  bool ioapic = true;                  // the I/O APIC too; of exactly one unit

  friend bool operator==(const UnitPlan &, const UnitPlan &) = default;
};

// "dmar0": as Linux names them, in the order of the DMAR table.
std::string unit_name(std::size_t number);

// CosimError unless each has a register page of its own, no function has two units, and one unit
// has the I/O APIC.
void check_units(const std::vector<UnitPlan> &units);

// The unit that the requests of a function pass. CosimError when there is none.
std::size_t unit_of(const std::vector<UnitPlan> &units, std::uint16_t segment, SourceId source);
std::size_t unit_of_ioapic(const std::vector<UnitPlan> &units);

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_UNIT_PLAN_HPP
