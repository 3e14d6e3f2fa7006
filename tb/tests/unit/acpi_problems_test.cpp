// SPDX-License-Identifier: Apache-2.0
// Tables that are not as they should be: what is wrong and at which offset. Never more bytes are
// read than there are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "acpi/madt.hpp"
#include "acpi/reading.hpp"
#include "acpi_tables.hpp"

namespace dmar::acpi {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Of the worked example with one byte changed, the checksum right.
std::vector<std::string> findings_with(std::size_t offset, std::uint8_t value) {
  Bytes bytes = to_bytes(worked_example());
  bytes.at(offset) = value;
  mend_checksum(bytes);
  return findings_of(bytes);
}

TEST(AcpiProblems, OfTheHeader) {
  Bytes bytes = to_bytes(worked_example(), kExampleIdentity);
  bytes[9] ^= 0xFF;
  EXPECT_THAT(findings_of(bytes), ElementsAre("problem 09 Checksum: 5Fh, the bytes need A0h"));
  EXPECT_THAT(findings_with(8, 0), ElementsAre("note 08 Revision: 0, known are 1 and 2"));
  EXPECT_THAT(findings_with(8, 2), IsEmpty());  // client firmware since about 2020
  EXPECT_THAT(findings_with(8, 3), ElementsAre("note 08 Revision: 3, known are 1 and 2"));
  EXPECT_THAT(findings_with(4, 81),
              ElementsAre("problem 04 Length: 81 bytes, but only 80 are there"));
  EXPECT_THAT(findings_with(4, 35),
              ElementsAre("problem 04 Length: 35 bytes, the header alone has 36"));
  EXPECT_THAT(findings_with(0, 'd'), ElementsAre("problem 00 Signature: neither DMAR nor APIC"));
  EXPECT_THAT(findings_with(10, 0x80),
              ElementsAre("note 0A OEM ID: has bytes that are no printable ASCII"));
  EXPECT_THAT(findings_with(10, 0), ElementsAre("note 0A OEM ID: goes on after a NUL"));
  EXPECT_THAT(findings_of({}),
              ElementsAre("problem 00 Signature: neither DMAR nor APIC",
                          "problem 00 ends after 0 bytes, inside the header of 36"));
  bytes = to_bytes(worked_example());
  bytes.push_back(0);
  EXPECT_THAT(findings_of(bytes), ElementsAre("note 04 Length: 80 bytes, 1 more are there"));
}

TEST(AcpiProblems, OfReservedBits) {
  EXPECT_THAT(findings_with(0x25, 0x81), ElementsAre("note 25 Flags: reserved bits are set: 80h"));
  EXPECT_THAT(findings_with(0x2F, 1), ElementsAre("note 2F Reserved: 01h, has to be 0"));
  EXPECT_THAT(findings_with(0x34, 3),
              ElementsAre("note 34 DRHD 0: Flags: reserved bits are set: 2h"));
  EXPECT_THAT(findings_with(0x35, 0x10),
              ElementsAre("note 35 DRHD 0: Size: reserved bits are set: 10h"));
  EXPECT_THAT(findings_with(0x42, 1),
              ElementsAre("note 42 DRHD 0, scope 0: Flags: reserved bits are set: 1h"));
  EXPECT_THAT(findings_with(0x4B, 7),
              ElementsAre("note 4B DRHD 0, scope 1: Reserved: 07h, has to be 0"));
}

TEST(AcpiProblems, OfLengths) {
  EXPECT_THAT(findings_with(0x32, 0), ElementsAre("problem 32 DRHD 0: Length: 0, at least 16"));
  EXPECT_THAT(findings_with(0x32, 15), Contains("problem 32 DRHD 0: Length: 15, at least 16"));
  EXPECT_THAT(findings_with(0x32, 33),
              ElementsAre("problem 32 DRHD 0: Length: 33, but the table ends after 32 bytes"));
  EXPECT_THAT(
      findings_with(0x32, 29),
      ElementsAre(
          "problem 48 DRHD 0, scope 1: Length: 5 bytes left in the structure, a scope needs 8",
          "problem 4D 3 bytes left, a structure begins with 4"));
  EXPECT_THAT(findings_with(0x41, 0),
              ElementsAre("problem 41 DRHD 0, scope 0: Length: 0, has to be 6 and 2 for "
                          "each hop of the path"));
  EXPECT_THAT(findings_with(0x41, 9),
              ElementsAre("problem 41 DRHD 0, scope 0: Length: 9, has to be 6 and 2 for "
                          "each hop of the path"));
  EXPECT_THAT(
      findings_with(0x49, 10),
      ElementsAre("problem 49 DRHD 0, scope 1: Length: 10, but the structure ends after 8 bytes"));
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
  EXPECT_EQ(reading.notes[0].text, "Type: 119 is unknown, the structure is left out");
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
  EXPECT_EQ(note(table),
            "Flags: INTR_REMAP, but no scope names an IOAPIC, so Linux will not remap interrupts");
  table.interrupt_remapping = false;
  EXPECT_EQ(note(table), "");
  table.x2apic_opt_out = true;
  EXPECT_EQ(note(table), "Flags: X2APIC_OPT_OUT means nothing without INTR_REMAP");
  table.x2apic_opt_out = false;
  table.dma_remap_opt_out = true;
  EXPECT_EQ(note(table),
            "Flags: DMA_REMAP_OPT_OUT without INTR_REMAP leaves nothing that may be remapped");
  table = worked_example();
  table.dma_remap_opt_out = true;
  EXPECT_EQ(note(table), "");
  table.platform_opt_in = true;
  EXPECT_EQ(note(table),
            "Flags: DMA_CTRL_PLATFORM_OPT_IN asks for DMA remapping, DMA_REMAP_OPT_OUT forbids it");
}

TEST(AcpiProblems, StructuresOutOfOrder) {
  Bytes bytes = to_bytes(worked_example());
  const Bytes all_ports = {2, 0, 8, 0, 1, 0, 0, 0};
  bytes.insert(bytes.begin() + 48, all_ports.begin(), all_ports.end());
  bytes[4] = 88;
  mend_checksum(bytes);
  EXPECT_THAT(
      findings_of(bytes),
      ElementsAre("note 38 DRHD 0: Type: 0 after 2, structures come in the order of their types"));
}

TEST(AcpiProblems, RulesAreShownAtTheirField) {
  EXPECT_THAT(findings_with(0x24, 9),
              Contains("problem 24 Host address width: 10 bits, has to be 12 to 64"));
  EXPECT_THAT(
      findings_with(0x39, 8),
      ElementsAre("problem 38 DRHD 0: Register base: FED90800h is not a multiple of 4 KiB"));
  EXPECT_THAT(findings_with(0x40, 1),
              Contains("note 40 DRHD 0, scope 0: Type: a unit with INCLUDE_PCI_ALL names no PCI "
                       "devices"));
  EXPECT_THAT(findings_with(0x4F, 8),
              ElementsAre("problem 4E DRHD 0, scope 1: Path: 1Fh.8h, device and "
                          "function go up to 1F.7"));
  EXPECT_THAT(findings_with(0x48, 0),
              ElementsAre("note 48 DRHD 0, scope 1: Type: 0 is unknown, the scope is left out"));
}

// What software does not look at, and what it leaves out whatever stands there.
TEST(AcpiProblems, SoftwareSkipsWhatItDoesNotKnow) {
  DmarTable table = worked_example();
  table.root_ports = {{.scopes = {scope(Scope::Type::kSubHierarchy, 0, 0, {{3, 0}})}}};
  table.affinities = {{.register_base = 0xFED9'0000}};
  const Bytes good = to_bytes(table);
  Bytes bytes = good;
  bytes.at(0x58) = 9;     // type of the scope of the ATSR
  bytes.at(0x5E) = 0x20;  // no device, but no path either that anybody takes
  mend_checksum(bytes);
  EXPECT_THAT(findings_of(bytes),
              ElementsAre("note 58 ATSR 0, scope 0: Type: 9 is unknown, the scope is left out"));
  bytes = good;
  bytes.insert(bytes.end(), 2, 0);
  bytes.at(4) += 2;
  bytes.at(0x62) += 2;
  mend_checksum(bytes);
  EXPECT_THAT(findings_of(bytes), ElementsAre("note 74 RHSA 0: Length: 2 bytes too many"));
}

// Bytes of a name that are no text come out as digits, never as they are.
TEST(AcpiProblems, NamesAreShownWithoutRawBytes) {
  Bytes bytes = to_bytes(worked_example(), kExampleIdentity);
  const std::string odd = "\x1B[1m\xFF";
  std::copy(odd.begin(), odd.end(), bytes.begin() + 10);
  bytes.at(15) = 0;
  bytes.at(17) = 0;
  bytes.at(28) = 0x9B;
  mend_checksum(bytes);
  EXPECT_THAT(findings_of(bytes),
              ElementsAre("note 0A OEM ID: has bytes that are no printable ASCII",
                          "note 10 OEM table ID: goes on after a NUL",
                          "note 1C Creator ID: has bytes that are no printable ASCII"));
  const std::string text = to_text(read_table(bytes));
  EXPECT_THAT(text, HasSubstr("OEM ID                \"\\x1B[1m\\xFF\"\n"));
  EXPECT_THAT(text, HasSubstr("OEM table ID          \"V\\x00DTABLE\"\n"));
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char one) {
    return one == '\n' || (one >= 0x20 && one < 0x7F);
  })) << text;
}

