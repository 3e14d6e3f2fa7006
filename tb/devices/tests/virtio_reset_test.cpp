// SPDX-License-Identifier: Apache-2.0
// Resets in the middle of work, by the driver and by the bus: nothing of the old life reaches
// memory or the processor after the reset is complete.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/tests/blk_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::Optional;

class Reset : public BlkFixture {
 protected:
  void start_work(unsigned transfers, const DriverOptions &options = {}) {
    ASSERT_TRUE(driver_.start(options));
    for (unsigned i = 0; i < 4; ++i) {
      driver_.request(i % 2, i, {{BlkDriver::kData + 0x1000 * i, 512, i % 2 == 0}});
    }
    driver_.notify();
    for (unsigned i = 0; i < transfers; ++i) port_.pump();
  }
};

TEST_F(Reset, CompletesOnlyWhenTheTransfersHaveEnded) {
  start_work(9);
  ASSERT_FALSE(device_->idle());
  driver_.host().write(0x14, 0, 1);
  EXPECT_NE(driver_.host().read(0x14, 1), 0u);
  // The driver may not set up anything meanwhile.
  driver_.host().write(0x16, 7, 2);
  driver_.host().write(0x14, 0x80, 1);
  EXPECT_EQ(driver_.host().read(0x16, 2), 0u);
  EXPECT_EQ(driver_.host().read(0x14, 1), 0x0Fu);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.host().read(0x14, 1), 0u);
  EXPECT_EQ(driver_.host().read(0x16, 2), 0u);
  EXPECT_EQ(driver_.host().read(0x1C, 2), 0u);
  EXPECT_TRUE(device_->idle());
}

// At every point of the work of four requests.
TEST_F(Reset, OldWorkLeavesNoTrace) {
  bool ended_by_itself = false;
  unsigned transfers = 0;
  for (; !ended_by_itself; ++transfers) {
    start_work(transfers, {.event_index = transfers % 2 == 1});
    ended_by_itself = device_->idle();
    driver_.host().write(0x14, 0, 1);
    const unsigned started = port_.started();
    ASSERT_TRUE(port_.drain());
    ASSERT_EQ(port_.started(), started) << "it went on after the reset";
    ASSERT_EQ(driver_.host().read(0x14, 1), 0u);
    const std::size_t messages = port_.messages.size();
    driver_.notify_always();
    ASSERT_FALSE(port_.pump()) << "it works without a driver";
    ASSERT_EQ(port_.messages.size(), messages);
    ASSERT_TRUE(driver_.start());
    ASSERT_THAT(driver_.run(kIn, 9, {{BlkDriver::kData, 512, true}}), Optional(kOkay));
  }
  EXPECT_GT(transfers, 30u);
  EXPECT_EQ(device_->errors(), 0u);
  EXPECT_EQ(device_->last_error(), "");
}

TEST_F(Reset, TakesBackInterruptStatusAndNotifications) {
  ASSERT_TRUE(driver_.start({.msix = false}));
  ASSERT_THAT(driver_.run(kIn, 0, {{BlkDriver::kData, 512, true}}), Optional(kOkay));
  ASSERT_TRUE(port_.pin);
  device_->config_write(0x04, 2, PciHost::kMemory);  // the notification has to wait
  driver_.notify_always();
  driver_.reset();
  EXPECT_FALSE(port_.pin);
  EXPECT_EQ(driver_.host().read(VirtioPci::kIsrOffset, 1), 0u);
  ASSERT_TRUE(driver_.start());
  EXPECT_TRUE(device_->idle()) << "notified in an earlier life";
}

TEST_F(Reset, OfTheBusTakesConfigurationAndPinAtOnce) {
  ASSERT_TRUE(driver_.start({.msix = false}));
  ASSERT_THAT(driver_.run(kIn, 0, {{BlkDriver::kData, 512, true}}), Optional(kOkay));
  ASSERT_TRUE(port_.pin);
  driver_.request(kIn, 1, {{BlkDriver::kData, 512, true}});
  driver_.notify();
  device_->reset();
  EXPECT_FALSE(port_.pin);
  EXPECT_EQ(device_->config_read(0x04, 2), 0u);
  EXPECT_EQ(device_->config_read(0x10, 4), 0u);
  EXPECT_EQ(device_->memory_read(BlkDriver::kBar, 4), 0xFFFF'FFFFu);
  EXPECT_FALSE(device_->idle());
  ASSERT_TRUE(port_.drain());
  EXPECT_TRUE(device_->idle());
  driver_.host().enable(BlkDriver::kBar);
  EXPECT_EQ(driver_.host().read(0x14, 1), 0u);
  EXPECT_EQ(driver_.host().read(VirtioPci::kTableOffset), 0u);
  ASSERT_TRUE(driver_.start());
  EXPECT_THAT(driver_.run(kIn, 9, {{BlkDriver::kData, 512, true}}), Optional(kOkay));
}

TEST_F(Reset, OfTheBusDuringAResetByTheDriver) {
  start_work(9);
  driver_.host().write(0x14, 0, 1);
  device_->reset();
  ASSERT_TRUE(port_.drain());
  driver_.host().enable(BlkDriver::kBar);
  EXPECT_EQ(driver_.host().read(0x14, 1), 0u);
  EXPECT_EQ(driver_.host().read(VirtioPci::kTableOffset + 12), 1u) << "vectors are masked";
}

TEST_F(Reset, FunctionThatIsNoBusMasterWaits) {
  ASSERT_TRUE(driver_.start());
  device_->config_write(0x04, 2, PciHost::kMemory);
  const std::uint16_t head = driver_.request(kIn, 0, {{BlkDriver::kData, 512, true}});
  driver_.notify();
  EXPECT_TRUE(device_->idle());
  device_->config_write(0x04, 2, PciHost::kMemory | PciHost::kBusMaster);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.answer(head), kOkay);
}

TEST_F(Reset, NotificationBeforeTheDriverIsReadyCounts) {
  ASSERT_TRUE(driver_.start());
  driver_.reset();
  driver_.negotiate(feature_bit(virtio_feature::kVersion1));
  driver_.set_up_queue(16);
  const std::uint16_t head = driver_.request(kIn, 0, {{BlkDriver::kData, 512, true}});
  driver_.notify_always();
  EXPECT_TRUE(device_->idle());
  driver_.set_status(virtio_status::kDriverOk);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.answer(head), kOkay);
}

TEST_F(Reset, DeviceGoesAwayWithTransfersThatNobodyEnds) {
  start_work(9);
  ASSERT_FALSE(device_->idle());
  device_.reset();  // under AddressSanitizer: frames are freed once, and all of them
}

}  // namespace
}  // namespace dmar::devices
