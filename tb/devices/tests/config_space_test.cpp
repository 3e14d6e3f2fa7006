// SPDX-License-Identifier: Apache-2.0
// Configuration space as firmware, QEMU's proxy and drivers probe it, and the capabilities in it.
#include "devices/config_space.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

#include "bench/random.hpp"
#include "devices/tests/blk_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

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

class BlockConfiguration : public BlkFixture {};

TEST_F(BlockConfiguration, LooksLikeAVirtioDisk) {
  PciHost &host = driver_.host();
  EXPECT_EQ(device_->config_read(0x00, 4), 0x1042'1AF4u);
  EXPECT_EQ(device_->config_read(0x08, 4), 0x0100'0001u);
  EXPECT_EQ(host.bar_bytes(0x10), 16 * 1024u);
  for (std::uint32_t offset = 0x14; offset <= 0x28; offset += 4) {
    EXPECT_EQ(host.bar_bytes(offset), 0u);
  }
  ASSERT_THAT(host.capabilities(0x11), SizeIs(1));
  const std::uint32_t msix = host.capabilities(0x11)[0];
  EXPECT_EQ(device_->config_read(msix + 2, 2), 1u) << "two vectors";
  EXPECT_EQ(device_->config_read(msix + 4, 4), 0x2000u);
  EXPECT_EQ(device_->config_read(msix + 8, 4), 0x3000u);
}

TEST_F(BlockConfiguration, StructuresAreWhereTheCapabilitiesSay) {
  std::map<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>> structures;
  for (const std::uint8_t at : driver_.host().capabilities(0x09)) {
    const std::uint32_t length = device_->config_read(at + 2U, 1);
    const std::uint32_t type = device_->config_read(at + 3U, 1);
    EXPECT_EQ(length, type == 2 || type == 5 ? 20u : 16u);
    EXPECT_EQ(device_->config_read(at + 4U, 1), 0u) << "BAR 0";
    structures[type] = {device_->config_read(at + 8U, 4), device_->config_read(at + 12U, 4)};
    if (type == 2) {
      EXPECT_EQ(device_->config_read(at + 16U, 4), 4u) << "notification multiplier";
    }
  }
  EXPECT_EQ(structures.at(1), (std::pair{0x0000u, 0x38u}));
  EXPECT_EQ(structures.at(2), (std::pair{0x1800u, 0x100u}));
  EXPECT_EQ(structures.at(3), (std::pair{0x0800u, 1u}));
  EXPECT_EQ(structures.at(4), (std::pair{0x1000u, 24u}));
}

// VIRTIO 1.2, 4.1.4.9: works without any BAR enabled.
TEST_F(BlockConfiguration, StructuresCanBeReachedThroughConfigurationSpace) {
  std::uint32_t window = 0;
  for (const std::uint8_t at : driver_.host().capabilities(0x09)) {
    if (device_->config_read(at + 3U, 1) == 5) window = at;
  }
  ASSERT_NE(window, 0u);
  const auto aim = [&](std::uint32_t bar, std::uint32_t offset, std::uint32_t length) {
    device_->config_write(window + 4, 1, bar);
    device_->config_write(window + 8, 4, offset);
    device_->config_write(window + 12, 4, length);
  };
  aim(0, VirtioPci::kDeviceOffset, 4);
  EXPECT_EQ(device_->config_read(window + 16, 4), kImageBytes / 512);
  aim(0, 0x14, 1);
  device_->config_write(window + 16, 1, virtio_status::kAcknowledge);
  EXPECT_EQ(device_->status(), virtio_status::kAcknowledge);
  EXPECT_EQ(device_->config_read(window + 16, 1), virtio_status::kAcknowledge);
  device_->config_write(window + 16, 4, 0xFFFF'FF02);
  EXPECT_EQ(device_->config_read(window + 16, 4), 3u) << "only one byte of it counts";
  aim(0, 0x20, 4);
  device_->config_write(window + 16, 4, 0x1234'5670);
  driver_.host().enable(BlkDriver::kBar);
  EXPECT_EQ(driver_.host().read(0x20), 0x1234'5670u);
  for (const auto &[bar, offset, length] :
       {std::array{1U, 0x14U, 1U}, std::array{0U, 0x14U, 3U}, std::array{0U, 0x13U, 2U},
        std::array{0U, 0x4000U, 4U}, std::array{0U, 0x14U, 0U}}) {
    aim(bar, offset, length);
    device_->config_write(window + 16, 4, 0);
    EXPECT_EQ(device_->status(), 3) << "an access that cannot be reached the device";
  }
}

TEST_F(BlockConfiguration, OutsideTheBarReadsOnes) {
  driver_.host().enable(BlkDriver::kBar);
  EXPECT_EQ(device_->memory_read(BlkDriver::kBar + 0x4000, 4), 0xFFFF'FFFFu);
  EXPECT_EQ(device_->memory_read(BlkDriver::kBar - 1, 1), 0xFFu);
  EXPECT_EQ(device_->memory_read(0, 8), ~std::uint64_t{0});
}

TEST_F(BlockConfiguration, CommonStructureTakesAccessesOfEverySize) {
  driver_.host().enable(BlkDriver::kBar);
  PciHost &host = driver_.host();
  host.write(0x20, 0x1122'3344'5566'7780, 8);
  EXPECT_EQ(host.read(0x20), 0x5566'7780u);
  EXPECT_EQ(host.read(0x24), 0x1122'3344u);
  EXPECT_EQ(host.read(0x22, 2), 0x5566u);
  host.write(0x25, 0x99, 1);
  EXPECT_EQ(host.read(0x20, 8), 0x1122'9944'5566'7780u);
  EXPECT_EQ(host.read(0x18, 4), 0xFFFF'0080u) << "size and vector at once";
  EXPECT_EQ(host.read(0x12, 2), 1u);
  host.write(0x16, 1, 2);
  EXPECT_EQ(host.read(0x18, 2), 0u) << "there is no second queue";
  EXPECT_EQ(host.read(0x38, 8), 0u);
}

}  // namespace
}  // namespace dmar::devices
