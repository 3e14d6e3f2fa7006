// SPDX-License-Identifier: Apache-2.0
// Configuration space as firmware, QEMU's proxy and drivers probe it.
#include "devices/config_space.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <vector>

namespace dmar::devices {
namespace {

constexpr PciIdentity kIdentity{.vendor = 0x1AF4,
                                .device = 0x1042,
                                .revision = 1,
                                .class_code = 0x010203,
                                .subsystem_vendor = 0x1111,
                                .subsystem = 0x2222,
                                .interrupt_pin = 1};

TEST(ConfigSpace, IdentityIsReadOnly) {
  ConfigSpace config(kIdentity);
  for (unsigned round = 0; round < 2; ++round) {
    EXPECT_EQ(config.read(0x00, 4), 0x1042'1AF4u);
    EXPECT_EQ(config.read(0x08, 4), 0x0102'0301u);
    EXPECT_EQ(config.read(0x0E, 1), 0u);
    EXPECT_EQ(config.read(0x2C, 4), 0x2222'1111u);
    EXPECT_EQ(config.read(0x3D, 1), 1u);
    for (const std::uint32_t offset : {0x00, 0x08, 0x2C, 0x34}) config.write(offset, 4, ~0U);
    config.write(0x3D, 1, 7);
  }
}

TEST(ConfigSpace, CommandKeepsOnlyWhatThereIs) {
  ConfigSpace config(kIdentity);
  config.write(0x04, 4, 0xFFFF'FFFF);
  EXPECT_EQ(config.read(0x04, 4), 0x0000'0406u);
  EXPECT_TRUE(config.memory_enabled());
  EXPECT_TRUE(config.bus_master());
  EXPECT_TRUE(config.pin_disabled());
  config.write(0x3C, 1, 11);
  EXPECT_EQ(config.pin_line(), 11);
  config.reset();
  EXPECT_EQ(config.read(0x04, 4), 0u);
  EXPECT_EQ(config.pin_line(), 0);
}

TEST(ConfigSpace, TellsOfItsBars) {
  ConfigSpace config(kIdentity);
  config.add_memory_bar(0, 16 * 1024);
  config.add_memory_bar(3, 1U << 20);
  config.write(0x10, 4, 0xFEB0'4123);
  config.write(0x1C, 4, 0xE000'0000);
  EXPECT_EQ(config.bar(0).address, 0xFEB0'4000u);
  EXPECT_EQ(config.bar(0).bytes, 16u * 1024);
  EXPECT_EQ(config.bar(3).address, 0xE000'0000u);
  EXPECT_EQ(config.bar(3).bytes, 1u << 20);
  for (const unsigned number : {1u, 2u, 4u, 5u, 6u, ~0u}) EXPECT_EQ(config.bar(number).bytes, 0u);
  config.reset();
  EXPECT_EQ(config.bar(0).address, 0u);
  EXPECT_EQ(config.bar(0).bytes, 16u * 1024);
}

// What QEMU's proxy does to each of seven places, the seventh of which is no BAR.
TEST(ConfigSpace, SizingOfEveryPlace) {
  ConfigSpace config(kIdentity);
  config.add_memory_bar(0, 16 * 1024);
  config.add_memory_bar(3, 1U << 20);
  const std::array<std::uint32_t, 7> expected{0xFFFF'C000, 0, 0, 0xFFF0'0000, 0, 0, 0};
  for (unsigned i = 0; i < 7; ++i) {
    const std::uint32_t offset = 0x10 + 4 * i;
    const std::uint32_t before = config.read(offset, 4);
    EXPECT_EQ(before, 0u);
    config.write(offset, 4, 0xFFFF'FFFF);
    EXPECT_EQ(config.read(offset, 4), expected.at(i)) << i;
    config.write(offset, 4, before);
    EXPECT_EQ(config.read(offset, 4), before);
  }
}

TEST(ConfigSpace, AccessesOfEverySize) {
  ConfigSpace config(kIdentity);
  config.add_memory_bar(0, 16);
  config.write(0x12, 2, 0xABCD);
  config.write(0x11, 1, 0x77);
  EXPECT_EQ(config.read(0x10, 4), 0xABCD'7700u);
  EXPECT_EQ(config.read(0x13, 1), 0xABu);
  config.write(0x13, 2, 0);  // across dwords: no access there is
  config.write(0x10, 3, 0);
  config.write(0x100, 4, 0);
  EXPECT_EQ(config.read(0x10, 4), 0xABCD'7700u);
  EXPECT_EQ(config.read(0x13, 2), 0u);
  EXPECT_EQ(config.read(0x100, 4), 0u);
  EXPECT_EQ(config.read(0xFFFF'FFFC, 4), 0u);
}

TEST(ConfigSpace, FindsTheBarOnlyWhileMemoryIsEnabled) {
  ConfigSpace config(kIdentity);
  config.add_memory_bar(0, 4096);
  config.add_memory_bar(1, 16);
  config.write(0x10, 4, 0xFEB0'0000);
  config.write(0x14, 4, 0xFFFF'FFF0);
  EXPECT_FALSE(config.find(0xFEB0'0000, 4));
  config.write(0x04, 2, 2);
  const auto hit = config.find(0xFEB0'0FFC, 4);
  ASSERT_TRUE(hit);
  EXPECT_EQ(hit->bar, 0u);
  EXPECT_EQ(hit->offset, 0xFFCu);
  EXPECT_FALSE(config.find(0xFEB0'0FFD, 4)) << "leaves the BAR";
  EXPECT_FALSE(config.find(0xFEAF'FFFF, 1));
  EXPECT_FALSE(config.find(0x1'FEB0'0000, 4)) << "only 32 bits count";
  EXPECT_EQ(config.find(0xFFFF'FFF8, 8)->bar, 1u);
  EXPECT_FALSE(config.find(0xFFFF'FFFF, 2));
}

TEST(ConfigSpace, ListOfCapabilities) {
  ConfigSpace config(kIdentity);
  EXPECT_EQ(config.read(0x06, 2), 0u);
  const std::array<std::uint8_t, 3> body{1, 2, 3};
  const std::array<std::uint8_t, 3> writable{0, 0xF0, 0xFF};
  EXPECT_EQ(config.add_capability(0x09, body, writable), 0x40);
  EXPECT_EQ(config.add_capability(0x11, body, writable), 0x48);
  EXPECT_EQ(config.read(0x06, 2), 0x10u);
  EXPECT_EQ(config.read(0x34, 1), 0x40u);
  EXPECT_EQ(config.read(0x40, 4), 0x0201'4809u);
  EXPECT_EQ(config.read(0x48, 4), 0x0201'0011u);
  config.write(0x40, 4, 0xFFFF'FFFF);
  config.write(0x44, 4, 0xFFFF'FFFF);
  EXPECT_EQ(config.read(0x40, 4), 0xF201'4809u);
  EXPECT_EQ(config.read(0x44, 4), 0xFFu);
  config.reset();
  EXPECT_EQ(config.read(0x40, 4), 0x0201'4809u);
}

TEST(ConfigSpace, ListOfExtendedCapabilities) {
  ConfigSpace config(kIdentity);
  EXPECT_EQ(config.read(0x100, 4), 0u) << "no list";
  const std::array<std::uint8_t, 5> body{1, 2, 3, 4, 5};
  const std::array<std::uint8_t, 5> writable{0, 0xF0, 0xFF, 0, 0xFF};
  const std::array<std::uint8_t, 5> sticky{0, 0, 0, 0, 0x0F};
  EXPECT_EQ(config.add_extended(0x0003, 1, body, writable), 0x100);
  EXPECT_EQ(config.add_extended(0x0001, 2, body, writable, sticky), 0x10C);
  EXPECT_EQ(config.read(0x100, 4), 0x10C1'0003u);
  EXPECT_EQ(config.read(0x10C, 4), 0x0002'0001u);
  EXPECT_EQ(config.read(0x104, 4), 0x0403'0201u);
  for (std::uint32_t offset = 0x100; offset < 0x118; offset += 4) config.write(offset, 4, ~0U);
  EXPECT_EQ(config.read(0x100, 4), 0x10C1'0003u);
  EXPECT_EQ(config.read(0x110, 4), 0x04FF'F201u);
  EXPECT_EQ(config.read(0x114, 4), 0xFFu);
  config.reset(ConfigSpace::Reset::kFunctionLevel);
  EXPECT_EQ(config.read(0x110, 4), 0x0403'0201u);
  EXPECT_EQ(config.read(0x114, 4), 0x0Fu) << "sticky bits";
  config.reset();
  EXPECT_EQ(config.read(0x114, 4), 0x05u);
}

TEST(ConfigSpace, EndsAfter4096Bytes) {
  ConfigSpace config(kIdentity);
  std::vector<std::uint8_t> body(4096 - 256 - 4, 0xAB);
  EXPECT_EQ(config.add_extended(0x000B, 1, body, body), 0x100);
  EXPECT_EQ(config.read(0xFFC, 4), 0xABAB'ABABu);
  EXPECT_EQ(config.read(0xFFF, 1), 0xABu);
  EXPECT_EQ(config.read(0x1000, 4), 0u);
  config.write(0x1000, 4, ~0U);
  EXPECT_THROW(config.add_extended(0x000B, 1, {}, {}), std::invalid_argument);
}

// Its memory is where the owner says, and nothing of a header selects it.
TEST(ConfigSpace, OfAVirtualFunction) {
  std::optional<std::uint64_t> base;
  ConfigSpace config(kIdentity, [&base](unsigned bar) { return bar == 0 ? base : std::nullopt; });
  config.add_memory_bar(0, 4096);
  for (std::uint32_t offset = 0; offset < 256; offset += 4) config.write(offset, 4, ~0U);
  EXPECT_EQ(config.read(0x04, 2), 4u) << "bus master";
  EXPECT_EQ(config.read(0x0C, 4), 0u);
  for (std::uint32_t offset = 0x10; offset < 0x28; offset += 4) {
    EXPECT_EQ(config.read(offset, 4), 0u);
  }
  EXPECT_EQ(config.read(0x3C, 4), 0u) << "no pin";
  EXPECT_FALSE(config.find(0, 4));
  base = 0x8000'0000;
  ASSERT_TRUE(config.find(0x8000'0FFC, 4));
  EXPECT_EQ(config.find(0x8000'0FFC, 4)->offset, 0xFFCu);
  EXPECT_FALSE(config.find(0x8000'1000, 4));
  EXPECT_FALSE(config.find(0, 4));
}

TEST(ConfigSpace, RefusesWhatDoesNotFit) {
  ConfigSpace config(kIdentity);
  config.add_memory_bar(0, 16);
  EXPECT_THROW(config.add_memory_bar(0, 16), std::invalid_argument);
  EXPECT_THROW(config.add_memory_bar(6, 16), std::invalid_argument);
  EXPECT_THROW(config.add_memory_bar(1, 8), std::invalid_argument);
  EXPECT_THROW(config.add_memory_bar(1, 4095), std::invalid_argument);
  EXPECT_THROW(config.add_memory_bar(1, std::uint64_t{1} << 32), std::invalid_argument);
  const std::array<std::uint8_t, 191> much{};
  EXPECT_THROW(config.add_capability(9, much, much), std::invalid_argument);
  EXPECT_NO_THROW(config.add_capability(9, std::span(much).first(190), std::span(much).first(190)));
  EXPECT_THROW(config.add_capability(9, {}, {}), std::invalid_argument);
}

}  // namespace
}  // namespace dmar::devices
