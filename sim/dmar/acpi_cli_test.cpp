// SPDX-License-Identifier: Apache-2.0
// `dmar acpi` as its users meet it. Runs the built program.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "program.hpp"

namespace dmar::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class AcpiProgram : public Program {
 protected:
  [[nodiscard]] std::string contents(const std::string &name) const {
    std::ifstream file(in(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string &name, std::string_view bytes) const {
    std::ofstream(in(name), std::ios::binary) << bytes;
  }
  static std::string message(const std::string &arguments) {
    const Result result = dmar("acpi " + arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    return result.output;
  }
};

constexpr const char *kExample =
    "acpi --ioapic 00:1f.7 --hpet 00:1f.6 --oem-id VTDREF --oem-table-id VTDTABLE "
    "--creator-id VTDR";

TEST_F(AcpiProgram, PrintsTheBytesOfTheWorkedExample) {
  const Result result = dmar(fmt::format("{} --hex", kExample));
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.output,
            "0000  44 4D 41 52 50 00 00 00 01 A0 56 54 44 52 45 46\n"
            "0010  56 54 44 54 41 42 4C 45 01 00 00 00 56 54 44 52\n"
            "0020  01 00 00 00 2D 01 00 00 00 00 00 00 00 00 00 00\n"
            "0030  00 00 20 00 01 00 00 00 00 00 D9 FE 00 00 00 00\n"
            "0040  03 08 00 00 00 00 1F 07 04 08 00 00 00 00 1F 06\n");
}

TEST_F(AcpiProgram, ListsTheTableWithoutAFile) {
  const Result result = dmar(kExample);
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output,
              AllOf(StartsWith("Header\n  0000h   4  Signature             \"DMAR\"\n"),
                    HasSubstr("46 bits"), HasSubstr("INCLUDE_PCI_ALL"), HasSubstr("00:1F.7"),
                    Not(HasSubstr("Problem"))));
}

// What a guest behind `qemu -acpitable sig=DMAR,data=` gets (docs/acpi.md).
TEST_F(AcpiProgram, WritesWholeTableAndBody) {
  const Result result = dmar(
      fmt::format("acpi --ioapic 0@ff:00.0 --out {} --body {}", in("dmar.aml"), in("dmar.bin")));
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output, IsEmpty());
  const std::string body = contents("dmar.bin");
  constexpr char kBody[] =
      "\x2D\x01\0\0\0\0\0\0\0\0\0\0"
      "\0\0\x18\0\x01\0\0\0\0\0\xD9\xFE\0\0\0\0"
      "\x03\x08\0\0\0\xFF\0";
  EXPECT_EQ(body, std::string(kBody, sizeof kBody));
  EXPECT_EQ(contents("dmar.aml").substr(36), body);
  EXPECT_EQ(files(), 2U);
  const Result read = dmar(fmt::format("acpi --read {}", in("dmar.aml")));
  EXPECT_EQ(read.status, 0);
  EXPECT_THAT(read.output, HasSubstr(in("dmar.aml") + ": 72 bytes, 0 problems, 0 notes\n"));
}

TEST_F(AcpiProgram, WritesTheMadt) {
  const Result result = dmar(fmt::format(
      "acpi --madt --cpus 2 --ioapic-id 3 --ioapic-address FEC10000 --out {}", in("madt.aml")));
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output, IsEmpty());
  const Result read = dmar(fmt::format("acpi --read {} --json -", in("madt.aml")));
  EXPECT_EQ(read.status, 0);
  const auto json = nlohmann::json::parse(read.output);
  EXPECT_EQ(json.at("signature"), "APIC");
  EXPECT_EQ(json.at("structures").size(), 2U + 2 + 1 + 5 + 1);
  const auto &ioapic = json.at("structures").at(4).at("fields");
  EXPECT_EQ(ioapic.at("ioapic_id").at("value"), 3);
  EXPECT_EQ(ioapic.at("address").at("value"), 0xFEC1'0000U);
  EXPECT_THAT(json.at("problems"), IsEmpty());
}