TEST(AcpiProblems, ObjectNameNeedsItsEnd) {
  DmarTable table = worked_example();
  table.namespace_devices = {{.device_number = 1, .object_name = "AB"}};
  Bytes bytes = to_bytes(table);
  bytes.back() = 'C';
  mend_checksum(bytes);
  EXPECT_THAT(findings_of(bytes),
              ElementsAre("problem 58 ANDD 0: Object name: does not end with a NUL"));
}

// Whatever was cut off is missed. The bytes are in memory of just their size.
TEST(AcpiProblems, EveryTruncationIsFound) {
  for (const Bytes &whole : {to_bytes(full_table()), to_bytes(Madt{.cpus = 3})}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_THAT(findings_of(cut), Not(IsEmpty())) << size;
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
    return findings_of(bytes);
  };
  EXPECT_THAT(with(0x28, 3), ElementsAre("note 28 Flags: reserved bits are set: 2h"));
  EXPECT_THAT(with(0x2D, 7), Contains("problem 2D Local APIC: Length: 7, has to be 8"));
  // Longer than it has to be: read up to where it would end.
  Bytes longer = to_bytes(Madt{});
  longer.at(0x2D) = 9;
  longer.insert(longer.begin() + 0x34, 0);
  longer.at(4) += 1;
  mend_checksum(longer);
  EXPECT_THAT(findings_of(longer), ElementsAre("note 2D Local APIC: Length: 9, has to be 8"));
  EXPECT_THAT(with(0x2D, 1), ElementsAre("problem 2D Local APIC: Length: 1, at least 2"));
  EXPECT_THAT(with(0x2D, 250),
              ElementsAre("problem 2D Local APIC: Length: 250, but the table ends after 76 bytes"));
  EXPECT_THAT(with(0x30, 4), ElementsAre("note 30 Local APIC: Flags: reserved bits are set: 4h"));
  EXPECT_THAT(with(0x37, 1), ElementsAre("note 37 IOAPIC: Reserved: 01h, has to be 0"));
}

}  // namespace
}  // namespace dmar::acpi
