// SPDX-License-Identifier: Apache-2.0
// The disassembler of Debian's acpica-tools reads our tables as we do. Skipped where it is missing.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "acpi/madt.hpp"
#include "acpi/segment_table.hpp"
#include "acpi_tables.hpp"

namespace dmar::acpi {
namespace {

namespace fs = std::filesystem;
using ::testing::ContainsRegex;
using ::testing::IsSupersetOf;
using ::testing::Not;

class Iasl : public ::testing::Test {
 protected:
  Iasl() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~Iasl() override { fs::remove_all(folder_); }

  void SetUp() override {
    if (std::system("command -v iasl >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "no iasl on this machine: install acpica-tools";
    }
  }

  // What iasl makes of the table; it has nothing to say against it.
  std::string disassembled(const Bytes &table) {
    const fs::path file = folder_ / "table.bin";
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char *>(table.data()),
               static_cast<std::streamsize>(table.size()));
    run("iasl -d table.bin");
    const std::string text = contents("table.dsl");
    for (const std::string &said : {contents("log"), text}) {
      EXPECT_THAT(said,
                  Not(ContainsRegex("[Ww]arning|[Ee]rror|[Ii]nvalid|[Ii]ncorrect|[Uu]nknown")));
    }
    return text;
  }

  // What iasl compiles from its own disassembly.
  Bytes compiled_again() {
    run("iasl -p again table.dsl");
    const std::string bytes = contents("again.aml");
    return {bytes.begin(), bytes.end()};
  }

  // Lines "OFFSET SIZE NAME = VALUE" of what iasl makes of the table, without header.
  std::vector<std::string> fields_of(const Bytes &table) {
    const std::string text = disassembled(table);
    // [030h 0048   2]   Subtable Type : 0000 [Hardware Unit Definition]
    // Newer versions write the size in hexadecimal: [030h 0048 002h]
    static const std::regex kField(
        R"(\[([0-9A-F]+)h \d+ +([0-9A-F]+)(h?)\] +([^:]+) : ([^\[\n]*[^\[\n ]))");
    std::vector<std::string> out;
    for (std::sregex_iterator at(text.begin(), text.end(), kField), end; at != end; ++at) {
      const std::smatch &field = *at;
      const unsigned long offset = std::stoul(field[1], nullptr, 16);
      if (offset < 36) continue;
      const unsigned long bytes = std::stoul(field[2], nullptr, field[3].length() == 0 ? 10 : 16);
      out.push_back(
          fmt::format("{:02X} {} {} = {}", offset, bytes, field[4].str(), field[5].str()));
    }
    return out;
  }

