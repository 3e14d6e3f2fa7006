// SPDX-License-Identifier: Apache-2.0
// Drivers that break a ring of the network device: it asks for a reset, and works after it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "devices/tests/broken_rings.hpp"
#include "devices/tests/malformed_fixture.hpp"

namespace dmar::devices {
namespace {

class BreaksNetRing : public MalformedNet,
                      public ::testing::WithParamInterface<std::tuple<std::uint16_t, BrokenRing>> {
};

TEST_P(BreaksNetRing, NeedsReset) {
  const auto &[queue, broken] = GetParam();
  ASSERT_TRUE(driver_.start({.indirect = broken.indirect}));
  device_->frame(make_frame(kStation, 60));
  broken.make(driver_.queue(queue), port_);
  expect_broken(broken.error);
}

std::string name_of_queue(std::uint16_t queue) {
  return queue == VirtioNet::kReceiveQueue    ? "Receive"
         : queue == VirtioNet::kTransmitQueue ? "Transmit"
                                              : "Control";
}

INSTANTIATE_TEST_SUITE_P(Rings, BreaksNetRing,
                         ::testing::Combine(::testing::Values(VirtioNet::kReceiveQueue,
                                                              VirtioNet::kTransmitQueue,
                                                              VirtioNet::kControlQueue),
                                            ::testing::ValuesIn(broken_rings())),
                         [](const auto &info) {
                           return name_of_queue(std::get<0>(info.param)) +
                                  std::get<1>(info.param).name;
                         });

class NetBreaks : public MalformedNet {};

TEST_F(NetBreaks, ReceiveBufferThatMayNotBeWritten) {
  ASSERT_TRUE(driver_.start());
  driver_.add_buffer({{0x60'0000, 2000, false}});
  device_->frame(make_frame(kStation, 60));
  expect_broken("a part that the device may not write");
}

TEST_F(NetBreaks, ReceiveBufferOfWhichAPartMayNotBeWritten) {
  ASSERT_TRUE(driver_.start());
  driver_.add_buffer({{0x60'0000, 0, false}, {0x60'0000, 2000, true}});
  device_->frame(make_frame(kStation, 60));
  expect_broken("a part that the device may not write");
}

TEST_F(NetBreaks, ReceiveBufferWithoutRoomForAHeader) {
  ASSERT_TRUE(driver_.start());
  driver_.add_buffer({{0x60'0000, 5, true}, {0x60'0000, 6, true}});
  expect_broken("no room for a header in 11 bytes");
}

TEST_F(NetBreaks, CommandWithoutRoomForItsAnswer) {
  ASSERT_TRUE(driver_.start());
  port_.memory.store(HostAddr(0x60'0000), Bytes{0, 0, 1});
  driver_.control().add({{0x60'0000, 3, false}, {0x60'0100, 0, true}});
  expect_broken("no room for its answer");
}

TEST_F(NetBreaks, AnswerOfACommandBlocked) {
  ASSERT_TRUE(driver_.start());
  port_.memory.store(HostAddr(0x60'0000), Bytes{0, 0, 1});
  driver_.control().add({{0x60'0000, 3, false}, {0x60'0100, 1, true}});
  port_.refuse(0x60'0100, 1, FakePort::kWrite);
  expect_broken("answer of a command: DMA was blocked");
}

// What was done is there, but the driver cannot be told.
TEST_F(NetBreaks, UsedRingBlocked) {
  for (const std::uint16_t queue : {0, 1, 2}) {
    const Rings &rings = driver_.queue(queue).rings();
    for (const auto &[first, name] :
         {std::pair{rings.used + 4, "entry of the used ring"},
          std::pair{rings.used + 2, "index of the used ring"},
          std::pair{rings.available + 0, "interrupt wish of the driver"}}) {
      ASSERT_TRUE(driver_.start());
      driver_.add_buffers(1);
      port_.refuse(first, 2);
      device_->frame(make_frame(kStation, 60));
      driver_.send(make_frame(kOther, 60));
      driver_.control().add({{0x60'0000, 3, false}, {0x60'0100, 1, true}});
      notify_all();
      ASSERT_TRUE(port_.drain());
      EXPECT_TRUE(needs_reset());
      EXPECT_EQ(device_->last_error(), std::string(name) + ": DMA was blocked");
      expect_recovery();
    }
  }
}

TEST_F(NetBreaks, AvailableEventBlocked) {
  for (const std::uint16_t queue : {0, 1, 2}) {
    ASSERT_TRUE(driver_.start({.event_index = true}));
    port_.refuse(driver_.queue(queue).rings().used + 4 + 8 * 16, 2);
    driver_.add_buffers(1);
    driver_.send(make_frame(kOther, 60));
    driver_.control().add({{0x60'0000, 3, false}, {0x60'0100, 1, true}});
    notify_all();
    ASSERT_TRUE(port_.drain());
    EXPECT_TRUE(needs_reset());
    EXPECT_EQ(device_->last_error(), "available event: DMA was blocked");
    expect_recovery();
  }
}

// One queue that is broken stops the others.
TEST_F(NetBreaks, FirstReasonCounts) {
  ASSERT_TRUE(driver_.start());
  for (const std::uint16_t queue : {0, 1, 2}) driver_.queue(queue).offer(99);
  expect_broken("names descriptor 99 of 16");
}

}  // namespace
}  // namespace dmar::devices
