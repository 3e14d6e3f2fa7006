// SPDX-License-Identifier: Apache-2.0
// Whose requests pass which of several remapping units, and what their files are called.
#include <gmock/gmock.h>

#include "cosim/machine_unit.hpp"
#include "cosim/unit_plan.hpp"
#include "cosim_support.hpp"

namespace dmar::cosim {
namespace {

using testing::HasSubstr;

constexpr SourceId kPlannedEdu = bdf(0, 6, 0);
constexpr SourceId kPlannedDisk = bdf(0, 5, 0);

std::vector<UnitPlan> two_units() {
  return {{.sources = {kPlannedEdu}, .include_pci_all = false, .ioapic = false},
          {.registers = 0xFED9'1000}};
}

TEST(CosimUnitPlan, OneUnitHasEverything) {
  const std::vector<UnitPlan> units{UnitPlan{}};
  check_units(units);
  EXPECT_EQ(units[0].registers, 0xFED9'0000U);
  EXPECT_EQ(unit_of(units, 0, kPlannedEdu), 0U);
  EXPECT_EQ(unit_of_ioapic(units), 0U);
}

TEST(CosimUnitPlan, AScopeComesBeforeTheRest) {
  std::vector<UnitPlan> units = two_units();
  check_units(units);
  EXPECT_EQ(unit_of(units, 0, kPlannedEdu), 0U);
  EXPECT_EQ(unit_of(units, 0, kPlannedDisk), 1U);
  EXPECT_EQ(unit_of_ioapic(units), 1U);
  std::swap(units[0], units[1]);
  EXPECT_EQ(unit_of(units, 0, kPlannedEdu), 1U);
  EXPECT_EQ(unit_of(units, 0, kPlannedDisk), 0U);
}

TEST(CosimUnitPlan, SegmentsAreApart) {
  std::vector<UnitPlan> units = two_units();
  units.push_back({.registers = 0xFED9'2000, .segment = 1, .ioapic = false});
  check_units(units);
  EXPECT_EQ(unit_of(units, 1, kPlannedEdu), 2U);
  EXPECT_EQ(unit_of(units, 0, kPlannedEdu), 0U);
  EXPECT_EQ(error_of([&] { unit_of(units, 2, kPlannedEdu); }), "0002:00:06.0 has no unit");
}

TEST(CosimUnitPlan, EveryFunctionNeedsAUnit) {
  const std::vector<UnitPlan> units{{.sources = {kPlannedEdu}, .include_pci_all = false}};
  EXPECT_EQ(unit_of(units, 0, kPlannedEdu), 0U);
  EXPECT_EQ(error_of([&] { unit_of(units, 0, kPlannedDisk); }), "0000:00:05.0 has no unit");
}

TEST(CosimUnitPlan, IsChecked) {
  const auto error = [](auto change) {
    std::vector<UnitPlan> units = two_units();
    change(units);
    return error_of([&] { check_units(units); });
  };
  using Units = std::vector<UnitPlan>;
  EXPECT_EQ(error([](Units &units) { units[1].registers = 0xFED9'0000; }),
            "dmar1: its registers cannot be at 0xfed90000, another unit is there");
  for (const std::uint32_t place : {0xFED8'F000U, 0xFED9'0800U, 0xFED9'4000U}) {
    EXPECT_THAT(error([&](Units &units) { units[1].registers = place; }),
                HasSubstr("dmar1: its registers cannot be at"));
  }
  EXPECT_EQ(error([](Units &units) {
              units[1].sources = {kPlannedDisk, kPlannedEdu};
            }),
            "0000:00:06.0 has two units");
  EXPECT_EQ(error([](Units &units) { units[0].include_pci_all = true; }),
            "two units have the rest of segment 0");
  EXPECT_EQ(error([](Units &units) { units[0].ioapic = true; }),
            "not exactly one unit has the I/O APIC");
  EXPECT_EQ(error([](Units &units) { units[1].ioapic = false; }),
            "not exactly one unit has the I/O APIC");
  EXPECT_THAT(error([](Units &units) { units.clear(); }), HasSubstr("not exactly one"));
}

TEST(CosimUnitPlan, NamesFilesOfOtherUnits) {
  EXPECT_EQ(file_of_unit("/tmp/boot.trace.gz", 0), "/tmp/boot.trace.gz");
  EXPECT_EQ(file_of_unit("/tmp/boot.trace.gz", 1), "/tmp/boot.unit1.trace.gz");
  EXPECT_EQ(file_of_unit("boot.trace", 2), "boot.unit2.trace");
  EXPECT_EQ(file_of_unit("a.b/boot", 1), "a.b/boot.unit1");
  EXPECT_EQ(file_of_unit("boot.gz", 1), "boot.unit1.gz");
  EXPECT_EQ(file_of_unit("w.fst", 3), "w.unit3.fst");
  EXPECT_EQ(file_of_unit("/dev/null", 1), "/dev/null");
}

}  // namespace
}  // namespace dmar::cosim
