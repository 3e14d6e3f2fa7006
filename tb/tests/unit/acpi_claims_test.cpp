// SPDX-License-Identifier: Apache-2.0
// Two units that claim the same: registers, all devices of a segment, a device.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "acpi/dmar_read.hpp"
#include "acpi/dmar_rules.hpp"
#include "acpi_tables.hpp"

namespace dmar::acpi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Type = Scope::Type;

constexpr std::uint64_t kBase = 0xFC80'0000;

// "problem ..." or "note ..." for each rule that the units break.
std::vector<std::string> findings_in(const std::vector<Drhd> &units) {
  std::vector<std::string> out;
  DmarTable table = {.units = units};
  for (unsigned number : {7, 8}) {
    table.namespace_devices.push_back(
        {.device_number = static_cast<std::uint8_t>(number), .object_name = "\\_SB_"});
  }
  for (const Violation &one : violations(table)) {
    out.push_back((one.severity == Severity::kProblem ? "problem " : "note ") + to_string(one));
  }
  return out;
}

// Unit `index` for these devices, with registers of its own.
Drhd unit(unsigned index, std::vector<Scope> scopes) {
  return {.register_base = kBase + 0x1000 * std::uint64_t{index},
          .include_pci_all = false,
          .scopes = std::move(scopes)};
}
Drhd unit_for_all(unsigned index, std::vector<Scope> scopes = {}) {
  Drhd out = unit(index, std::move(scopes));
  out.include_pci_all = true;
  return out;
}
Scope endpoint(unsigned bus, std::vector<Scope::Hop> path) {
  return scope(Type::kEndpoint, 0, bus, std::move(path));
}
Scope bridge(unsigned bus, std::vector<Scope::Hop> path) {
  return scope(Type::kSubHierarchy, 0, bus, std::move(path));
}

