// SPDX-License-Identifier: Apache-2.0
// What a driver finds in the configuration space of a virtio device and behind it: capabilities,
// structures, the common configuration.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <utility>

#include "devices/tests/blk_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::SizeIs;

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

TEST_F(BlockConfiguration, QueueStandsOnceItIsEnabled) {
  ASSERT_TRUE(driver_.start());
  PciHost &host = driver_.host();
  host.write(0x18, 3, 2);
  host.write(0x20, 0x7777, 8);
  host.write(0x1C, 0, 2);
  EXPECT_EQ(host.read(0x18, 2), 16u);
  EXPECT_EQ(host.read(0x20, 8), BlkDriver::kDescriptors);
  EXPECT_EQ(host.read(0x1C, 2), 1u);
  EXPECT_EQ(driver_.run(kIn, 0, {{BlkDriver::kData, 512, true}}), kOkay);
}

TEST_F(BlockConfiguration, FeaturesStandOnceTheyAreSettled) {
  ASSERT_TRUE(driver_.start());
  const std::uint64_t before = device_->features();
  driver_.host().write(0x08, 0);
  driver_.host().write(0x0C, 0);
  EXPECT_EQ(device_->features(), before);
  EXPECT_EQ(driver_.host().read(0x0C), before & 0xFFFF'FFFF);
}

TEST_F(BlockConfiguration, FeaturesThatWereNotOfferedAreRefused) {
  driver_.host().enable(BlkDriver::kBar);
  const auto accepts = [&](std::uint64_t features) {
    driver_.reset();
    driver_.negotiate(features);
    return (driver_.host().read(0x14, 1) & virtio_status::kFeaturesOk) != 0;
  };
  EXPECT_TRUE(accepts(feature_bit(virtio_feature::kVersion1)));
  EXPECT_FALSE(accepts(0)) << "VERSION_1 is needed";
  EXPECT_FALSE(accepts(feature_bit(virtio_feature::kVersion1) | feature_bit(0)));
  EXPECT_FALSE(accepts(feature_bit(virtio_feature::kVersion1) | feature_bit(63)));
  driver_.set_status(virtio_status::kDriverOk);
  EXPECT_EQ(driver_.host().read(0x14, 1) & virtio_status::kDriverOk, 0u);
}

}  // namespace
}  // namespace dmar::devices
