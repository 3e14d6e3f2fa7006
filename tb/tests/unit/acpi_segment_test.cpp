// SPDX-License-Identifier: Apache-2.0
// The table of a further PCI segment, byte by byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>
#include <string>

#include "acpi/aml.hpp"
#include "acpi/segment_table.hpp"

namespace dmar::acpi {
namespace {

using aml::Bytes;

Bytes of(std::string_view text) { return {text.begin(), text.end()}; }

TEST(Aml, IntegersAreAsShortAsTheyCanBe) {
  EXPECT_EQ(aml::integer(0), Bytes({0x00}));
  EXPECT_EQ(aml::integer(1), Bytes({0x01}));
  EXPECT_EQ(aml::integer(2), Bytes({0x0A, 2}));
  EXPECT_EQ(aml::integer(0xFF), Bytes({0x0A, 0xFF}));
  EXPECT_EQ(aml::integer(0x100), Bytes({0x0B, 0x00, 0x01}));
  EXPECT_EQ(aml::integer(0x12345), Bytes({0x0C, 0x45, 0x23, 0x01, 0x00}));
  EXPECT_EQ(aml::integer(0x1'0000'0000), Bytes({0x0E, 0, 0, 0, 0, 1, 0, 0, 0}));
}

// PNP0A08 as every PC has it.
TEST(Aml, EisaIds) {
  EXPECT_EQ(aml::eisa_id("PNP0A08"), Bytes({0x0C, 0x41, 0xD0, 0x0A, 0x08}));
  for (const char *wrong : {"", "PNP0A0", "PNP0A088", "pnp0A08", "PN00A08", "PNP0a08", "PNP0G08"}) {
    EXPECT_THROW(aml::eisa_id(wrong), std::invalid_argument) << wrong;
  }
}

TEST(Aml, NamesHaveFourCharacters) {
  EXPECT_EQ(aml::name("_SEG", aml::integer(1)), Bytes({0x08, '_', 'S', 'E', 'G', 0x01}));
  EXPECT_EQ(aml::name("A1", {0}), Bytes({0x08, 'A', '1', '_', '_', 0x00}));
  EXPECT_EQ(aml::scope("\\_SB", {}), Bytes({0x10, 6, '\\', '_', 'S', 'B', '_'}));
  for (const char *wrong : {"", "\\", "ABCDE", "1ABC", "abc", "A.B"}) {
    EXPECT_THROW(aml::name(wrong, {0}), std::invalid_argument) << wrong;
  }
}

TEST(Aml, LengthsCountThemselves) {
  const auto head = [](std::size_t contents) {
    const Bytes whole = aml::device("ABCD", Bytes(contents));
    EXPECT_EQ(whole.at(0), 0x5B);
    EXPECT_EQ(whole.at(1), 0x82);
    return Bytes(whole.begin() + 2, whole.begin() + 6);
  };
  EXPECT_EQ(head(58), Bytes({63, 'A', 'B', 'C'}));
  EXPECT_EQ(head(59), Bytes({0x41, 0x04, 'A', 'B'})) << "59 + 4 + 2 = 41h";
  EXPECT_EQ(head(0xFF9), Bytes({0x4F, 0xFF, 'A', 'B'}));
  EXPECT_EQ(head(0xFFA), Bytes({0x81, 0x00, 0x01, 'A'}));
  EXPECT_EQ(head(0xF'FFF8), Bytes({0x8F, 0xFF, 0xFF, 'A'}));
  EXPECT_EQ(head(0xF'FFF9), Bytes({0xC1, 0x00, 0x00, 0x01}));
}

TEST(Aml, Methods) {
  EXPECT_EQ(aml::method_returning_argument("_OSC", 4, 3),
            Bytes({0x14, 0x08, '_', 'O', 'S', 'C', 4, 0xA4, 0x6B}));
  EXPECT_THROW(aml::method_returning_argument("_OSC", 3, 3), std::invalid_argument);
  EXPECT_THROW(aml::method_returning_argument("_OSC", 8, 0), std::invalid_argument);
}

TEST(Aml, Resources) {
  EXPECT_EQ(aml::bus_numbers({0, 1}),
            Bytes({0x88, 13, 0, 2, 0x0C, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0}));
  EXPECT_EQ(aml::memory_window({0xFF00'0000, 0xFF7F'FFFF}),
            Bytes({0x87, 23,   0,    0,    0x0C, 1, 0, 0, 0, 0, 0, 0,    0,
                   0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0, 0, 0, 0, 0, 0, 0x80, 0}));
  EXPECT_EQ(aml::fixed_memory({0xFF80'0000, 0xFF9F'FFFF}),
            Bytes({0x86, 9, 0, 1, 0, 0, 0x80, 0xFF, 0, 0, 0x20, 0}));
  EXPECT_EQ(aml::resources({{0xAB}}), Bytes({0x11, 6, 0x0A, 3, 0xAB, 0x79, 0x00}));
}

PciSegmentTable example() {
  return {.segment = 1,
          .buses = 2,
          .ecam = 0xFF80'0000,
          .memory = 0xFF00'0000,
          .memory_bytes = 0x80'0000};
}

TEST(SegmentTable, HasHeaderBridgeAndReservation) {
  const Bytes table = to_bytes(example());
  EXPECT_EQ(table.size(), 208u);
  EXPECT_EQ(Bytes(table.begin(), table.begin() + 4), of("SSDT"));
  EXPECT_EQ(std::accumulate(table.begin(), table.end(), std::uint8_t{0}), 0);
  const Bytes body(table.begin() + 36, table.end());
  const Bytes expected = aml::scope(
      "\\_SB",
      aml::list(
          {aml::device(
               "SEGB",
               aml::list({aml::name("_HID", aml::eisa_id("PNP0A08")),
                          aml::name("_CID", aml::eisa_id("PNP0A03")),
                          aml::name("_UID", aml::integer(1)), aml::name("_SEG", aml::integer(1)),
                          aml::name("_BBN", aml::integer(0)),
                          aml::name("_CBA", aml::integer(0xFF80'0000)),
                          aml::name("_CRS", aml::resources(
                                                {aml::bus_numbers({0, 1}),
                                                 aml::memory_window({0xFF00'0000, 0xFF7F'FFFF})})),
                          aml::method_returning_argument("_OSC", 4, 3)})),
           aml::device("SEGM",
                       aml::list({aml::name("_HID", aml::eisa_id("PNP0C02")),
                                  aml::name("_UID", aml::integer(1)),
                                  aml::name("_CRS", aml::resources({aml::fixed_memory(
                                                        {0xFF80'0000, 0xFF9F'FFFF})}))}))}));
  EXPECT_EQ(body, expected);
}

TEST(SegmentTable, RefusesWhatDoesNotFit) {
  const auto with = [](auto change) {
    PciSegmentTable table = example();
    change(table);
    return [table] { to_bytes(table); };
  };
  EXPECT_NO_THROW(with([](PciSegmentTable &) {})());
  EXPECT_THROW(with([](PciSegmentTable &t) { t.buses = 0; })(), std::invalid_argument);
  EXPECT_THROW(with([](PciSegmentTable &t) { t.buses = 257; })(), std::invalid_argument);
  EXPECT_THROW(with([](PciSegmentTable &t) { t.ecam = 0xFF88'0000; })(), std::invalid_argument);
  EXPECT_THROW(with([](PciSegmentTable &t) { t.ecam = 0xFFF0'0000; })(), std::invalid_argument);
  EXPECT_THROW(with([](PciSegmentTable &t) { t.ecam = 0xFF70'0000; })(), std::invalid_argument);
  EXPECT_THROW(with([](PciSegmentTable &t) { t.ecam = 0xFEF0'0000; })(), std::invalid_argument);
  EXPECT_THROW(with([](PciSegmentTable &t) { t.memory_bytes = 0; })(), std::invalid_argument);
  EXPECT_THROW(with([](PciSegmentTable &t) { t.memory_bytes = 0x0200'0000; })(),
               std::invalid_argument);
}

}  // namespace
}  // namespace dmar::acpi
