// SPDX-License-Identifier: Apache-2.0
// See unit_plan.hpp.
#include "cosim/unit_plan.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "cosim/error.hpp"
#include "golden/explain.hpp"

namespace dmar::cosim {

namespace {

std::string function_name(std::uint16_t segment, SourceId source) {
  return fmt::format("{:04x}:{}", segment, golden::device_name(source));
}

void check_registers(const std::vector<UnitPlan> &units) {
  std::set<std::uint32_t> pages;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const std::uint32_t page = (units[i].registers - place::kRegisters) / place::kRegisterPage;
    const bool fits = units[i].registers >= place::kRegisters && page < place::kMaxUnits &&
                      units[i].registers % place::kRegisterPage == 0;
    if (fits && pages.insert(page).second) continue;
    throw CosimError(fmt::format("{}: its registers cannot be at {:#x}{}", unit_name(i),
                                 units[i].registers, fits ? ", another unit is there" : ""));
  }
}

}  // namespace

std::string unit_name(std::size_t number) { return fmt::format("dmar{}", number); }

void check_units(const std::vector<UnitPlan> &units) {
  check_registers(units);
  std::set<std::pair<std::uint16_t, std::uint16_t>> named;
  std::set<std::uint16_t> rest;
  for (const UnitPlan &unit : units) {
    for (const SourceId source : unit.sources) {
      if (named.emplace(unit.segment, source.raw()).second) continue;
      throw CosimError(fmt::format("{} has two units", function_name(unit.segment, source)));
    }
    if (!unit.include_pci_all || rest.insert(unit.segment).second) continue;
    throw CosimError(fmt::format("two units have the rest of segment {}", unit.segment));
  }
  if (std::ranges::count_if(units, &UnitPlan::ioapic) != 1) {
    throw CosimError("not exactly one unit has the I/O APIC");
  }
}

std::size_t unit_of(const std::vector<UnitPlan> &units, std::uint16_t segment, SourceId source) {
  const auto number = [&](auto unit) {
    return static_cast<std::size_t>(std::distance(units.begin(), unit));
  };
  const auto named = std::ranges::find_if(units, [&](const UnitPlan &unit) {
    return unit.segment == segment && std::ranges::find(unit.sources, source) != unit.sources.end();
  });
  if (named != units.end()) return number(named);
  const auto rest = std::ranges::find_if(
      units, [&](const UnitPlan &unit) { return unit.segment == segment && unit.include_pci_all; });
  if (rest != units.end()) return number(rest);
  throw CosimError(fmt::format("{} has no unit", function_name(segment, source)));
}

std::size_t unit_of_ioapic(const std::vector<UnitPlan> &units) {
  const auto unit = std::ranges::find_if(units, &UnitPlan::ioapic);
  if (unit == units.end()) throw CosimError("the I/O APIC has no unit");
  return static_cast<std::size_t>(std::distance(units.begin(), unit));
}

}  // namespace dmar::cosim
