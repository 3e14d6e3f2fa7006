// SPDX-License-Identifier: Apache-2.0
// Each rule about the values of a DMAR table, broken: its message and how much it matters. What two
// units claim is in acpi_claims_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "acpi/dmar_rules.hpp"
#include "acpi_tables.hpp"

namespace dmar::acpi {
namespace {

struct Broken {
  Severity severity;
  const char *message;
  std::function<void(DmarTable &)> change;  // of a good table, breaks the rule
};

TEST(AcpiRules, EveryRuleHasItsMessageAndSeverity) {
  constexpr Severity kProblem = Severity::kProblem;
  constexpr Severity kNote = Severity::kNote;
  const Broken cases[] = {
      {kProblem, "Host address width: 11 bits, has to be 12 to 64",
       [](DmarTable &table) { table.host_address_width = 11; }},
      {kNote, "Host address width: 65 bits, has to be 12 to 64",
       [](DmarTable &table) { table.host_address_width = 65; }},
      {kProblem, "no remapping unit (DRHD)", [](DmarTable &table) { table = {.units = {}}; }},
      {kProblem, "DRHD 0: Register base: is 0",
       [](DmarTable &table) { table.units[0].register_base = 0; }},
      {kProblem, "DRHD 1: Register base: FED90800h is not a multiple of 4 KiB",
       [](DmarTable &table) { table.units[1].register_base += 0x800; }},
      {kNote, "DRHD 1: Register base: FED90000h is not a multiple of 128 KiB",
       [](DmarTable &table) { table.units[1].register_pages_log2 = 5; }},
      {kProblem, "DRHD 0: Size: 2^16 pages, at most 2^15",
       [](DmarTable &table) { table.units[0].register_pages_log2 = 16; }},
      {kProblem,
       "DRHD 0: Register base: FFFFFFFFFFFF8000h is beyond the 52 bits of a physical address",
       [](DmarTable &table) { table.units[0].register_base = 0xFFFF'FFFF'FFFF'8000; }},
      {kProblem,
       "DRHD 0: Register base: FFFFFFFFFF000h is beyond the 52 bits of a physical address",
       [](DmarTable &table) { table.units[0].register_base = 0xF'FFFF'FFFF'F000; }},
      {kNote, "DRHD 0: Register base: ABCDE8000h is beyond 35 address bits",
       [](DmarTable &table) { table.host_address_width = 35; }},
      {kNote, "DRHD 1, scope 1: Type: a unit with INCLUDE_PCI_ALL names no PCI devices",
       [](DmarTable &table) { table.units[1].scopes.emplace_back(); }},
      {kProblem, "RMRR 0: Base: 123456001h is not a multiple of 4 KiB",
       [](DmarTable &table) { table.reserved[0].base += 1; }},
      {kProblem, "RMRR 0: Limit: 123455FFFh is below the base 123456000h",
       [](DmarTable &table) { table.reserved[0].limit = table.reserved[0].base - 1; }},
      {kProblem, "RMRR 0: Limit: 123458FFEh is not the last byte of a page of 4 KiB",
       [](DmarTable &table) { table.reserved[0].limit -= 1; }},
      {kProblem, "RMRR 0: Limit: 10000000000FFFh is beyond 52 address bits",
       [](DmarTable &table) { table.reserved[0].limit = 0x10'0000'0000'0FFF; }},
      {kNote, "RMRR 0: Segment: segment 7 has no remapping unit",
       [](DmarTable &table) { table.reserved[0].segment = 7; }},
      {kNote, "RMRR 0: names no device",
       [](DmarTable &table) { table.reserved[0].scopes.clear(); }},
      {kNote, "ATSR 0: names no device",
       [](DmarTable &table) { table.root_ports[0].scopes.clear(); }},
      {kNote, "ATSR 0: Flags: ALL_PORTS, and ports by name",
       [](DmarTable &table) { table.root_ports[0].all_ports = true; }},
      {kProblem, "ATSR 0, scope 0: Type: a root port is a PCI sub-hierarchy (2)",
       [](DmarTable &table) { table.root_ports[0].scopes[0].type = Scope::Type::kEndpoint; }},
      {kNote, "RHSA 0: Register base: no unit has its registers at 1000h",
       [](DmarTable &table) { table.affinities[0].register_base = 0x1000; }},
      {kProblem, "ANDD 1: Device number: 7 is that of an earlier namespace device",
       [](DmarTable &table) {
         table.namespace_devices.push_back({.device_number = 7, .object_name = "X"});
       }},
      {kProblem, "ANDD 0: Object name: is empty",
       [](DmarTable &table) { table.namespace_devices[0].object_name.clear(); }},
      {kProblem, "ANDD 0: Object name: not printable ASCII",
       [](DmarTable &table) { table.namespace_devices[0].object_name[1] = '\n'; }},
      {kProblem, "ANDD 0: Length: 65544 bytes, at most 65535",
       [](DmarTable &table) { table.namespace_devices[0].object_name = std::string(65535, 'X'); }},
      {kNote, "SATC 0: names no device",
       [](DmarTable &table) { table.translation_caches[0].scopes.clear(); }},
      {kProblem, "SATC 0, scope 0: Type: an integrated device is a PCI endpoint (1)",
       [](DmarTable &table) {
         table.translation_caches[0].scopes[0].type = Scope::Type::kSubHierarchy;
       }},
      {kNote,
       "SATC 0, scope 0: Length: an integrated device is on the start bus: one device and function",
       [](DmarTable &table) { table.translation_caches[0].scopes[0].path.emplace_back(); }},
      {kProblem,
       "SIDP 0, scope 0: Type: properties are those of PCI endpoints (1) and namespace devices (5)",
       [](DmarTable &table) { table.properties[0].scopes[0].type = Scope::Type::kHpet; }},
      {kNote, "SIDP 0, scope 0: Flags: reserved bits are set: 20h",
       [](DmarTable &table) { table.properties[0].scopes[0].properties = 0x21; }},
      {kNote, "RMRR 0, scope 0: Flags: reserved bits are set: 1h",
       [](DmarTable &table) { table.reserved[0].scopes[0].properties = 1; }},
      {kNote, "RMRR 0, scope 0: Type: 6 is unknown, the scope is left out",
       [](DmarTable &table) { table.reserved[0].scopes[0].type = static_cast<Scope::Type>(6); }},
      {kProblem, "RMRR 0, scope 0: Length: no path",
       [](DmarTable &table) { table.reserved[0].scopes[0].path.clear(); }},
      {kProblem, "RMRR 0, scope 0: Length: a path of 125 hops, at most 124",
       [](DmarTable &table) { table.reserved[0].scopes[0].path.resize(125); }},
      {kProblem, "RMRR 0: Length: 65556 bytes, at most 65535",
       [](DmarTable &table) {
         Scope longest;
         longest.path.resize(124);
         table.reserved[0].scopes.assign(258, longest);
       }},
      {kNote, "RMRR 0, scope 0: Enumeration ID: 3, has to be 0 for a PCI device",
       [](DmarTable &table) { table.reserved[0].scopes[0].enumeration_id = 3; }},
      {kProblem, "DRHD 0, scope 1: Enumeration ID: no ANDD structure has device number 7",
       [](DmarTable &table) { table.namespace_devices.clear(); }},
      {kProblem, "DRHD 0, scope 0: Path: 20h.1h, device and function go up to 1F.7",
       [](DmarTable &table) { table.units[0].scopes[0].path[0].device = 32; }},
      {kProblem, "DRHD 0, scope 0: Path 2: 0h.8h, device and function go up to 1F.7",
       [](DmarTable &table) { table.units[0].scopes[0].path[1].function = 8; }},
  };
  for (const auto &[severity, message, change] : cases) {
    DmarTable table = full_table();
    change(table);
    const auto broken = violations(table);
    std::vector<std::string> messages;
    for (const Violation &one : broken) messages.push_back(to_string(one));
    const auto found = std::find(messages.begin(), messages.end(), message);
    ASSERT_NE(found, messages.end()) << message;
    EXPECT_EQ(broken[static_cast<std::size_t>(found - messages.begin())].severity, severity)
        << message;
    try {  // what is written keeps even the rules that only a note is made of
      to_bytes(table);
      ADD_FAILURE() << message;
    } catch (const std::invalid_argument &error) {
      EXPECT_EQ(error.what(), messages.front());
    }
  }
}

}  // namespace
}  // namespace dmar::acpi
