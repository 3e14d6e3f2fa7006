// SPDX-License-Identifier: Apache-2.0
// DMAR and MADT tables that are good: bytes by the book, and every table read back as it was.
#include "acpi_tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "acpi/dmar_read.hpp"
#include "acpi/madt.hpp"

namespace dmar::acpi {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(DmarTable, HasTheBytesOfTheWorkedExample) {
  constexpr std::uint8_t kExpected[] = {
      0x44, 0x4D, 0x41, 0x52, 0x50, 0x00, 0x00, 0x00, 0x01, 0xA0, 0x56, 0x54, 0x44, 0x52,
      0x45, 0x46, 0x56, 0x54, 0x44, 0x54, 0x41, 0x42, 0x4C, 0x45, 0x01, 0x00, 0x00, 0x00,
      0x56, 0x54, 0x44, 0x52, 0x01, 0x00, 0x00, 0x00, 0x2D, 0x01, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x20, 0x00, 0x01, 0x00, 0x00, 0x00,
      0x00, 0x00, 0xD9, 0xFE, 0x00, 0x00, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x00, 0x00,
      0x1F, 0x07, 0x04, 0x08, 0x00, 0x00, 0x00, 0x00, 0x1F, 0x06};
  EXPECT_THAT(to_bytes(worked_example(), kExampleIdentity), ElementsAreArray(kExpected));
}

TEST(DmarTable, ExampleIsReadFieldByField) {
  const DmarReading read = read_dmar(to_bytes(worked_example(), kExampleIdentity));
  EXPECT_THAT(read.reading.problems, IsEmpty());
  EXPECT_EQ(read.identity.oem_id, "VTDREF");
  EXPECT_THAT(to_text(read.reading),
              AllOf(HasSubstr("0024h   1  Host address width    2Dh                 46 bits\n"),
                    HasSubstr("0025h   1  Flags                 01h                 INTR_REMAP\n"),
                    HasSubstr("0038h   8  Register base         00000000FED90000h\n"),
                    HasSubstr("0044h   1  Enumeration ID      00h\n"),
                    HasSubstr("0046h   2  Path                \"1F.7\"              00:1F.7\n")));
}

// Written by QEMU 7.2 for its own unit on q35.
TEST(DmarTable, TableOfAnotherWriterIsReadAndMadeAgain) {
  const Bytes qemu = {0x44, 0x4D, 0x41, 0x52, 0x68, 0x00, 0x00, 0x00, 0x01, 0x42, 0x42, 0x4F, 0x43,
                      0x48, 0x53, 0x20, 0x42, 0x58, 0x50, 0x43, 0x20, 0x20, 0x20, 0x20, 0x01, 0x00,
                      0x00, 0x00, 0x42, 0x58, 0x50, 0x43, 0x01, 0x00, 0x00, 0x00, 0x26, 0x01, 0x00,
                      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x38, 0x00,
                      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xD9, 0xFE, 0x00, 0x00, 0x00, 0x00, 0x03,
                      0x08, 0x00, 0x00, 0x00, 0xFF, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00,
                      0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x1F, 0x00, 0x01, 0x08, 0x00,
                      0x00, 0x00, 0x00, 0x1F, 0x02, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x1F, 0x03};
  const DmarReading read = read_dmar(qemu);
  EXPECT_THAT(read.reading.problems, IsEmpty());
  const DmarTable expected = {
      .host_address_width = 39,
      .units = {{.include_pci_all = false,
                 .scopes = {scope(Scope::Type::kIoapic, 0, 0xFF, {{0, 0}}),
                            scope(Scope::Type::kEndpoint, 0, 0, {{0, 0}}),
                            scope(Scope::Type::kEndpoint, 0, 0, {{0x1F, 0}}),
                            scope(Scope::Type::kEndpoint, 0, 0, {{0x1F, 2}}),
                            scope(Scope::Type::kEndpoint, 0, 0, {{0x1F, 3}})}}}};
  EXPECT_TRUE(read.table == expected);
  EXPECT_EQ(to_bytes(expected, {.oem_id = "BOCHS", .oem_table_id = "BXPC", .creator_id = "BXPC"}),
            qemu);
}

// Every structure, every flag, and numbers that differ in all bytes.
TEST(DmarTable, WritesEveryStructure) {
  const DmarTable table = full_table();
  const auto bytes = to_bytes(table);
  const DmarReading read = read_dmar(bytes);
  EXPECT_THAT(read.reading.problems, IsEmpty());
  EXPECT_EQ(to_bytes(read.table, read.identity), bytes);
  EXPECT_EQ(value_at(bytes, 36, 1), 51U);
  EXPECT_EQ(value_at(bytes, 37, 1), 15U);
  std::size_t at = 48;
  const auto next = [&](unsigned type, unsigned length) {
    EXPECT_EQ(value_at(bytes, at, 2), type) << at;
    EXPECT_EQ(value_at(bytes, at + 2, 2), length) << at;
    at += length;
    return at - length;
  };
  const std::size_t first = next(0, 16 + 10 + 8);
  EXPECT_EQ(value_at(bytes, first + 4, 4), 0x1234'0300U);  // flags, size, segment
  EXPECT_EQ(value_at(bytes, first + 8, 8), 0xA'BCDE'8000U);
  EXPECT_EQ(value_at(bytes, first + 16, 8), 0x011C'4200'0000'0A02U);  // bridge 42:1C.1
  EXPECT_EQ(value_at(bytes, first + 24, 2), 0x0300U);                 // then 00.3
  EXPECT_EQ(value_at(bytes, first + 26, 8), 0x0215'4307'0000'0805U);  // namespace device 7
  EXPECT_EQ(value_at(bytes, next(0, 16 + 8) + 4, 1), 1U);
  const std::size_t memory = next(1, 24 + 8);
  EXPECT_EQ(value_at(bytes, memory + 4, 4), 0x1234'0000U);
  EXPECT_EQ(value_at(bytes, memory + 8, 8), 0x1'2345'6000U);
  EXPECT_EQ(value_at(bytes, memory + 16, 8), 0x1'2345'8FFFU);
  EXPECT_EQ(value_at(bytes, next(2, 8 + 8) + 4, 4), 0x1234'0000U);
  EXPECT_EQ(value_at(bytes, next(2, 8) + 4, 4), 0x0000'0001U);
  const std::size_t node = next(3, 20);
  EXPECT_EQ(value_at(bytes, node + 8, 8), 0xA'BCDE'8000U);
  EXPECT_EQ(value_at(bytes, node + 16, 4), 0x8765'4321U);
  const std::size_t device = next(4, 8 + 11);
  EXPECT_EQ(value_at(bytes, device + 4, 4), 0x0700'0000U);
  EXPECT_EQ(std::string(bytes.begin() + static_cast<std::ptrdiff_t>(device) + 8,
                        bytes.begin() + static_cast<std::ptrdiff_t>(device) + 19),
            std::string("\\_SB_.I2C0\0", 11));
  EXPECT_EQ(value_at(bytes, next(5, 8 + 8) + 4, 4), 0x1234'0001U);
  const std::size_t properties = next(6, 8 + 8);
  EXPECT_EQ(value_at(bytes, properties + 8, 3), 0x1F'0801U);
  EXPECT_EQ(at, bytes.size());
}

TEST(DmarTable, ShortNamesAreFilledWithBlanks) {
  const auto bytes =
      to_bytes(worked_example(), {.oem_id = "A", .oem_table_id = "", .creator_id = "C"});
  EXPECT_EQ(std::string(bytes.begin() + 10, bytes.begin() + 24), "A             ");
  EXPECT_EQ(std::string(bytes.begin() + 28, bytes.begin() + 32), "C   ");
  EXPECT_EQ(read_dmar(bytes).identity.oem_id, "A");
}

TEST(DmarTable, NamesThatDoNotFitAreRefused) {
  const auto message = [](const TableIdentity &identity) -> std::string {
    try {
      to_bytes(worked_example(), identity);
    } catch (const std::invalid_argument &error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(message({.oem_id = "SEVENCH"}), "OEM ID 'SEVENCH' is longer than 6 characters");
  EXPECT_EQ(message({.oem_table_id = "NINECHARS"}),
            "OEM table ID 'NINECHARS' is longer than 8 characters");
  EXPECT_EQ(message({.creator_id = "FIVES"}), "creator ID 'FIVES' is longer than 4 characters");
  EXPECT_EQ(message({.oem_id = "\xE9"}), "OEM ID is not printable ASCII");
}

TEST(DmarTable, RandomTablesAreReadBack) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    const DmarTable table = random_table(seed);
    const auto bytes = to_bytes(table);
    const DmarReading read = read_dmar(bytes);
    ASSERT_THAT(read.reading.problems, IsEmpty()) << "seed " << seed << "\n"
                                                  << to_text(read.reading);
    ASSERT_TRUE(read.table == table) << "seed " << seed;
    ASSERT_EQ(to_bytes(read.table, read.identity), bytes) << "seed " << seed;
  }
}

TEST(Madt, HasTheStructuresOfAPc) {
  const auto bytes = to_bytes(Madt{.cpus = 2, .ioapic_id = 3, .ioapic_address = 0xFEC1'0000});
  constexpr std::uint8_t kBody[] = {
      0x00, 0x00, 0xE0, 0xFE, 0x01, 0x00, 0x00, 0x00,                          // APIC, PICs
      0x00, 0x08, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,                          // processor 0
      0x00, 0x08, 0x01, 0x01, 0x01, 0x00, 0x00, 0x00,                          // processor 1
      0x01, 0x0C, 0x03, 0x00, 0x00, 0x00, 0xC1, 0xFE, 0x00, 0x00, 0x00, 0x00,  // IOAPIC
      0x02, 0x0A, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00,              // timer
      0x02, 0x0A, 0x00, 0x05, 0x05, 0x00, 0x00, 0x00, 0x0D, 0x00,              //
      0x02, 0x0A, 0x00, 0x09, 0x09, 0x00, 0x00, 0x00, 0x0D, 0x00,              //
      0x02, 0x0A, 0x00, 0x0A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x00,              //
      0x02, 0x0A, 0x00, 0x0B, 0x0B, 0x00, 0x00, 0x00, 0x0D, 0x00,              //
      0x04, 0x06, 0xFF, 0x00, 0x00, 0x01};                                     // NMI
  EXPECT_THAT(std::vector(bytes.begin() + 36, bytes.end()), ElementsAreArray(kBody));
  const Reading reading = read_table(bytes);
  EXPECT_EQ(reading.signature, "APIC");
  EXPECT_THAT(reading.problems, IsEmpty());
  EXPECT_THAT(to_text(reading), AllOf(HasSubstr("FEC10000h"), HasSubstr("level, active high")));
}

TEST(Madt, NumberOfProcessorsHasLimits) {
  EXPECT_EQ(read_table(to_bytes(Madt{.cpus = 255})).problems.size(), 0U);
  EXPECT_THROW(to_bytes(Madt{.cpus = 0}), std::invalid_argument);
  EXPECT_THROW(to_bytes(Madt{.cpus = 256}), std::invalid_argument);
}

}  // namespace
}  // namespace dmar::acpi
