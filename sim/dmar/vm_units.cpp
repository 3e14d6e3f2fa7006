// SPDX-License-Identifier: Apache-2.0
// See vm_units.hpp.
#include "vm_units.hpp"

#include <fmt/core.h>

#include <cstddef>
#include <functional>

#include "usage_error.hpp"

namespace dmar::sim {

namespace {

using cosim::Placement;
using cosim::UnitPlan;
using UnitOf = std::function<std::size_t(const Placement &placement)>;

std::vector<UnitPlan> plans(const std::vector<Placement> &placements, unsigned count,
                            unsigned with_ioapic, const UnitOf &unit_of) {
  std::vector<UnitPlan> units;
  for (unsigned i = 0; i < count; ++i) {
    units.push_back({.registers = cosim::place::kRegisters + i * cosim::place::kRegisterPage,
                     .include_pci_all = i + 1 == count,
                     .ioapic = i == with_ioapic});
  }
  for (const Placement &placement : placements) {
    const std::size_t unit = unit_of(placement);
    if (unit + 1 < count) units[unit].sources.push_back(placement.source);
  }
  for (std::size_t i = 0; i + 1 < count; ++i) {
    if (!units[i].sources.empty()) continue;
    throw UsageError(fmt::format("--units {}: {} would have no function; at most --units {} here",
                                 count, cosim::unit_name(i), i + 1));
  }
  return units;
}

}  // namespace

std::vector<UnitPlan> units_in_turn(const std::vector<Placement> &placements, unsigned count) {
  return plans(placements, count, 0, [count](const Placement &placement) -> std::size_t {
    if (placement.kind == Placement::Kind::kEdu) return 0;
    return (placement.index + 1) % count;
  });
}

std::vector<UnitPlan> units_by_machine(const std::vector<Placement> &placements, unsigned count) {
  return plans(placements, count, count - 1, [](const Placement &placement) -> std::size_t {
    return placement.kind == Placement::Kind::kNetwork && placement.index == 0 ? 1 : 0;
  });
}

}  // namespace dmar::sim
