// SPDX-License-Identifier: Apache-2.0
// Frames and receive buffers that do not fit each other: several buffers for a frame, buffers that
// are too small or too few, nobody there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "devices/tests/net_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class NetReceive : public NetFixture {
 protected:
  void add_small(unsigned count, std::uint32_t bytes) {
    for (; count > 0; --count) {
      const std::uint64_t place = NetDriver::data_of(0, driver_.receive().next_head(1));
      driver_.add_buffer({{place, bytes, true}});
    }
    driver_.receive().notify();
  }
};

TEST_F(NetReceive, FrameFillsSeveralBuffers) {
  ASSERT_TRUE(driver_.start());
  add_small(16, 100);
  ASSERT_TRUE(port_.drain());
  const Bytes frame = make_frame(kStation, 1000);
  device_->frame(frame);
  ASSERT_TRUE(port_.drain());
  const auto answers = driver_.receive().answers();
  EXPECT_EQ(driver_.received(), Frames{frame});
  EXPECT_EQ(answers, 11u) << "1012 bytes";
}

TEST_F(NetReceive, BuffersOfTheSizeOfAHeaderWork) {
  ASSERT_TRUE(driver_.start({.queue_size = 256}));
  add_small(128, 12);
  const Bytes frame = make_frame(kStation, 1514);
  EXPECT_EQ(receive(frame), Frames{frame});
}

// The frame needs more buffers than are read ahead, and they come one at a time.
TEST_F(NetReceive, FrameWaitsUntilThereAreEnoughBuffers) {
  ASSERT_TRUE(driver_.start({.event_index = true, .queue_size = 64}));
  const Bytes first = make_frame(kStation, 1200, 1);
  const Bytes second = make_frame(kStation, 60, 2);
  device_->frame(first);
  device_->frame(second);
  for (unsigned i = 0; i < 40; ++i) {
    add_small(1, 30);
    ASSERT_TRUE(port_.drain());
    EXPECT_THAT(driver_.received(), IsEmpty()) << "1212 bytes in " << i + 1 << " buffers of 30";
  }
  add_small(4, 30);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.received(), (Frames{first, second}));
  EXPECT_EQ(statistics().dropped, 0u);
}

TEST_F(NetReceive, FrameThatNoSetOfBuffersHoldsIsDropped) {
  ASSERT_TRUE(driver_.start());
  add_small(16, 50);  // all that the queue has
  ASSERT_TRUE(port_.drain());
  EXPECT_THAT(receive(make_frame(kStation, 800)), IsEmpty());
  EXPECT_EQ(statistics().dropped, 1u);
  EXPECT_THAT(device_->last_error(), HasSubstr("800 bytes are too few for a frame of 812"));
  const Bytes frame = make_frame(kStation, 788);
  EXPECT_EQ(receive(frame), Frames{frame});
}

TEST_F(NetReceive, WithoutMergingASmallBufferIsKeptForASmallFrame) {
  ASSERT_TRUE(driver_.start({.mergeable = false}));
  add_small(2, 200);
  ASSERT_TRUE(port_.drain());
  EXPECT_THAT(receive(make_frame(kStation, 189)), IsEmpty());
  EXPECT_EQ(statistics().dropped, 1u);
  EXPECT_THAT(device_->last_error(), HasSubstr("200 bytes are too few for a frame of 201"));
  EXPECT_EQ(device_->status() & virtio_status::kNeedsReset, 0);
  const Bytes frame = make_frame(kStation, 188);
  EXPECT_EQ(receive(frame), Frames{frame});
  EXPECT_EQ(receive(frame), Frames{frame});
}