TEST_F(AcpiProgram, DescribesALargerMachine) {
  const Result result = dmar(
      fmt::format("acpi --width 52 --unit FED90000,scope=00:02.0 --unit FED91000,all,size=2 "
                  "--unit 0xA00000000,segment=1,scope=bridge@00:1c.0/00.1,scope=acpi:7@00:15.2 "
                  "--ioapic 2@f0:1f.0 --hpet 1@00:1f.6 --rmrr 7B800000-7BFFFFFF@00:02.0,00:14.0 "
                  "--atsr 00:1c.0,segment=1 --atsr all --rhsa FED91000=3 --andd '7=\\_SB_.I2C0' "
                  "--satc 00:02.0,required --x2apic-opt-out --opt-in --dma-remap-opt-out --json {}",
                  in("t.json")));
  EXPECT_EQ(result.status, 2);  // sizes align their base
  EXPECT_EQ(result.output,
            "dmar: --unit FED91000,all,size=2: Register base: FED91000h is not a multiple of "
            "8 KiB\n");
  const Result good = dmar(
      fmt::format("acpi --width 52 --unit FED90000,scope=00:02.0 --unit FED92000,all,size=2 "
                  "--unit 0xA00000000,segment=1,scope=bridge@00:1c.0/00.1,scope=acpi:7@00:15.2 "
                  "--ioapic 2@f0:1f.0 --hpet 1@00:1f.6 --rmrr 7B800000-7BFFFFFF@00:02.0,00:14.0 "
                  "--atsr 00:1c.0,segment=1 --atsr all --rhsa FED92000=3 --andd '7=\\_SB_.I2C0' "
                  "--satc 00:02.0,required --x2apic-opt-out --opt-in --dma-remap-opt-out --json {}",
                  in("t.json")));
  EXPECT_EQ(good.status, 0);
  EXPECT_EQ(good.output,
            "dmar: note: Flags: DMA_CTRL_PLATFORM_OPT_IN asks for DMA remapping, "
            "DMA_REMAP_OPT_OUT forbids it\n");
  const auto json = nlohmann::json::parse(std::ifstream(in("t.json")));
  const auto &structures = json.at("structures");
  ASSERT_EQ(structures.size(), 2U + 3 + 1 + 2 + 1 + 1 + 1);
  const auto value = [&](std::size_t index, const char *field) {
    return structures.at(index).at("fields").at(field).at("value");
  };
  const auto part = [&](std::size_t index, std::size_t scope, const char *field) {
    return structures.at(index).at("parts").at(scope).at("fields").at(field).at("value");
  };
  EXPECT_EQ(value(1, "host_address_width"), 51);
  EXPECT_EQ(value(1, "flags"), 15);
  EXPECT_EQ(structures.at(1).at("fields").at("flags").at("meaning"),
            "INTR_REMAP X2APIC_OPT_OUT DMA_CTRL_PLATFORM_OPT_IN DMA_REMAP_OPT_OUT");
  EXPECT_EQ(value(2, "register_base"), 0xFED9'0000U);
  EXPECT_EQ(value(2, "flags"), 0);
  EXPECT_EQ(part(2, 0, "path"), "02.0");
  EXPECT_EQ(value(3, "flags"), 1);
  EXPECT_EQ(value(3, "size"), 1);
  EXPECT_EQ(part(3, 0, "enumeration_id"), 2);
  EXPECT_EQ(part(3, 0, "start_bus"), 0xF0);
  EXPECT_EQ(part(3, 1, "type"), 4);
  EXPECT_EQ(part(3, 1, "enumeration_id"), 1);
  EXPECT_EQ(value(4, "segment"), 1);
  EXPECT_EQ(part(4, 0, "type"), 2);
  EXPECT_EQ(part(4, 0, "path_2"), "00.1");
  EXPECT_EQ(part(4, 1, "type"), 5);
  EXPECT_EQ(value(5, "base"), 0x7B80'0000U);
  EXPECT_EQ(value(5, "limit"), 0x7BFF'FFFFU);
  EXPECT_EQ(structures.at(5).at("parts").size(), 2U);
  EXPECT_EQ(part(6, 0, "type"), 2);
  EXPECT_EQ(value(7, "flags"), 1);
  EXPECT_EQ(value(8, "proximity_domain"), 3);
  EXPECT_EQ(value(9, "object_name"), "\\_SB_.I2C0");
  EXPECT_EQ(value(10, "flags"), 1);
}

TEST_F(AcpiProgram, NotesAnIoapicThatIsMissing) {
  EXPECT_THAT(
      dmar("acpi --hex").output,
      HasSubstr("dmar: note: Flags: INTR_REMAP, but no scope names an IOAPIC, so Linux will not "
                "remap interrupts\n"));
  EXPECT_THAT(dmar("acpi").output,
              HasSubstr("\nNote at 0025h: Flags: INTR_REMAP, but no scope names an IOAPIC"));
  EXPECT_THAT(dmar("acpi --hex --no-intremap").output, StartsWith("0000  44 4D 41 52"));
}

TEST_F(AcpiProgram, MessagesNameOptionAndField) {
  const auto expect = [](const std::string &arguments, const std::string &text) {
    EXPECT_EQ(message(arguments), fmt::format("dmar: {}\n", text));
  };
  expect("--unit FED90800", "--unit FED90800: Register base: FED90800h is not a multiple of 4 KiB");
  expect("--unit g", "--unit g: base: 'g' is not a hexadecimal address of 64 bits");
  expect("--unit 1000,size=3", "--unit 1000,size=3: size: 3 pages, has to be a power of two");
  expect("--unit 1000,size=65536",
         "--unit 1000,size=65536: size: '65536' is not a number from 0 to 32768");
  expect("--unit 1000,segment=65536",
         "--unit 1000,segment=65536: segment: '65536' is not a number from 0 to 65535");
  expect("--unit 1000,some",
         "--unit 1000,some: field: 'some' is none of segment=, size=, all, scope=");
  expect("--unit 1000,scope=",
         "--unit 1000,scope=: device: '' is not a path such as 00:1f.7 or 00:1c.0/00.0");
  expect("--unit 1000,scope=00:20.0",
         "--unit 1000,scope=00:20.0: device: '00:20.0' is not a path such as 00:1f.7 or "
         "00:1c.0/00.0");
  expect("--unit 1000,scope=0028",
         "--unit 1000,scope=0028: device: '0028' is not a path such as "
         "00:1f.7 or 00:1c.0/00.0");
  expect("--unit 1000,scope=00:1c.0/01:00.0",
         "--unit 1000,scope=00:1c.0/01:00.0: device: '01:00.0' in '00:1c.0/01:00.0' is not DEV.FN");
  expect("--unit 1000,scope=00:1c.0/",
         "--unit 1000,scope=00:1c.0/: device: '00:1c.0/' is not a path such as 00:1f.7 or "
         "00:1c.0/00.0");
  expect("--unit 1000,scope=tpm@00:1.0",
         "--unit 1000,scope=tpm@00:1.0: device: 'tpm' is none of endpoint, bridge, ioapic, hpet, "
         "acpi");
  expect("--unit 1000,all,scope=00:02.0",
         "--unit 1000,all,scope=00:02.0: Type: a unit with INCLUDE_PCI_ALL names no PCI devices");
  expect("--unit 1000 --unit 2000,scope=00:02.0",
         "--unit 2000,scope=00:02.0: comes after DRHD 0, which has INCLUDE_PCI_ALL for segment 0 "
         "and has to be the last");
  expect("--unit 1000 --unit 2000",
         "--unit 2000: Flags: INCLUDE_PCI_ALL, which DRHD 0 has for segment 0 too");
  expect("--unit 10000,size=16,scope=00:02.0 --unit 11000",
         "--unit 11000: Register base: 11000h to 11FFFh overlaps the registers of DRHD 0, 10000h "
         "to 1FFFFh");
  expect("--unit 1000,scope=00:02.0 --unit 2000,scope=00:02.0",
         "--unit 2000,scope=00:02.0: Path: 00:02.0 is under DRHD 0 too, scope 0");
  expect("--ioapic 256@00:1f.7", "--ioapic 256@00:1f.7: id: '256' is not a number from 0 to 255");
  expect("--ioapic 1@00:1f.7 --ioapic 1@00:1f.6",
         "--ioapic 1@00:1f.6: Enumeration ID: IOAPIC 1 is DRHD 0, scope 0 too");
  expect("--hpet 00", "--hpet 00: device: '00' is not a path such as 00:1f.7 or 00:1c.0/00.0");
  expect("--rmrr 1000-2FFF", "--rmrr 1000-2FFF: device: none; write BASE-LIMIT@DEVICE");
  expect("--rmrr 1000@00:02.0", "--rmrr 1000@00:02.0: limit: none; write BASE-LIMIT@DEVICE");
  expect("--rmrr 1000-2000@00:02.0",
         "--rmrr 1000-2000@00:02.0: Limit: 2000h is not the last byte of a page of 4 KiB");
  expect("--rmrr 3000-2FFF@00:02.0",
         "--rmrr 3000-2FFF@00:02.0: Limit: 2FFFh is below the base 3000h");
  expect("--rmrr 1000-400000000FFF@00:02.0",
         "--rmrr 1000-400000000FFF@00:02.0: Limit: 400000000FFFh is beyond 46 address bits");
  expect("--atsr segment=0", "--atsr segment=0: names no device");
  expect("--rhsa 1000", "--rhsa 1000: node: none; write BASE=NODE");
  expect("--rhsa 1000=0", "--rhsa 1000=0: Register base: no unit has its registers at 1000h");
  expect("--andd 1", "--andd 1: name: none; write NUMBER=NAME");
  expect("--andd 1=", "--andd 1=: Object name: is empty");
  expect("--satc 00:1.0,segment=1",
         "--satc 00:1.0,segment=1: Segment: segment 1 has no remapping unit");
  expect("--width 65", "--width 65: 65 bits, has to be 12 to 64");
  expect("--oem-id SEVENCH", "OEM ID 'SEVENCH' is longer than 6 characters");
  expect(
      "--madt --ioapic-address 100000000",
      "--ioapic-address 100000000: address: '100000000' is not a hexadecimal address of 32 bits");
  expect("--x2apic-opt-out --no-intremap",
         "--x2apic-opt-out: means nothing without interrupt remapping");
  EXPECT_THAT(message("--config none"), StartsWith("dmar: --config none: no such configuration"));
}

TEST_F(AcpiProgram, OptionsThatDoNotGoTogether) {
  EXPECT_THAT(message("--madt --unit 1000"), HasSubstr("--unit excludes --madt"));
  EXPECT_THAT(message("--cpus 2"), HasSubstr("--cpus requires --madt"));
  EXPECT_THAT(message("--read x --out y"), HasSubstr("--out excludes --read"));
  EXPECT_THAT(message("--read x --oem-id y"), HasSubstr("--oem-id excludes --read"));
  EXPECT_THAT(message("--madt --cpus 0"), HasSubstr("--cpus"));
  EXPECT_THAT(message("more"), HasSubstr("more"));
}

TEST_F(AcpiProgram, ReadsBadTables) {
  EXPECT_EQ(dmar(fmt::format("acpi --out {} --ioapic 00:1f.7", in("t.aml"))).status, 0);
  std::string bytes = contents("t.aml");
  put("short.aml", bytes.substr(0, 70));
  const Result cut = dmar("acpi --read " + in("short.aml"));
  EXPECT_EQ(cut.status, 1);
  EXPECT_THAT(cut.output,
              AllOf(HasSubstr("short.aml: problem at 0004h: Length: 72 bytes, but only 70 are "
                              "there\n"),
                    HasSubstr("short.aml: problem at 0032h: DRHD 0: Length: 24, but the table ends "
                              "after 22 bytes\n"),
                    HasSubstr("short.aml: 70 bytes, 2 problems, 0 notes\n")));
  // Without the listing, too, they are said.
  EXPECT_THAT(dmar("acpi --hex --read " + in("short.aml")).output,
              HasSubstr("short.aml: problem at 0004h: "));
  bytes[0x25] = '\x11';
  put("changed.aml", bytes);
  const Result changed = dmar(fmt::format("acpi --read {} --json -", in("changed.aml")));
  EXPECT_EQ(changed.status, 1);
  const auto problems = nlohmann::json::parse(changed.output).at("problems");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems.at(0).at("offset"), 9);
  const auto notes = nlohmann::json::parse(changed.output).at("notes");
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes.at(0).at("offset"), 0x25);
  put("text", "\xFF\xFE no table \x80 at all, but long enough for the header of one");
  const Result text = dmar(fmt::format("acpi --read {}", in("text")));
  EXPECT_EQ(text.status, 1);
  EXPECT_THAT(text.output, HasSubstr("text: problem at 0000h: Signature: neither DMAR nor APIC\n"));
  EXPECT_EQ(dmar(fmt::format("acpi --read {} --json -", in("text"))).status, 1);
}

// As client firmware of today writes it: revision 2, names that are no text. It is a good table.
TEST_F(AcpiProgram, ReadsOddTablesWithNotes) {
  EXPECT_EQ(dmar(fmt::format("acpi --width 39 --unit FED90000,scope=00:02.0 --unit FED91000 "
                             "--ioapic 2@00:1e.7 --hpet 00:1e.6 --rmrr 4C000000-503FFFFF@00:02.0 "
                             "--out {}",
                             in("t.aml")))
                .status,
            0);
  std::string bytes = contents("t.aml");
  const auto put_with_checksum = [&](const std::string &name) {
    bytes[9] = 0;
    char sum = 0;
    for (const char one : bytes) sum = static_cast<char>(sum + one);
    bytes[9] = static_cast<char>(-sum);
    put(name, bytes);
  };
  bytes[8] = 2;
  put_with_checksum("revision2.aml");
  const Result revision = dmar("acpi --read " + in("revision2.aml"));
  EXPECT_EQ(revision.status, 0);
  EXPECT_THAT(revision.output, HasSubstr("revision2.aml: 136 bytes, 0 problems, 0 notes\n"));
  bytes.replace(10, 6, "\x1B[2J\xE9\x9B");
  bytes[0x35] = '\x30';
  put_with_checksum("odd.aml");
  const Result odd = dmar("acpi --read " + in("odd.aml"));
  EXPECT_EQ(odd.status, 0);
  EXPECT_THAT(
      odd.output,
      AllOf(HasSubstr("\"\\x1B[2J\\xE9\\x9B\""),
            HasSubstr("odd.aml: note at 000Ah: OEM ID: has bytes that are no printable ASCII\n"),
            HasSubstr("odd.aml: note at 0035h: DRHD 0: Size: reserved bits are set: 30h\n"),
            HasSubstr("odd.aml: 136 bytes, 0 problems, 2 notes\n"), Not(HasSubstr("\x1B")),
            Not(HasSubstr("\xE9")), Not(HasSubstr("\x9B"))));
  const Result json = dmar(fmt::format("acpi --read {} --json -", in("odd.aml")));
  EXPECT_EQ(json.status, 0);
  EXPECT_EQ(nlohmann::json::parse(json.output).at("notes").size(), 2U);
  bytes[0x35] = 1;  // the unit of two pages reaches into the next one
  put_with_checksum("overlap.aml");
  const Result overlap = dmar("acpi --read " + in("overlap.aml"));
  EXPECT_EQ(overlap.status, 1);
  EXPECT_THAT(overlap.output, HasSubstr("overlap.aml: problem at 0050h: DRHD 1: Register base: "
                                        "FED91000h to FED91FFFh overlaps the registers of DRHD 0"));
}

TEST_F(AcpiProgram, UnusableFiles) {
  EXPECT_EQ(
      message("--read " + in("none")),
      fmt::format("dmar: --read {}: cannot be read: No such file or directory\n", in("none")));
  EXPECT_EQ(message("--read " + directory_.string()),
            fmt::format("dmar: --read {}: cannot be read: Is a directory\n", directory_.string()));
  EXPECT_THAT(message("--read /dev/zero"), HasSubstr("not an ACPI table"));
  put("empty", "");
  EXPECT_THAT(dmar("acpi --read " + in("empty")).output,
              HasSubstr("empty: problem at 0000h: ends after 0 bytes, inside the header of 36\n"));
  EXPECT_EQ(message(fmt::format("--ioapic 00:1f.7 --out {} --body {}", in("good"), in("no/t"))),
            fmt::format("dmar: {}: cannot be written: No such file or directory\n", in("no/t")));
  EXPECT_FALSE(fs::exists(in("good")));
}

TEST_F(AcpiProgram, HelpHasTheCommonCases) {
  const Result help = dmar("acpi --help");
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.output, AllOf(HasSubstr("dmar acpi --ioapic 0@ff:00.0 --body dmar.bin"),
                                 HasSubstr("--rmrr"), HasSubstr("--madt")));
}

}  // namespace
}  // namespace dmar::sim
