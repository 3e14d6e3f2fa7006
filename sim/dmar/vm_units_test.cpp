// SPDX-License-Identifier: Apache-2.0
// How the functions of a machine are shared out among its units, and the DMAR table that tells a
// kernel of it: routing and table have to say the same.
#include "vm_units.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <vector>

#include "acpi/dmar_read.hpp"
#include "acpi/dmar_rules.hpp"
#include "cosim/unit_plan.hpp"
#include "program.hpp"
#include "usage_error.hpp"
#include "vm_reserved.hpp"
#include "vm_tables.hpp"

namespace dmar::sim {
namespace {

using acpi::Drhd;
using acpi::Scope;
using cosim::MachineOptions;
using cosim::Placement;
using cosim::UnitPlan;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr SourceId kEdu = bdf(0, 6, 0);
constexpr SourceId kDisk = bdf(0, 5, 0);

MachineOptions machine(std::size_t disks, std::size_t cards, unsigned units, bool bridge = false) {
  MachineOptions options{.bridge = bridge};
  options.disks.resize(disks);
  options.networks.resize(cards);
  options.units = cards == 0 ? units_in_turn(placements(options), units)
                             : units_by_machine(placements(options), units);
  return options;
}

acpi::DmarTable table_of(const MachineOptions &options) {
  const auto bytes = acpi::to_bytes(dmar_table(options, Config{}));
  const acpi::DmarReading reading = acpi::read_dmar(bytes);
  EXPECT_THAT(reading.reading.problems, IsEmpty());
  EXPECT_THAT(acpi::violations(reading.table), IsEmpty());
  return reading.table;
}

Scope endpoint(std::uint8_t device) { return {.path = {{.device = device, .function = 0}}}; }
const Scope kIoapicScope{.type = Scope::Type::kIoapic, .start_bus = 0xFF};

// By the table alone, as a kernel finds the unit of a function on the root bus.
std::size_t unit_by_table(const acpi::DmarTable &table, std::uint8_t slot) {
  for (std::size_t i = 0; i < table.units.size(); ++i) {
    for (const Scope &scope : table.units[i].scopes) {
      if (scope.type != Scope::Type::kIoapic && scope.path[0].device == slot) return i;
    }
  }
  for (std::size_t i = 0; i < table.units.size(); ++i) {
    if (table.units[i].include_pci_all) return i;
  }
  return table.units.size();
}

TEST(VmUnits, OneHasEverything) {
  const MachineOptions options = machine(2, 0, 1);
  EXPECT_EQ(options.units, std::vector<UnitPlan>{UnitPlan{}});
  const Drhd expected{
      .register_base = 0xFED9'0000, .include_pci_all = true, .scopes = {kIoapicScope}};
  EXPECT_THAT(table_of(options).units, ElementsAre(expected));
}

TEST(VmUnits, TakeFunctionsInTurn) {
  const MachineOptions two = machine(1, 0, 2);
  EXPECT_EQ(unit_of(two.units, 0, kEdu), 0U);
  EXPECT_EQ(unit_of(two.units, 0, kDisk), 1U);
  EXPECT_EQ(cosim::unit_of_ioapic(two.units), 0U);
  const Drhd first{.register_base = 0xFED9'0000,
                   .include_pci_all = false,
                   .scopes = {endpoint(6), kIoapicScope}};
  const Drhd last{.register_base = 0xFED9'1000, .include_pci_all = true};
  EXPECT_THAT(table_of(two).units, ElementsAre(first, last));

  const MachineOptions three = machine(4, 0, 3);
  EXPECT_THAT(three.units[0].sources, ElementsAre(bdf(0, 9, 0), kEdu));  // disk 2
  EXPECT_THAT(three.units[1].sources, ElementsAre(kDisk, bdf(0, 10, 0)));
  EXPECT_THAT(three.units[2].sources, IsEmpty());
  EXPECT_TRUE(three.units[2].include_pci_all);
}

TEST(VmUnits, VirtualMachinesHaveUnitsOfTheirOwn) {
  for (const unsigned count : {2U, 3U}) {
    const MachineOptions options = machine(1, 2, count);
    EXPECT_EQ(unit_of(options.units, 0, kEdu), 0U);
    EXPECT_EQ(unit_of(options.units, 0, kDisk), 0U);
    EXPECT_EQ(unit_of(options.units, 0, bdf(0, 0x18, 0)), 1U);  // the services machine
    EXPECT_EQ(unit_of(options.units, 0, bdf(0, 0x19, 0)), 0U);  // the host
    EXPECT_EQ(cosim::unit_of_ioapic(options.units), count - 1);
  }
}

TEST(VmUnits, EachHasAFunction) {
  EXPECT_EQ(machine(2, 0, 4).units.size(), 4U);  // the last has what is left
  EXPECT_THROW(machine(1, 0, 4), UsageError);
  EXPECT_THROW(machine(1, 2, 4), UsageError);
  try {
    machine(1, 0, 4);
  } catch (const UsageError &error) {
    EXPECT_STREQ(error.what(), "--units 4: dmar2 would have no function; at most --units 3 here");
  }
}

// A kernel looks for the unit of a function in the table, the machine in its plans.
TEST(VmUnits, TableAndMachineAgree) {
  for (const bool bridge : {false, true}) {
    for (unsigned count = 1; count <= 4; ++count) {
      for (const std::size_t cards : {0U, 2U}) {
        if (cards != 0 && count > 3) continue;
        const MachineOptions options = machine(5, cards, count, bridge);
        const acpi::DmarTable table = table_of(options);
        ASSERT_EQ(table.units.size(), count);
        for (const Placement &one : placements(options)) {
          EXPECT_EQ(unit_by_table(table, static_cast<std::uint8_t>(one.slot)),
                    unit_of(options.units, 0, one.source))
              << one.name << " of " << count;
        }
      }
    }
  }
}

TEST(VmUnits, ABridgeStandsForWhatIsBehindIt) {
  const auto units = table_of(machine(1, 0, 3, true)).units;
  ASSERT_EQ(units[1].scopes.size(), 1U);
  EXPECT_EQ(units[1].scopes[0].type, Scope::Type::kSubHierarchy);
  EXPECT_EQ(units[1].scopes[0].path[0].device, 7);
}

TEST(VmUnits, HaveNoIoapicWithoutInterruptRemapping) {
  MachineOptions options = machine(1, 0, 2);
  options.remap_interrupts = false;
  const acpi::DmarTable table = table_of(options);
  EXPECT_FALSE(table.interrupt_remapping);
  EXPECT_THAT(table.units[0].scopes, ElementsAre(endpoint(6)));
}

// The table with memory that firmware keeps, made by the command that docs/acpi.md gives for it.
using VmTable = Program;
TEST_F(VmTable, IsThatOfTheAcpiCommand) {
  const Result result =
      dmar(fmt::format("acpi --unit FED90000,scope=00:06.0,scope=ioapic:0@ff:00.0 --unit FED91000 "
                       "--rmrr F0000-FFFFF@00:05.0,00:06.0 --out {}",
                       in("table.aml")));
  ASSERT_EQ(result.status, 0) << result.output;
  std::ifstream file(in("table.aml"), std::ios::binary);
  const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(bytes, acpi::to_bytes(dmar_table(machine(1, 0, 2), Config{}, true)));
  EXPECT_NE(bytes, acpi::to_bytes(dmar_table(machine(1, 0, 2), Config{}, false)));
}

// The table of --ats, whose root port is named, made by the command that docs/acpi.md gives for it.
TEST_F(VmTable, NamesTheRootPortAboveADeviceTlb) {
  const Result result =
      dmar(fmt::format("acpi --unit FED90000,all,scope=ioapic:0@ff:00.0 --unit FED91000,segment=1 "
                       "--atsr 00:01.0,segment=1 --out {}",
                       in("table.aml")));
  ASSERT_EQ(result.status, 0) << result.output;
  std::ifstream file(in("table.aml"), std::ios::binary);
  const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
  MachineOptions options = machine(1, 0, 1);
  options.units.push_back(
      {.registers = 0xFED9'1000, .segment = cosim::place::kOwnSegment, .ioapic = false});
  EXPECT_THAT(table_of(options).root_ports, IsEmpty());
  options.ats.emplace();
  const Scope port{.type = Scope::Type::kSubHierarchy, .path = {{.device = 1, .function = 0}}};
  const acpi::Atsr expected{.segment = 1, .scopes = {port}};
  EXPECT_THAT(table_of(options).root_ports, ElementsAre(expected));
  EXPECT_EQ(bytes, acpi::to_bytes(dmar_table(options, Config{})));
}

TEST(VmUnits, ReservedMemoryIsForFunctionsOnTheRootBus) {
  const acpi::Rmrr memory = reserved_memory(placements(machine(2, 2, 1, true)));
  EXPECT_THAT(memory.scopes, ElementsAre(endpoint(8), endpoint(6)));  // not the disk behind it
  EXPECT_EQ(memory.base, 0xF'0000U);
  EXPECT_EQ(memory.limit, 0xF'FFFFU);
}

}  // namespace
}  // namespace dmar::sim