 private:
  void run(const char *command) {
    const int status =
        std::system(fmt::format("cd '{}' && {} >log 2>&1", folder_.string(), command).c_str());
    EXPECT_EQ(status, 0) << contents("log");
  }
  [[nodiscard]] std::string contents(const char *name) const {
    std::ifstream in(folder_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const fs::path folder_ =
      fs::path(::testing::TempDir()) /
      fmt::format("dmar_iasl_{}", ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(Iasl, ReadsADmarTable) {
  DmarTable table = full_table();
  table.translation_caches.clear();  // the version of Debian 12 stops before these
  table.properties.clear();
  EXPECT_THAT(fields_of(to_bytes(table)),
              IsSupersetOf({"24 1 Host Address Width = 33",
                            "25 1 Flags = 0F",
                            "30 2 Subtable Type = 0000",
                            "32 2 Length = 0022",
                            "34 1 Flags = 00",
                            "36 2 PCI Segment Number = 1234",
                            "38 8 Register Base Address = 0000000ABCDE8000",
                            "40 1 Device Scope Type = 02",
                            "41 1 Entry Length = 0A",
                            "44 1 Enumeration ID = 00",
                            "45 1 PCI Bus Number = 42",
                            "46 2 PCI Path = 1C,01",
                            "48 2 PCI Path = 00,03",
                            "4A 1 Device Scope Type = 05",
                            "4E 1 Enumeration ID = 07",
                            "4F 1 PCI Bus Number = 43",
                            "50 2 PCI Path = 15,02",
                            "56 1 Flags = 01",
                            "5A 8 Register Base Address = 00000000FED90000",
                            "62 1 Device Scope Type = 03",
                            "66 1 Enumeration ID = 09",
                            "67 1 PCI Bus Number = F0",
                            "68 2 PCI Path = 1F,00",
                            "6A 2 Subtable Type = 0001",
                            "70 2 PCI Segment Number = 1234",
                            "72 8 Base Address = 0000000123456000",
                            "7A 8 End Address (limit) = 0000000123458FFF",
                            "88 2 PCI Path = 1A,00",
                            "8A 2 Subtable Type = 0002",
                            "8E 1 Flags = 00",
                            "92 1 Device Scope Type = 02",
                            "9E 1 Flags = 01",
                            "A2 2 Subtable Type = 0003",
                            "AA 8 Base Address = 0000000ABCDE8000",
                            "B2 4 Proximity Domain = 87654321",
                            "B6 2 Subtable Type = 0004",
                            "BD 1 Device Number = 07",
                            "BE 11 Device Name = \"\\_SB_.I2C0\""}));
}

TEST_F(Iasl, ReadsAMadt) {
  EXPECT_THAT(
      fields_of(to_bytes(Madt{.ioapic_id = 3, .ioapic_address = 0xFEC1'0000})),
      IsSupersetOf({"24 4 Local Apic Address = FEE00000", "2C 1 Subtable Type = 00",
                    "2F 1 Local Apic ID = 00", "34 1 Subtable Type = 01", "36 1 I/O Apic ID = 03",
                    "38 4 Address = FEC10000", "3C 4 Interrupt = 00000000", "43 1 Source = 00",
                    "44 4 Interrupt = 00000002", "4D 1 Source = 05", "4E 4 Interrupt = 00000005",
                    "52 2 Flags (decoded below) = 000D", "6B 1 Source = 0B",
                    "72 1 Subtable Type = 04", "74 1 Processor ID = FF",
                    "77 1 Interrupt Input LINT = 01"}));
}

// But for who made it, iasl compiles the same bytes from what it reads.
TEST_F(Iasl, ReadsASegment) {
  const Bytes table = to_bytes(PciSegmentTable{.segment = 1,
                                               .buses = 2,
                                               .ecam = 0xFF80'0000,
                                               .memory = 0xFF00'0000,
                                               .memory_bytes = 0x80'0000});
  const std::string text = disassembled(table);
  for (const char *line :
       {"Scope \\(\\\\_SB\\)", "Name \\(_HID, EisaId \\(\"PNP0A08\"\\)", "Name \\(_SEG, One\\)",
        "Name \\(_BBN, Zero\\)", "Name \\(_CBA, 0xFF800000\\)",
        "WordBusNumber \\(ResourceProducer, MinFixed, MaxFixed, PosDecode,",
        "DWordMemory \\(ResourceProducer, PosDecode, MinFixed, MaxFixed, NonCacheable, ReadWrite,",
        "0xFF7FFFFF, +// Range Maximum", "Method \\(_OSC, 4, NotSerialized\\)", "Return \\(Arg3\\)",
        "Name \\(_HID, EisaId \\(\"PNP0C02\"\\)", "0xFF800000, +// Address Base",
        "0x00200000, +// Address Length"}) {
    EXPECT_THAT(text, ContainsRegex(line));
  }
  const Bytes again = compiled_again();
  ASSERT_EQ(again.size(), table.size());
  EXPECT_EQ(Bytes(again.begin() + 36, again.end()), Bytes(table.begin() + 36, table.end()));
}

}  // namespace
}  // namespace dmar::acpi