TEST(AcpiClaims, RegisterSetsOfSeveralPagesOverlap) {
  const auto with = [](std::uint64_t base, unsigned pages_log2) {
    Drhd large = unit(0, {endpoint(0, {{2, 0}})});
    large.register_pages_log2 = 4;
    Drhd other = unit_for_all(0);
    other.register_base = base;
    other.register_pages_log2 = pages_log2;
    return findings_in({large, other});
  };
  EXPECT_THAT(with(kBase - 0x1000, 0), IsEmpty());
  EXPECT_THAT(with(kBase + 0x1'0000, 0), IsEmpty());
  EXPECT_THAT(with(kBase + 0x1000, 0),
              ElementsAre("problem DRHD 1: Register base: FC801000h to FC801FFFh overlaps the "
                          "registers of DRHD 0, FC800000h to FC80FFFFh"));
  EXPECT_THAT(with(kBase + 0xF000, 0),
              ElementsAre("problem DRHD 1: Register base: FC80F000h to FC80FFFFh overlaps the "
                          "registers of DRHD 0, FC800000h to FC80FFFFh"));
  EXPECT_THAT(with(kBase - 0x8'0000, 8),
              ElementsAre("note DRHD 1: Register base: FC780000h is not a multiple of 1024 KiB",
                          "problem DRHD 1: Register base: FC780000h to FC87FFFFh overlaps the "
                          "registers of DRHD 0, FC800000h to FC80FFFFh"));
  EXPECT_THAT(with(kBase, 0),
              ElementsAre("problem DRHD 1: Register base: FC800000h is that of DRHD 0 too"));
}

// The same, out of bytes.
TEST(AcpiClaims, OverlapIsFoundInATable) {
  DmarTable table = {.units = {unit(0, {endpoint(0, {{2, 0}})}),
                               unit_for_all(1, {scope(Type::kIoapic, 2, 0, {{0x1E, 7}})})}};
  Bytes bytes = to_bytes(table);
  EXPECT_THAT(findings_of(bytes), IsEmpty());
  bytes.at(0x35) = 4;  // size of the first unit: 16 pages
  mend_checksum(bytes);
  EXPECT_THAT(findings_of(bytes),
              ElementsAre("problem 50 DRHD 1: Register base: FC801000h to FC801FFFh overlaps the "
                          "registers of DRHD 0, FC800000h to FC80FFFFh"));
}

TEST(AcpiClaims, AllDevicesOfASegment) {
  Drhd elsewhere = unit_for_all(1);
  elsewhere.segment = 5;
  EXPECT_THAT(findings_in({unit_for_all(0), elsewhere}), IsEmpty());
  EXPECT_THAT(
      findings_in({unit_for_all(0), elsewhere, unit_for_all(2)}),
      ElementsAre("problem DRHD 2: Flags: INCLUDE_PCI_ALL, which DRHD 0 has for segment 0 too"));
  EXPECT_THAT(findings_in({unit_for_all(0), elsewhere, unit(2, {endpoint(0, {{2, 0}})})}),
              ElementsAre("note DRHD 2: comes after DRHD 0, which has INCLUDE_PCI_ALL for segment "
                          "0 and has to be the last"));
}

TEST(AcpiClaims, OneDeviceUnderTwoUnits) {
  const std::vector<Scope::Hop> path = {{0x1C, 1}, {0, 3}};
  EXPECT_THAT(findings_in({unit(0, {endpoint(0, {{2, 0}}), endpoint(4, path)}),
                           unit(1, {endpoint(4, path)})}),
              ElementsAre("problem DRHD 1, scope 0: Path: 04:1C.1/00.3 is under DRHD 0 too, scope "
                          "1"));
  EXPECT_THAT(findings_in({unit(0, {bridge(4, path)}), unit(1, {endpoint(4, path)})}),
              ElementsAre("problem DRHD 1, scope 0: Path: 04:1C.1/00.3 is under DRHD 0 too, scope "
                          "0"));
  // A unit for all devices may be given more than it gets, but not what another one has.
  EXPECT_THAT(findings_in({unit(0, {endpoint(4, path)}), unit_for_all(1, {endpoint(4, path)})}),
              ElementsAre("note DRHD 1, scope 0: Type: a unit with INCLUDE_PCI_ALL names no PCI "
                          "devices",
                          "problem DRHD 1, scope 0: Path: 04:1C.1/00.3 is under DRHD 0 too, scope "
                          "0"));
  // The same path of another segment or bus is another device.
  Drhd elsewhere = unit(1, {endpoint(4, path)});
  elsewhere.segment = 1;
  EXPECT_THAT(findings_in({unit(0, {endpoint(4, path)}), elsewhere}), IsEmpty());
  EXPECT_THAT(findings_in({unit(0, {endpoint(4, path)}), unit(1, {endpoint(5, path)})}), IsEmpty());
  // Twice under one unit, it is still under that one.
  EXPECT_THAT(findings_in({unit(0, {endpoint(4, path), endpoint(4, path)})}),
              ElementsAre("note DRHD 0, scope 1: Path: 04:1C.1/00.3 is scope 0 too"));
  // Two units are found behind a repetition, too.
  EXPECT_THAT(findings_in({unit(0, {endpoint(4, path), endpoint(4, path)}),
                           unit(1, {endpoint(4, path)}), unit(2, {endpoint(4, path)})}),
              ElementsAre("note DRHD 0, scope 1: Path: 04:1C.1/00.3 is scope 0 too",
                          "problem DRHD 1, scope 0: Path: 04:1C.1/00.3 is under DRHD 0 too, scope "
                          "0",
                          "problem DRHD 2, scope 0: Path: 04:1C.1/00.3 is under DRHD 0 too, scope "
                          "0"));
}

TEST(AcpiClaims, ADeviceBehindTheBridgeOfAnotherUnit) {
  const Scope port = bridge(0, {{0x1C, 0}});
  const Scope behind = endpoint(0, {{0x1C, 0}, {0, 0}});
  const Scope deep = bridge(0, {{0x1C, 0}, {0, 0}, {5, 1}});
  EXPECT_THAT(findings_in({unit(0, {port}), unit(1, {behind})}),
              ElementsAre("problem DRHD 1, scope 0: Path: 00:1C.0/00.0 is behind the bridge that "
                          "is under DRHD 0, scope 0"));
  EXPECT_THAT(findings_in({unit(0, {deep}), unit(1, {port})}),
              ElementsAre("problem DRHD 0, scope 0: Path: 00:1C.0/00.0/05.1 is behind the bridge "
                          "that is under DRHD 1, scope 0"));
  EXPECT_THAT(findings_in({unit(0, {port, behind})}), IsEmpty());
  // The port itself, without what is behind it.
  EXPECT_THAT(findings_in({unit(0, {endpoint(0, {{0x1C, 0}})}), unit(1, {behind})}), IsEmpty());
  EXPECT_THAT(findings_in({unit(0, {port}), unit(1, {endpoint(0, {{0x1C, 1}, {0, 0}})})}),
              IsEmpty());
}

TEST(AcpiClaims, DevicesWithANumber) {
  for (const auto &[type, name] : {std::pair{Type::kIoapic, "IOAPIC"},
                                   {Type::kHpet, "HPET"},
                                   {Type::kNamespaceDevice, "namespace device"}}) {
    const Scope seven = scope(type, 7, 0xF0, {{0x1F, 0}});
    const Scope eight = scope(type, 8, 0xF0, {{0x1F, 0}});
    const Scope elsewhere = scope(type, 7, 0xF0, {{0x1F, 1}});
    EXPECT_THAT(findings_in({unit(0, {seven}), unit_for_all(1, {eight})}), IsEmpty()) << name;
    const std::string first =
        std::string(": Enumeration ID: ") + name + " 7 is DRHD 0, scope 0 too";
    EXPECT_THAT(findings_in({unit(0, {seven}), unit_for_all(1, {seven})}),
                ElementsAre("problem DRHD 1, scope 0" + first));
    EXPECT_THAT(findings_in({unit(0, {seven, elsewhere})}),
                ElementsAre("problem DRHD 0, scope 1" + first));
    EXPECT_THAT(findings_in({unit(0, {seven, seven})}),
                ElementsAre("note DRHD 0, scope 1" + first));
  }
}

}  // namespace
}  // namespace dmar::acpi
