// SPDX-License-Identifier: Apache-2.0
// When a virtio device interrupts: vectors and masks, the driver's wishes, the pin.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/tests/blk_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t kQueueEntry = VirtioPci::kTableOffset + 16;
constexpr std::uint64_t kVectorControl = kQueueEntry + 12;

class VirtioInterrupt : public BlkFixture {
 protected:
  void read_once() { driver_.run(kIn, 0, {{BlkDriver::kData, 512, true}}); }
  void set_function_mask(bool masked) {
    const std::uint8_t capability = driver_.host().capabilities(0x11).at(0);
    device_->config_write(capability + 2U, 2, masked ? 0xC000 : 0x8000);
    port_.drain();
  }
  void write_vector_control(std::uint32_t value) {
    driver_.host().write(kVectorControl, value);
    port_.drain();
  }
  std::uint64_t pending_bits() { return driver_.host().read(VirtioPci::kPendingOffset, 8); }
};

TEST_F(VirtioInterrupt, MessageOfTheQueue) {
  ASSERT_TRUE(driver_.start());
  read_once();
  EXPECT_THAT(port_.messages, ElementsAre(BlkDriver::kQueueMessage));
  EXPECT_EQ(device_->statistics().interrupts, 1u);
  EXPECT_FALSE(port_.pin);
  EXPECT_EQ(driver_.host().read(VirtioPci::kIsrOffset, 1), 0u);
}

TEST_F(VirtioInterrupt, MaskedVectorStaysPendingUntilUnmasked) {
  ASSERT_TRUE(driver_.start());
  write_vector_control(1);
  read_once();
  read_once();
  EXPECT_THAT(port_.messages, IsEmpty());
  EXPECT_EQ(pending_bits(), 2u);
  write_vector_control(0);
  EXPECT_THAT(port_.messages, ElementsAre(BlkDriver::kQueueMessage));
  EXPECT_EQ(pending_bits(), 0u);
}

