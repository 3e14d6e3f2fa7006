// SPDX-License-Identifier: Apache-2.0
// Masks and pending bits over the life of an assignment: what an owner left behind reaches nobody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/tests/blk_fixture.hpp"
#include "devices/tests/edu_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class MsixMasks : public BlkFixture {
 protected:
  static constexpr std::uint64_t kControls = VirtioPci::kTableOffset + 12;
  static constexpr std::uint16_t kEnable = 0x8000;
  static constexpr std::uint16_t kEnableMasked = 0xC000;

  void SetUp() override { ASSERT_TRUE(driver_.start()); }
  void read_once() {
    driver_.request(kIn, 0, {{BlkDriver::kData, 512, true}});
    driver_.notify_always();
    ASSERT_TRUE(port_.drain());
  }
  void set_control(std::uint16_t value) {
    device_->config_write(driver_.host().capabilities(0x11).at(0) + 2U, 2, value);
    port_.drain();
  }
  void set_mask(unsigned vector, bool masked) {
    driver_.host().write(kControls + 16 * vector, masked ? 1 : 0);
    port_.drain();
  }
  std::uint64_t pending() { return driver_.host().read(VirtioPci::kPendingOffset, 8); }
  void function_reset() {
    device_->config_write(driver_.host().capabilities(0x10).at(0) + 8U, 2, 0x8000);
    ASSERT_TRUE(port_.drain());
  }
  void program_entries() {
    for (unsigned vector = 0; vector < 2; ++vector) {
      driver_.host().write(VirtioPci::kTableOffset + 16 * vector, 0xFEE0'5000, 8);
      driver_.host().write(VirtioPci::kTableOffset + 16 * vector + 8, 0x50 + vector);
    }
  }
};

TEST_F(MsixMasks, EitherMaskHolds) {
  set_mask(1, true);
  set_control(kEnableMasked);
  read_once();
  EXPECT_EQ(pending(), 2u);
  set_mask(1, false);
  EXPECT_THAT(port_.messages, IsEmpty()) << "the function is masked";
  set_mask(1, true);
  set_control(kEnable);
  EXPECT_THAT(port_.messages, IsEmpty()) << "the vector is masked";
  EXPECT_EQ(pending(), 2u);
  set_mask(0, false);
  EXPECT_THAT(port_.messages, IsEmpty()) << "another vector";
  set_mask(1, false);
  EXPECT_THAT(port_.messages, ElementsAre(BlkDriver::kQueueMessage));
  EXPECT_EQ(pending(), 0u);
}

TEST_F(MsixMasks, PendingBitsAreReadOnly) {
  set_mask(1, true);
  read_once();
  driver_.host().write(VirtioPci::kPendingOffset, 0, 8);
  EXPECT_EQ(pending(), 2u);
  driver_.host().write(VirtioPci::kPendingOffset, ~std::uint64_t{0}, 8);
  EXPECT_EQ(pending(), 2u);
  EXPECT_EQ(driver_.host().read(VirtioPci::kPendingOffset + 4), 0u);
}

TEST_F(MsixMasks, DisablingForgetsWhatIsPending) {
  set_mask(1, true);
  read_once();
  set_control(0);
  EXPECT_EQ(pending(), 0u);
  set_control(kEnable);
  set_mask(1, false);
  EXPECT_THAT(port_.messages, IsEmpty());
}

// The host of a virtual machine takes the function back and gives it to the next one.
TEST_F(MsixMasks, FunctionResetForgetsMasksEntriesAndPending) {
  set_mask(1, true);
  read_once();
  ASSERT_EQ(pending(), 2u);
  function_reset();
  driver_.host().enable(BlkDriver::kBar);
  EXPECT_EQ(device_->config_read(driver_.host().capabilities(0x11).at(0) + 2U, 2), 1u);
  EXPECT_EQ(pending(), 0u);
  for (unsigned vector = 0; vector < 2; ++vector) {
    const std::uint64_t entry = VirtioPci::kTableOffset + 16 * vector;
    EXPECT_EQ(driver_.host().read(entry, 8), 0u);
    EXPECT_EQ(driver_.host().read(entry + 8, 8), 0x1'0000'0000u) << "masked";
  }
  set_control(kEnable);
  program_entries();
  set_mask(0, false);
  set_mask(1, false);
  EXPECT_THAT(port_.messages, IsEmpty());
}

TEST_F(MsixMasks, NoMessageInD3hotNorAfterwards) {
  set_mask(1, true);
  read_once();
  const std::uint32_t power = driver_.host().capabilities(0x01).at(0) + 4U;
  device_->config_write(power, 2, 3);
  set_control(kEnableMasked);
  set_control(kEnable);
  set_mask(1, false);  // finds nobody
  EXPECT_THAT(port_.messages, IsEmpty());
  device_->config_write(power, 2, 0);
  driver_.host().enable(BlkDriver::kBar);
  EXPECT_EQ(pending(), 0u);
  set_control(kEnable);
  program_entries();
  set_mask(1, false);
  EXPECT_THAT(port_.messages, IsEmpty());
}

class MsiMask : public EduTest {
 protected:
  void SetUp() override {
    EduTest::SetUp();
    enable_msi(0xFEE0'1000, 0x41);
    base_ = host_.capabilities(0x05).at(0);
  }
  void write(std::uint32_t offset, std::uint32_t value) {
    device_.config_write(base_ + offset, 4, value);
    port_.drain();
  }
  std::uint32_t pending() { return device_.config_read(base_ + kPending, 4); }
  void raise(std::uint32_t bit) {
    host_.write(0x60, bit);
    port_.drain();
  }

  static constexpr std::uint32_t kMask = 16;
  static constexpr std::uint32_t kPending = 20;
  static constexpr Message kMessage{0xFEE0'1000, 0x41};
  std::uint32_t base_ = 0;
};

TEST_F(MsiMask, OfEduHoldsBackUntilUnmasked) {
  ASSERT_EQ(device_.config_read(base_ + 2, 2), 0x181u) << "enabled, 64 bits, maskable";
  write(kMask, 1);
  raise(1);
  raise(2);
  EXPECT_THAT(port_.messages, IsEmpty());
  EXPECT_FALSE(port_.pin);
  EXPECT_EQ(pending(), 1u);
  write(kMask, 0);
  EXPECT_THAT(port_.messages, ElementsAre(kMessage));
  EXPECT_EQ(pending(), 0u);
}

TEST_F(MsiMask, FunctionResetForgets) {
  write(kMask, 1);
  raise(1);
  device_.config_write(host_.capabilities(0x10).at(0) + 8U, 2, 0x8000);
  EXPECT_EQ(pending(), 0u);
  EXPECT_EQ(device_.config_read(base_ + kMask, 4), 0u);
  EXPECT_EQ(device_.config_read(base_ + 2, 2), 0x180u);
  host_.enable(0xFEA0'0000);
  enable_msi(0xFEE0'2000, 0x42);
  port_.drain();
  EXPECT_THAT(port_.messages, IsEmpty());
  raise(1);
  EXPECT_THAT(port_.messages, ElementsAre(Message{0xFEE0'2000, 0x42}));
}

}  // namespace
}  // namespace dmar::devices
