// SPDX-License-Identifier: Apache-2.0
// Resets of the network device with frames under way both ways: nothing of the old life reaches
// memory, the processor or the network after the reset is complete.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/tests/net_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::IsEmpty;

class NetReset : public NetFixture {
 protected:
  void start_work(unsigned transfers, const NetDriverOptions &options = {}) {
    ASSERT_TRUE(driver_.start(options));
    driver_.add_buffers(3);
    for (unsigned i = 0; i < 4; ++i) {
      device_->frame(make_frame(kStation, 100 + i));
      driver_.send(make_frame(kOther, 100 + i));
    }
    driver_.transmit().notify();
    port_.memory.store(HostAddr(0x60'0000), Bytes{0, 0, 1});
    driver_.control().add({{0x60'0000, 3, false}, {0x60'0100, 1, true}});
    driver_.control().notify();
    for (unsigned i = 0; i < transfers; ++i) port_.pump();
  }
};

// At every point of the work.
TEST_F(NetReset, OldWorkLeavesNoTrace) {
  bool ended_by_itself = false;
  unsigned transfers = 0;
  for (; !ended_by_itself; ++transfers) {
    start_work(transfers, {.event_index = transfers % 2 == 1});
    ended_by_itself = device_->idle();
    const VirtioNet::Statistics before = statistics();
    driver_.host().write(0x14, 0, 1);
    const unsigned started = port_.started();
    network_.take();
    device_->frame(make_frame(kStation, 200));
    ASSERT_TRUE(port_.drain());
    ASSERT_EQ(port_.started(), started) << "it went on after the reset";
    ASSERT_EQ(driver_.host().read(0x14, 1), 0u);
    ASSERT_THAT(network_.take(), IsEmpty());
    ASSERT_EQ(statistics().received_frames, before.received_frames);
    ASSERT_GE(statistics().dropped, before.dropped + 2) << "one was waiting, one came too late";
    for (std::uint16_t queue = 0; queue < 3; ++queue) driver_.queue(queue).notify_always();
    device_->frame(make_frame(kStation, 201));
    ASSERT_FALSE(port_.pump()) << "it works without a driver";
    expect_works();
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(transfers, 40u);
  EXPECT_EQ(device_->errors(), 0u);
  EXPECT_EQ(device_->last_error(), "");
}

TEST_F(NetReset, OfTheBusAtEveryPoint) {
  bool ended_by_itself = false;
  unsigned transfers = 0;
  for (; !ended_by_itself; ++transfers) {
    start_work(transfers, {.msix = transfers % 2 == 1});
    ended_by_itself = device_->idle();
    device_->reset();
    ASSERT_FALSE(port_.pin);
    ASSERT_EQ(device_->config_read(0x04, 2), 0u);
    const unsigned started = port_.started();
    network_.take();
    device_->frame(make_frame(kStation, 200));
    ASSERT_TRUE(port_.drain());
    ASSERT_TRUE(device_->idle());
    ASSERT_EQ(port_.started(), started);
    ASSERT_THAT(network_.take(), IsEmpty());
    expect_works();
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(transfers, 40u);
  EXPECT_EQ(device_->last_error(), "");
}

// Every frame from the network is accounted for, whatever became of it.
TEST_F(NetReset, NoFrameIsForgotten) {
  start_work(20);
  device_->frame(make_frame(kOther, 60));
  device_->frame(Bytes(5));
  driver_.reset();
  device_->frame(make_frame(kStation, 60));
  const VirtioNet::Statistics all = statistics();
  EXPECT_EQ(all.received_frames + all.dropped + all.filtered, 7u);
}

TEST_F(NetReset, DeviceGoesAwayWithTransfersThatNobodyEnds) {
  start_work(9);
  ASSERT_FALSE(device_->idle());
  device_.reset();  // under AddressSanitizer: frames are freed once, and all of them
}

}  // namespace
}  // namespace dmar::devices