TEST_F(VirtioInterrupt, EntryAtTheMomentOfUnmaskingCounts) {
  ASSERT_TRUE(driver_.start());
  write_vector_control(1);
  read_once();
  driver_.host().write(kQueueEntry, 0x1234'5678'FEE0'2003, 8);
  driver_.host().write(kQueueEntry + 8, 0x99, 8);  // data, and unmasks
  ASSERT_TRUE(port_.drain());
  EXPECT_THAT(port_.messages, ElementsAre(Message{0x1234'5678'FEE0'2000, 0x99}));
}

TEST_F(VirtioInterrupt, FunctionMaskHoldsEveryVector) {
  ASSERT_TRUE(driver_.start());
  set_function_mask(true);
  read_once();
  EXPECT_THAT(port_.messages, IsEmpty());
  EXPECT_EQ(pending_bits(), 2u);
  set_function_mask(false);
  EXPECT_THAT(port_.messages, ElementsAre(BlkDriver::kQueueMessage));
}

TEST_F(VirtioInterrupt, EntryKeepsOnlyTheBitsThereAre) {
  driver_.host().enable(BlkDriver::kBar);
  driver_.host().write(kQueueEntry, ~std::uint64_t{0}, 8);
  driver_.host().write(kQueueEntry + 8, ~std::uint64_t{0}, 8);
  EXPECT_EQ(driver_.host().read(kQueueEntry, 8), ~std::uint64_t{3});
  EXPECT_EQ(driver_.host().read(kQueueEntry + 8, 8), 0x1'FFFF'FFFFu);
  driver_.host().write(kQueueEntry + 4, 0, 8);  // not aligned, not 4 or 8 bytes: no such access
  driver_.host().write(kQueueEntry, 0, 2);
  EXPECT_EQ(driver_.host().read(kQueueEntry, 8), ~std::uint64_t{3});
  EXPECT_EQ(driver_.host().read(VirtioPci::kTableOffset + 32), 0u) << "there are two entries";
}

TEST_F(VirtioInterrupt, FunctionThatIsNoBusMasterSendsLater) {
  ASSERT_TRUE(driver_.start());
  driver_.request(kIn, 0, {{BlkDriver::kData, 512, true}});
  driver_.notify();
  device_->config_write(0x04, 2, PciHost::kMemory);
  ASSERT_TRUE(port_.drain());
  EXPECT_THAT(port_.messages, IsEmpty());
  EXPECT_EQ(pending_bits(), 2u);
  device_->config_write(0x04, 2, PciHost::kMemory | PciHost::kBusMaster);
  ASSERT_TRUE(port_.drain());
  EXPECT_THAT(port_.messages, ElementsAre(BlkDriver::kQueueMessage));
}

TEST_F(VirtioInterrupt, ResetWithdrawsWhatIsPending) {
  ASSERT_TRUE(driver_.start());
  write_vector_control(1);
  read_once();
  driver_.reset();
  EXPECT_EQ(pending_bits(), 0u);
  write_vector_control(0);
  EXPECT_THAT(port_.messages, IsEmpty());
}

TEST_F(VirtioInterrupt, QueueWithoutVectorIsSilent) {
  ASSERT_TRUE(driver_.start());
  driver_.host().write(0x1A, kNoVector, 2);
  read_once();
  EXPECT_THAT(port_.messages, IsEmpty());
  EXPECT_EQ(pending_bits(), 0u);
}

TEST_F(VirtioInterrupt, VectorsThatDoNotExistReadBackAsNone) {
  ASSERT_TRUE(driver_.start());
  driver_.host().write(0x1A, 2, 2);
  EXPECT_EQ(driver_.host().read(0x1A, 2), kNoVector);
  driver_.host().write(0x10, 1, 2);
  EXPECT_EQ(driver_.host().read(0x10, 2), 1u);
  driver_.host().write(0x10, 77, 2);
  EXPECT_EQ(driver_.host().read(0x10, 2), kNoVector);
}

TEST_F(VirtioInterrupt, DriverThatWantsNone) {
  ASSERT_TRUE(driver_.start());
  port_.memory.write8(HostAddr(BlkDriver::kAvailable), 1);
  read_once();
  EXPECT_THAT(port_.messages, IsEmpty());
  port_.memory.write8(HostAddr(BlkDriver::kAvailable), 0);
  read_once();
  EXPECT_THAT(port_.messages, ElementsAre(BlkDriver::kQueueMessage));
}

// The driver asks for the third answer from now: two are silent, one interrupts, then it is silent
// again because the driver does not ask anew.
TEST_F(VirtioInterrupt, EventIndexNamesTheAnswerThatInterrupts) {
  ASSERT_TRUE(driver_.start({.event_index = true}));
  const std::uint64_t used_event = BlkDriver::kAvailable + 4 + 2 * 16;
  std::vector<std::size_t> counts;
  for (unsigned i = 0; i < 4; ++i) {
    port_.memory.write8(HostAddr(used_event), 2);
    driver_.request(kIn, 0, {{BlkDriver::kData, 512, true}});
    driver_.notify_always();
    ASSERT_TRUE(port_.drain());
    counts.push_back(port_.messages.size());
  }
  EXPECT_THAT(counts, ElementsAre(0, 0, 1, 1));
}

TEST_F(VirtioInterrupt, PinFollowsTheInterruptStatus) {
  ASSERT_TRUE(driver_.start({.msix = false}));
  read_once();
  EXPECT_TRUE(port_.pin);
  EXPECT_EQ(device_->config_read(0x06, 2) & 8, 8u);
  EXPECT_EQ(driver_.host().read(VirtioPci::kIsrOffset + 1, 1), 0u);
  EXPECT_TRUE(port_.pin) << "only the first byte is the status";
  EXPECT_EQ(driver_.host().read(VirtioPci::kIsrOffset, 1), 1u);
  EXPECT_FALSE(port_.pin);
  EXPECT_EQ(driver_.host().read(VirtioPci::kIsrOffset, 1), 0u);
  EXPECT_EQ(device_->config_read(0x06, 2) & 8, 0u);
  EXPECT_EQ(device_->statistics().interrupts, 1u);
}

TEST_F(VirtioInterrupt, PinCanBeDisabled) {
  ASSERT_TRUE(driver_.start({.msix = false}));
  const std::uint16_t command = PciHost::kMemory | PciHost::kBusMaster;
  device_->config_write(0x04, 2, command | PciHost::kPinDisable);
  read_once();
  EXPECT_FALSE(port_.pin);
  EXPECT_EQ(device_->config_read(0x06, 2) & 8, 8u);
  device_->config_write(0x04, 2, command);
  EXPECT_TRUE(port_.pin);
}

TEST_F(VirtioInterrupt, BrokenRingTellsThroughTheInterruptStatus) {
  ASSERT_TRUE(driver_.start({.msix = false}));
  driver_.offer(99);
  driver_.notify_always();
  ASSERT_TRUE(port_.drain());
  EXPECT_TRUE(port_.pin);
  EXPECT_EQ(driver_.host().read(VirtioPci::kIsrOffset, 1), 2u);
}

TEST_F(VirtioInterrupt, RefusedMessageIsCounted) {
  ASSERT_TRUE(driver_.start());
  port_.refuse(BlkDriver::kQueueMessage.address, 4);
  read_once();
  EXPECT_THAT(port_.messages, IsEmpty());
  EXPECT_EQ(device_->messages().refused(), 1u);
  EXPECT_TRUE(device_->idle());
}

}  // namespace
}  // namespace dmar::devices