TEST_F(NetReceive, FramesWaitForBuffersUpToABound) {
  ASSERT_TRUE(driver_.start({.queue_size = 256}));
  constexpr std::size_t kMost = NetReceiver::kMostWaiting;
  Frames sent;
  for (std::size_t i = 0; i < kMost + 10; ++i) {
    sent.push_back(make_frame(kStation, 60 + i % 7, static_cast<std::uint8_t>(i)));
    device_->frame(sent.back());
  }
  EXPECT_TRUE(device_->idle());
  EXPECT_EQ(statistics().dropped, 10u);
  driver_.add_buffers(200);
  ASSERT_TRUE(port_.drain());
  Frames got = driver_.received();
  driver_.add_buffers(200);
  ASSERT_TRUE(port_.drain());
  for (Bytes &frame : driver_.received()) got.push_back(std::move(frame));
  sent.resize(kMost);
  EXPECT_EQ(got, sent);
}

// The driver has no descriptors left, and 4 buffers of 300 bytes do not hold the first frame.
TEST_F(NetReceive, FrameThatNeverFitsDoesNotBlockTheOthers) {
  ASSERT_TRUE(driver_.start());
  for (std::uint64_t at = 0x60'0000; driver_.receive().fits(4); at += 0x1000) {
    driver_.add_buffer(
        {{at, 100, true}, {at + 0x200, 0, true}, {at + 0x400, 100, true}, {at + 0x600, 100, true}});
  }
  driver_.receive().notify();
  ASSERT_TRUE(port_.drain());
  device_->frame(make_frame(kStation, 1514));
  const Bytes frame = make_frame(kStation, 60);
  for (std::size_t i = 1; i < NetReceiver::kMostWaiting; ++i) device_->frame(frame);
  ASSERT_TRUE(port_.drain());
  EXPECT_THAT(driver_.received(), IsEmpty());
  device_->frame(frame);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.received(), Frames(4, frame));
  EXPECT_EQ(statistics().dropped, 1u);
}

TEST_F(NetReceive, NobodyThere) {
  const Bytes frame = make_frame(kStation, 60);
  device_->frame(frame);
  EXPECT_EQ(statistics().dropped, 1u) << "no driver";
  ASSERT_TRUE(driver_.start());
  device_->frame(frame);
  EXPECT_EQ(statistics().dropped, 1u) << "it may still bring buffers";
  driver_.reset();
  EXPECT_EQ(statistics().dropped, 2u);
  EXPECT_EQ(port_.started(), 0u);
}

TEST_F(NetReceive, FunctionThatIsNoBusMasterReceivesNothing) {
  ASSERT_TRUE(driver_.start());
  driver_.add_buffers(2);
  ASSERT_TRUE(port_.drain());
  device_->config_write(0x04, 2, PciHost::kMemory);
  const unsigned started = port_.started();
  EXPECT_THAT(receive(make_frame(kStation, 60)), IsEmpty());
  EXPECT_EQ(port_.started(), started);
  EXPECT_EQ(statistics().dropped, 1u);
  device_->config_write(0x04, 2, PciHost::kMemory | PciHost::kBusMaster);
  EXPECT_THAT(receive(make_frame(kStation, 60)), SizeIs(1));
}

// Nothing around the buffers changes, and of the buffers only what the frame needs.
TEST_F(NetReceive, WritesOnlyWhatTheFrameNeeds) {
  ASSERT_TRUE(driver_.start());
  const std::uint64_t at = 0x60'0000;
  port_.memory.store(HostAddr(at), Bytes(4096, 0xA5));
  driver_.add_buffer({{at + 100, 50, true}, {at + 1000, 50, true}});
  driver_.add_buffer({{at + 2000, 100, true}});
  driver_.receive().notify();
  const Bytes frame = make_frame(kStation, 120);  // 132 bytes: 50, 50 and 32
  EXPECT_EQ(receive(frame), Frames{frame});
  Bytes memory(4096);
  port_.memory.load(HostAddr(at), memory);
  for (std::size_t i = 0; i < memory.size(); ++i) {
    const bool inside = (i >= 100 && i < 150) || (i >= 1000 && i < 1050) || (i >= 2000 && i < 2032);
    if (!inside) {
      ASSERT_EQ(memory[i], 0xA5) << i;
    }
  }
}

}  // namespace
}  // namespace dmar::devices
