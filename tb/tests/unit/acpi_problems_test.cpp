// SPDX-License-Identifier: Apache-2.0
// Tables that are not as they should be: what is wrong and at which offset. Never more bytes are
// read than there are.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

#include "acpi/dmar_read.hpp"
#include "acpi/dmar_rules.hpp"
#include "acpi/madt.hpp"
#include "acpi_tables.hpp"

namespace dmar::acpi {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> problems_of(const Bytes &bytes) {
  std::vector<std::string> out;
  for (const Finding &one : read_table(bytes).problems) {
    out.push_back(fmt::format("{:02X} {}", one.offset, one.text));
  }
  return out;
}

// Of the worked example with one byte changed, the checksum right.
std::vector<std::string> problems_with(std::size_t offset, std::uint8_t value) {
  Bytes bytes = to_bytes(worked_example());
  bytes.at(offset) = value;
  mend_checksum(bytes);
  return problems_of(bytes);
}

TEST(AcpiProblems, OfTheHeader) {
  Bytes bytes = to_bytes(worked_example(), kExampleIdentity);
  bytes[9] ^= 0xFF;
  EXPECT_THAT(problems_of(bytes), ElementsAre("09 Checksum: 5Fh, the bytes need A0h"));
  EXPECT_THAT(problems_with(8, 2), ElementsAre("08 Revision: has to be 1"));
  EXPECT_THAT(problems_with(4, 81), ElementsAre("04 Length: 81 bytes, but only 80 are there"));
  EXPECT_THAT(problems_with(4, 35), ElementsAre("04 Length: 35 bytes, the header alone has 36"));
  EXPECT_THAT(problems_with(0, 'd'), ElementsAre("00 Signature: neither DMAR nor APIC"));
  EXPECT_THAT(problems_with(10, 0x80), ElementsAre("0A OEM ID: not printable ASCII"));
  EXPECT_THAT(problems_with(10, 0), ElementsAre("0A OEM ID: goes on after a NUL"));
  EXPECT_THAT(problems_of({}), ElementsAre("00 Signature: neither DMAR nor APIC",
                                           "00 ends after 0 bytes, inside the header of 36"));
  bytes = to_bytes(worked_example());
  bytes.push_back(0);
  EXPECT_THAT(problems_of(bytes), ElementsAre("50 1 bytes after the end of the table"));
}

TEST(AcpiProblems, OfReservedBits) {
  EXPECT_THAT(problems_with(0x25, 0x81), ElementsAre("25 Flags: reserved bits are set: 80h"));
  EXPECT_THAT(problems_with(0x2F, 1), ElementsAre("2F Reserved: 01h, has to be 0"));
  EXPECT_THAT(problems_with(0x34, 3), ElementsAre("34 Flags: reserved bits are set: 2h"));
  EXPECT_THAT(problems_with(0x35, 0x10), ElementsAre("35 Size: reserved bits are set: 10h"));
  EXPECT_THAT(problems_with(0x42, 1),
              ElementsAre("42 DRHD 0, scope 0: Flags: reserved bits are set: 1h"));
  EXPECT_THAT(problems_with(0x4B, 7), ElementsAre("4B Reserved: 07h, has to be 0"));
}

TEST(AcpiProblems, OfLengths) {
  EXPECT_THAT(problems_with(0x32, 0), ElementsAre("32 Length of DRHD: 0, at least 16"));
  EXPECT_THAT(problems_with(0x32, 15), Contains("32 Length of DRHD: 15, at least 16"));
  EXPECT_THAT(problems_with(0x32, 33),
              ElementsAre("32 Length of DRHD: 33, but the table ends after 32 bytes"));
  EXPECT_THAT(problems_with(0x32, 29),
              ElementsAre("48 5 bytes left in the structure, a scope needs 8",
                          "4D 3 bytes left, a structure begins with 4"));
  EXPECT_THAT(problems_with(0x41, 0), ElementsAre("41 Length of a scope: 0, has to be 6 and 2 for "
                                                  "each hop of the path"));
  EXPECT_THAT(problems_with(0x41, 9), ElementsAre("41 Length of a scope: 9, has to be 6 and 2 for "
                                                  "each hop of the path"));
  EXPECT_THAT(problems_with(0x49, 10), ElementsAre("49 Length of a scope: 10, but its structure "
                                                   "ends after 8 bytes"));
}

TEST(AcpiProblems, UnknownStructuresAreNoted) {
  Bytes bytes = to_bytes(worked_example());
  bytes.insert(bytes.end(), {0x77, 0, 6, 0, 1, 2});
  bytes[4] = 86;
  mend_checksum(bytes);
  const Reading reading = read_table(bytes);
  EXPECT_THAT(reading.problems, IsEmpty());
  ASSERT_EQ(reading.notes.size(), 1U);
  EXPECT_EQ(reading.notes[0].offset, 80U);
  EXPECT_EQ(reading.notes[0].text, "type 119 is unknown, left out");
}

TEST(AcpiProblems, FlagsThatDoNothingAreNoted) {
  const auto note = [](const DmarTable &table) {
    const Reading reading = read_table(to_bytes(table));
    EXPECT_THAT(reading.problems, IsEmpty());
    return reading.notes.empty() ? std::string() : reading.notes.at(0).text;
  };
  DmarTable table = worked_example();
  EXPECT_EQ(note(table), "");
  table.units[0].scopes.erase(table.units[0].scopes.begin());
  EXPECT_EQ(note(table), "no scope names an IOAPIC, so Linux will not remap interrupts");
  table.interrupt_remapping = false;
  EXPECT_EQ(note(table), "");
  table.x2apic_opt_out = true;
  EXPECT_EQ(note(table), "X2APIC_OPT_OUT means nothing without INTR_REMAP");
}

TEST(AcpiProblems, StructuresOutOfOrder) {
  Bytes bytes = to_bytes(worked_example());
  const Bytes all_ports = {2, 0, 8, 0, 1, 0, 0, 0};
  bytes.insert(bytes.begin() + 48, all_ports.begin(), all_ports.end());
  bytes[4] = 88;
  mend_checksum(bytes);
  EXPECT_THAT(problems_of(bytes),
              ElementsAre("38 DRHD after type 2: structures come in the order of their types"));
}

struct Broken {
  const char *message;
  std::function<void(DmarTable &)> change;  // of a good table, breaks the rule
};

TEST(AcpiProblems, EveryRuleHasItsMessage) {
  const Broken cases[] = {
      {"Host address width: 11 bits, has to be 12 to 64",
       [](DmarTable &table) { table.host_address_width = 11; }},
      {"no remapping unit (DRHD)", [](DmarTable &table) { table = {.units = {}}; }},
      {"DRHD 0: Register base: is 0", [](DmarTable &table) { table.units[0].register_base = 0; }},
      {"DRHD 1: Register base: FED90800h is not a multiple of 4 KiB",
       [](DmarTable &table) { table.units[1].register_base += 0x800; }},
      {"DRHD 1: Register base: FED90000h is not a multiple of 128 KiB",
       [](DmarTable &table) { table.units[1].register_pages_log2 = 5; }},
      {"DRHD 0: Size: 2^16 pages, at most 2^15",
       [](DmarTable &table) { table.units[0].register_pages_log2 = 16; }},
      {"DRHD 0: Register base: FFFFFFFFFFFF8000h is beyond 52 address bits",
       [](DmarTable &table) { table.units[0].register_base = 0xFFFF'FFFF'FFFF'8000; }},
      {"DRHD 2: Register base: FED90000h is that of an earlier unit",
       [](DmarTable &table) { table.units.push_back({.segment = 5}); }},
      {"DRHD 2: Flags: segment 0 has two units with INCLUDE_PCI_ALL",
       [](DmarTable &table) { table.units.push_back({.register_base = 0x1000}); }},
      {"DRHD 2: comes after the unit with INCLUDE_PCI_ALL of segment 0, which has to be the last",
       [](DmarTable &table) {
         table.units.push_back({.register_base = 0x1000, .include_pci_all = false});
       }},
      {"DRHD 1, scope 1: Type: a unit with INCLUDE_PCI_ALL names no PCI devices",
       [](DmarTable &table) { table.units[1].scopes.emplace_back(); }},
      {"DRHD 1, scope 1: Enumeration ID: IOAPIC 9 is in two scopes",
       [](DmarTable &table) { table.units[1].scopes.push_back(table.units[1].scopes[0]); }},
      {"RMRR 0: Base: 123456001h is not a multiple of 4 KiB",
       [](DmarTable &table) { table.reserved[0].base += 1; }},
      {"RMRR 0: Limit: 123455FFFh is below the base 123456000h",
       [](DmarTable &table) { table.reserved[0].limit = table.reserved[0].base - 1; }},
      {"RMRR 0: Limit: 123458FFEh is not the last byte of a page of 4 KiB",
       [](DmarTable &table) { table.reserved[0].limit -= 1; }},
      {"RMRR 0: Limit: 10000000000FFFh is beyond 52 address bits",
       [](DmarTable &table) { table.reserved[0].limit = 0x10'0000'0000'0FFF; }},
      {"RMRR 0: Segment: segment 7 has no remapping unit",
       [](DmarTable &table) { table.reserved[0].segment = 7; }},
      {"RMRR 0: names no device", [](DmarTable &table) { table.reserved[0].scopes.clear(); }},
      {"ATSR 0: names no device", [](DmarTable &table) { table.root_ports[0].scopes.clear(); }},
      {"ATSR 0: Flags: ALL_PORTS, and ports by name",
       [](DmarTable &table) { table.root_ports[0].all_ports = true; }},
      {"ATSR 0, scope 0: Type: a root port is a PCI sub-hierarchy (2)",
       [](DmarTable &table) { table.root_ports[0].scopes[0].type = Scope::Type::kEndpoint; }},
      {"RHSA 0: Register base: no unit has its registers at 1000h",
       [](DmarTable &table) { table.affinities[0].register_base = 0x1000; }},
      {"ANDD 1: Device number: 7 is that of an earlier namespace device",
       [](DmarTable &table) {
         table.namespace_devices.push_back({.device_number = 7, .object_name = "X"});
       }},
      {"ANDD 0: Object name: is empty",
       [](DmarTable &table) { table.namespace_devices[0].object_name.clear(); }},
      {"ANDD 0: Object name: not printable ASCII",
       [](DmarTable &table) { table.namespace_devices[0].object_name[1] = '\n'; }},
      {"ANDD 0: Length: 65544 bytes, at most 65535",
       [](DmarTable &table) { table.namespace_devices[0].object_name = std::string(65535, 'X'); }},
      {"SATC 0, scope 0: Type: an integrated device is a PCI endpoint (1)",
       [](DmarTable &table) {
         table.translation_caches[0].scopes[0].type = Scope::Type::kSubHierarchy;
       }},
      {"SATC 0, scope 0: Length: an integrated device is on the start bus: one device and function",
       [](DmarTable &table) { table.translation_caches[0].scopes[0].path.emplace_back(); }},
      {"SIDP 0, scope 0: Type: properties are those of PCI endpoints (1) and namespace devices (5)",
       [](DmarTable &table) { table.properties[0].scopes[0].type = Scope::Type::kHpet; }},
      {"SIDP 0, scope 0: Flags: reserved bits are set: 20h",
       [](DmarTable &table) { table.properties[0].scopes[0].properties = 0x21; }},
      {"RMRR 0, scope 0: Flags: reserved bits are set: 1h",
       [](DmarTable &table) { table.reserved[0].scopes[0].properties = 1; }},
      {"RMRR 0, scope 0: Type: 6 is no type of a scope",
       [](DmarTable &table) { table.reserved[0].scopes[0].type = static_cast<Scope::Type>(6); }},
      {"RMRR 0, scope 0: Length: no path",
       [](DmarTable &table) { table.reserved[0].scopes[0].path.clear(); }},
      {"RMRR 0, scope 0: Length: a path of 125 hops, at most 124",
       [](DmarTable &table) { table.reserved[0].scopes[0].path.resize(125); }},
      {"RMRR 0: Length: 65556 bytes, at most 65535",
       [](DmarTable &table) {
         Scope longest;
         longest.path.resize(124);
         table.reserved[0].scopes.assign(258, longest);
       }},
      {"RMRR 0, scope 0: Enumeration ID: 3, has to be 0 for a PCI device",
       [](DmarTable &table) { table.reserved[0].scopes[0].enumeration_id = 3; }},
      {"DRHD 0, scope 1: Enumeration ID: no ANDD structure has device number 7",
       [](DmarTable &table) { table.namespace_devices.clear(); }},
      {"DRHD 0, scope 0: Path: 20h.1h, device and function go up to 1F.7",
       [](DmarTable &table) { table.units[0].scopes[0].path[0].device = 32; }},
      {"DRHD 0, scope 0: Path 2: 0h.8h, device and function go up to 1F.7",
       [](DmarTable &table) { table.units[0].scopes[0].path[1].function = 8; }},
  };
  for (const auto &[message, change] : cases) {
    DmarTable table = full_table();
    change(table);
    std::vector<std::string> messages;
    for (const Violation &one : violations(table)) messages.push_back(to_string(one));
    EXPECT_THAT(messages, Contains(message));
    try {
      to_bytes(table);
      ADD_FAILURE() << message;
    } catch (const std::invalid_argument &error) {
      EXPECT_EQ(error.what(), messages.front());
    }
  }
}

TEST(AcpiProblems, RulesAreShownAtTheirField) {
  EXPECT_THAT(problems_with(0x24, 9),
              Contains("24 Host address width: 10 bits, has to be 12 to 64"));
  EXPECT_THAT(problems_with(0x39, 8),
              ElementsAre("38 DRHD 0: Register base: FED90800h is not a multiple of 4 KiB"));
  EXPECT_THAT(problems_with(0x40, 1),
              ElementsAre("40 DRHD 0, scope 0: Type: a unit with INCLUDE_PCI_ALL names no PCI "
                          "devices"));
  EXPECT_THAT(problems_with(0x4F, 8), ElementsAre("4E DRHD 0, scope 1: Path: 1Fh.8h, device and "
                                                  "function go up to 1F.7"));
  EXPECT_THAT(problems_with(0x48, 0), ElementsAre("48 DRHD 0, scope 1: Type: 0 is no type of a "
                                                  "scope"));
}

TEST(AcpiProblems, ObjectNameNeedsItsEnd) {
  DmarTable table = worked_example();
  table.namespace_devices = {{.device_number = 1, .object_name = "AB"}};
  Bytes bytes = to_bytes(table);
  bytes.back() = 'C';
  mend_checksum(bytes);
  EXPECT_THAT(problems_of(bytes), ElementsAre("58 Object name: does not end with a NUL"));
}

// Whatever was cut off is missed. The bytes are in memory of just their size.
TEST(AcpiProblems, EveryTruncationIsFound) {
  for (const Bytes &whole : {to_bytes(full_table()), to_bytes(Madt{.cpus = 3})}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_THAT(problems_of(cut), Not(IsEmpty())) << size;
      if (size < 36) continue;
      Bytes agreed = cut;  // a length field that says so, too
      agreed[4] = static_cast<std::uint8_t>(size);
      agreed[5] = static_cast<std::uint8_t>(size >> 8);
      mend_checksum(agreed);
      to_text(read_table(agreed));
    }
  }
}

TEST(AcpiProblems, ChangedBytesNeverHurt) {
  std::mt19937_64 random(1);
  const Bytes tables[] = {to_bytes(full_table()), to_bytes(worked_example()),
                          to_bytes(Madt{.cpus = 3})};
  for (unsigned i = 0; i < 30'000; ++i) {
    Bytes bytes = tables[i % 3];
    bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
    EXPECT_THAT(read_table(bytes).problems, Not(IsEmpty()));  // the checksum at least
    for (std::uint64_t left = random() % 8; left > 0; --left) {
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    }
    to_text(read_table(bytes));
  }
}

TEST(AcpiProblems, RandomBytesNeverHurt) {
  std::mt19937_64 random(2);
  for (unsigned i = 0; i < 30'000; ++i) {
    Bytes bytes(random() % 200);
    for (std::uint8_t &byte : bytes) byte = static_cast<std::uint8_t>(random());
    const std::string_view signature = i % 2 == 0 ? "DMAR" : "APIC";
    if (i % 4 < 3 && bytes.size() >= 8) {
      std::copy(signature.begin(), signature.end(), bytes.begin());
      bytes[4] = static_cast<std::uint8_t>(bytes.size());
      bytes[5] = bytes[6] = bytes[7] = 0;
    }
    // Structures of some length, so that more than the first is met.
    for (std::size_t at = 48; at + 4 < bytes.size() && i % 2 == 0; at += bytes[at + 2]) {
      bytes[at] = static_cast<std::uint8_t>(random() % 8);
      bytes[at + 1] = 0;
      bytes[at + 2] = static_cast<std::uint8_t>(1 + random() % 48);
      bytes[at + 3] = 0;
    }
    to_text(read_table(bytes));
  }
}

TEST(AcpiProblems, OfAMadt) {
  const auto with = [](std::size_t offset, std::uint8_t value) {
    Bytes bytes = to_bytes(Madt{});
    bytes.at(offset) = value;
    mend_checksum(bytes);
    return problems_of(bytes);
  };
  EXPECT_THAT(with(0x28, 3), ElementsAre("28 Flags: reserved bits are set: 2h"));
  EXPECT_THAT(with(0x2D, 7), Contains("2D Length of type 0: 7, has to be 8"));
  EXPECT_THAT(with(0x2D, 1), ElementsAre("2D Length of type 0: 1, at least 2"));
  EXPECT_THAT(with(0x2D, 250),
              ElementsAre("2D Length of type 0: 250, but the table ends after 76 bytes"));
  EXPECT_THAT(with(0x30, 4), ElementsAre("30 Flags: reserved bits are set: 4h"));
  EXPECT_THAT(with(0x37, 1), ElementsAre("37 Reserved: 01h, has to be 0"));
}

}  // namespace
}  // namespace dmar::acpi
