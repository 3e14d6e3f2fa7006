// SPDX-License-Identifier: Apache-2.0
// Power states of every function: silent in D3hot, at reset on the way back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/tests/function_sample.hpp"

namespace dmar::devices {
namespace {

class FunctionPower : public EveryFunction {};

TEST_P(FunctionPower, CapabilityHasTwoStatesAndForgets) {
  const std::uint32_t base = capability(kPowerId);
  EXPECT_EQ(device().config_read(base + 2, 2), 3u) << "version 3, no D1, no D2, no PME";
  EXPECT_EQ(power(), 0u) << "D0, No_Soft_Reset = 0";
  device().config_write(base + 4, 4, 0xFFFF'FFFF);
  EXPECT_EQ(device().config_read(base + 4, 4), 3u);
}

TEST_P(FunctionPower, StatesThatDoNotExistChangeNothing) {
  device().config_write(0x3C, 1, 9);
  for (const std::uint16_t before : {0, 3}) {
    set_power(before);
    for (const std::uint16_t state : {1, 2}) {
      set_power(state);
      EXPECT_EQ(power(), before);
    }
  }
  EXPECT_EQ(device().config_read(0x3C, 1), 9u);
  EXPECT_EQ(device().power_resets(), 0u);
}

// At every point of the work.
TEST_P(FunctionPower, SilentAsleepAndAtResetAfterwards) {
  bool ended_by_itself = false;
  for (unsigned steps = 0; !ended_by_itself; ++steps) {
    ASSERT_EQ(device().power_resets(), steps);
    sample_->start_work();
    for (unsigned i = 0; i < steps; ++i) port().pump();
    ended_by_itself = device().idle();
    const auto awake = sample_->config_image();
    set_power(3);
    const unsigned started = port().started();
    while (!device().idle()) {
      ASSERT_TRUE(transactions_pending());
      ASSERT_EQ(device().memory_read(FunctionSample::kBar, 4), 0xFFFF'FFFFu);
      ASSERT_TRUE(port().pump());
    }
    ASSERT_FALSE(transactions_pending());
    ASSERT_EQ(port().started(), started) << "it went on in D3hot";
    // Configuration space has kept everything, and can be written.
    auto asleep = sample_->config_image();
    asleep.at(power_control_) = awake.at(power_control_);
    asleep.at(pending_status_) = awake.at(pending_status_);
    ASSERT_EQ(asleep, awake);
    device().config_write(0x3C, 1, 5);
    ASSERT_EQ(device().config_read(0x3C, 1), 5u);
    device().config_write(0x04, 2, 0);
    device().config_write(0x04, 2, 6);
    for (std::uint64_t offset = 0; offset < 0x2000; offset += 4) {
      device().memory_write(FunctionSample::kBar + offset, 4, offset == 0x98 ? 5 : 1);
      ASSERT_EQ(device().memory_read(FunctionSample::kBar + offset, 4), 0xFFFF'FFFFu);
    }
    ASSERT_TRUE(device().idle()) << "memory is decoded in D3hot";
    ASSERT_EQ(device().power_resets(), steps);
    set_power(0);
    ASSERT_EQ(device().power_resets(), steps + 1);
    const auto fresh = GetParam().make();
    ASSERT_EQ(sample_->config_image(), fresh->config_image());
    ASSERT_EQ(sample_->register_image(), fresh->register_image());
    ASSERT_EQ(port().started(), started);
    ask_for_reset();
    sample_->start_work();
    ASSERT_TRUE(port().drain());
    ASSERT_TRUE(sample_->work_was_done());
    ASSERT_EQ(device().function_resets(), steps + 1);
  }
}

TEST_P(FunctionPower, WakesOnlyWhenTheTransfersHaveEnded) {
  sample_->start_work();
  set_power(3);
  set_power(0);
  ASSERT_FALSE(device().idle());
  EXPECT_EQ(device().config_read(0x00, 4), 0xFFFF'FFFFu);
  const unsigned started = port().started();
  ASSERT_TRUE(port().drain());
  EXPECT_EQ(port().started(), started);
  EXPECT_EQ(sample_->config_image(), GetParam().make()->config_image());
}

TEST_P(FunctionPower, FunctionLevelResetWakes) {
  sample_->start_work();
  set_power(3);
  ask_for_reset();
  ASSERT_TRUE(port().drain());
  EXPECT_EQ(power(), 0u);
  EXPECT_EQ(device().function_resets(), 1u);
  EXPECT_EQ(device().power_resets(), 0u);
  sample_->start_work();
  ASSERT_TRUE(port().drain());
  EXPECT_TRUE(sample_->work_was_done());
}

TEST_P(FunctionPower, BusResetWakes) {
  set_power(3);
  device().reset();
  EXPECT_EQ(power(), 0u);
  sample_->start_work();
  ASSERT_TRUE(port().drain());
  EXPECT_TRUE(sample_->work_was_done());
}

INSTANTIATE_TEST_SUITE_P(All, FunctionPower, ::testing::ValuesIn(function_kinds()), name_of_kind);

// VIRTIO 1.2, 4.1.4.9: another way to the registers, closed as well.
TEST(FunctionPowerVirtio, WindowInConfigurationSpaceIsClosedInD3hot) {
  BlkSample sample;
  PciDevice &device = sample.device();
  PciHost host(device);
  const std::uint32_t window = host.capabilities(0x09).at(0);
  ASSERT_EQ(device.config_read(window + 3, 1), 5u);
  device.config_write(window + 8, 4, 0x12);  // number of queues
  device.config_write(window + 12, 4, 2);
  ASSERT_EQ(device.config_read(window + 16, 4), 1u);
  device.config_write(window + 8, 4, 0x14);  // status
  device.config_write(window + 12, 4, 1);
  const std::uint32_t power = host.capabilities(0x01).at(0) + 4U;
  device.config_write(power, 2, 3);
  device.config_write(window + 16, 4, 0x01);
  EXPECT_EQ(static_cast<VirtioBlk &>(device).status(), 0u);
}

}  // namespace
}  // namespace dmar::devices
