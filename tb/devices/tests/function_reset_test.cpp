// SPDX-License-Identifier: Apache-2.0
// Function Level Reset of every function: it stops, waits, and whoever comes next finds it at
// reset.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/tests/function_sample.hpp"

namespace dmar::devices {
namespace {

class FunctionReset : public EveryFunction {
 protected:
  void expect_not_ready() {
    ASSERT_EQ(device().config_read(0x00, 4), 0xFFFF'FFFFu);
    ASSERT_EQ(device().config_read(0x04, 2), 0xFFFFu);
    ASSERT_EQ(device().config_read(0x3C, 1), 0xFFu);
    ASSERT_EQ(device().memory_read(FunctionSample::kBar, 4), 0xFFFF'FFFFu);
    // All this is lost.
    device().config_write(bar(), 4, FunctionSample::kBar);
    device().config_write(0x04, 2, 6);
    device().config_write(0x3C, 1, 77);
    ask_for_reset();
    device().memory_write(FunctionSample::kBar + 0x14, 4, 0x0F);
  }
  void expect_at_reset() {
    const auto fresh = GetParam().make();
    ASSERT_EQ(sample_->config_image(), fresh->config_image());
    ASSERT_EQ(sample_->register_image(), fresh->register_image());
  }
};

TEST_P(FunctionReset, CapabilityOffersIt) {
  if (express()) {
    const std::uint32_t base = capability(kExpressId);
    EXPECT_EQ(device().config_read(base + 2, 2), 0x0092u) << "version 2, integrated endpoint";
    EXPECT_EQ(device().config_read(base + 4, 4), 0x1000'8000u);
    EXPECT_TRUE(host_.capabilities(kAdvancedId).empty());
  } else {
    const std::uint32_t base = capability(kAdvancedId);
    EXPECT_EQ(device().config_read(base + 2, 1), 6u) << "length";
    EXPECT_EQ(device().config_read(base + 3, 1), 3u);
    EXPECT_TRUE(host_.capabilities(kExpressId).empty());
  }
}

// At every point of the work.
TEST_P(FunctionReset, StopsWaitsAndForgets) {
  bool ended_by_itself = false;
  std::uint64_t waited = 0;
  unsigned steps = 0;
  std::uint64_t resets = 0;
  for (; !ended_by_itself; ++steps) {
    sample_->start_work();
    for (unsigned i = 0; i < steps; ++i) port().pump();
    ended_by_itself = device().idle();
    ASSERT_EQ(transactions_pending(), !ended_by_itself);
    ask_for_reset();
    ASSERT_EQ(device().function_resets(), ++resets);
    const unsigned started = port().started();
    while (!device().idle()) {
      ASSERT_NO_FATAL_FAILURE(expect_not_ready());
      ASSERT_TRUE(port().pump());
      ++waited;
    }
    ASSERT_EQ(port().started(), started) << "it went on after the reset";
    ASSERT_NO_FATAL_FAILURE(expect_at_reset()) << "after " << steps << " steps";
    ASSERT_EQ(port().started(), started);
    ASSERT_FALSE(port().pin);
    ASSERT_FALSE(transactions_pending());
    ask_for_reset();  // leaves what the comparison has enabled
    ASSERT_EQ(device().function_resets(), ++resets);
    sample_->start_work();
    ASSERT_TRUE(port().drain());
    ASSERT_TRUE(sample_->work_was_done());
  }
  EXPECT_GT(steps, 2u);
  EXPECT_GT(waited, 2u);
}

TEST_P(FunctionReset, TheBitThatAsksReadsZeroAndZeroAsksNothing) {
  EXPECT_EQ(device().config_read(reset_control_, 2) & (express() ? 0xFFFFu : 0xFFu), 0u);
  device().config_write(0x3C, 1, 9);
  device().config_write(reset_control_, express() ? 2 : 1, express() ? 0x7FFF : 0xFE);
  EXPECT_EQ(device().config_read(0x3C, 1), 9u);
  EXPECT_EQ(device().function_resets(), 0u);
  ask_for_reset();
  EXPECT_EQ(device().config_read(0x3C, 1), 0u);
  EXPECT_EQ(device().config_read(reset_control_, 2) & (express() ? 0xFFFFu : 0xFFu), 0u);
  EXPECT_EQ(device().function_resets(), 1u);
  EXPECT_EQ(device().power_resets(), 0u);
}

TEST_P(FunctionReset, BusResetMeanwhileMakesConfigurationAnswer) {
  sample_->start_work();
  ask_for_reset();
  ASSERT_FALSE(device().idle());
  device().reset();
  EXPECT_NE(device().config_read(0x00, 4), 0xFFFF'FFFFu);
  EXPECT_TRUE(transactions_pending());
  EXPECT_EQ(device().config_read(0x04, 2), 0u);
  ASSERT_TRUE(port().drain());
  expect_at_reset();
}

INSTANTIATE_TEST_SUITE_P(All, FunctionReset, ::testing::ValuesIn(function_kinds()), name_of_kind);

// Where the pin goes is in the interrupt line register, which the reset clears.
class PinPort : public FakePort {
 public:
  void set_pin(bool asserted) override {
    FakePort::set_pin(asserted);
    lines.push_back(device->config_read(0x3C, 1));
  }
  PciDevice *device = nullptr;
  std::vector<std::uint32_t> lines;
};

TEST(FunctionResetPin, IsTakenBackWhereItWasAsserted) {
  PinPort port;
  Edu device(port);
  port.device = &device;
  PciHost host(device);
  const std::uint32_t control = host.capabilities(0x10).at(0) + 8U;
  for (unsigned round = 0; round < 3; ++round) {
    host.enable(FunctionSample::kBar);
    device.config_write(0x3C, 1, 11);
    host.write(0x60, 1);
    ASSERT_TRUE(port.pin);
    if (round == 0) device.config_write(control, 2, 0x8000);
    if (round == 1) device.reset();
    if (round == 2) device.config_write(host.capabilities(0x01).at(0) + 4U, 2, 3);
    EXPECT_FALSE(port.pin);
  }
  EXPECT_THAT(port.lines, ::testing::ElementsAre(11, 11, 11, 11, 11, 11));
}

}  // namespace
}  // namespace dmar::devices
