// SPDX-License-Identifier: Apache-2.0
// Links and memory of the cycle model: order, latency, one thing a clock.
#include <gmock/gmock.h>

#include "scale/link.hpp"
#include "scale/memory.hpp"

namespace dmar::scale {
namespace {

using ::testing::Optional;

TEST(Link, ArrivesAfterItsLatencyOneAClock) {
  Link<int> link(5);
  link.send(1, 10);
  EXPECT_FALSE(link.free(10));
  link.send(2, 10);  // waits in front of the link
  EXPECT_EQ(link.receive(14), std::nullopt);
  EXPECT_THAT(link.receive(15), Optional(1));
  EXPECT_EQ(link.receive(15), std::nullopt);
  EXPECT_THAT(link.receive(16), Optional(2));
  EXPECT_EQ(link.sent(), 2U);
}

TEST(Memory, BeatsComeAfterTheLatencyInTheOrderOfAddresses) {
  Memory memory({.latency = 20, .beats = 1}, 1);
  memory.read(0, 7, 4, 100);
  memory.read(0, 8, 1, 101);
  EXPECT_EQ(memory.beat(0, 119), std::nullopt);
  for (std::uint64_t clock = 120; clock < 124; ++clock) {
    ASSERT_THAT(memory.beat(0, clock), Optional(7U));
    EXPECT_EQ(memory.take(0, clock), clock == 123);
  }
  ASSERT_THAT(memory.beat(0, 124), Optional(8U));
  EXPECT_TRUE(memory.take(0, 124));
  EXPECT_EQ(memory.beats(), 5U);
}

TEST(Memory, ReadersShareItsBandwidth) {
  Memory memory({.latency = 20, .beats = 2}, 2);
  memory.read(0, 1, 8, 0);
  memory.read(1, 2, 1, 0);
  EXPECT_THAT(memory.beat(0, 20), Optional(1U));
  EXPECT_EQ(memory.beat(1, 23), std::nullopt);
  EXPECT_THAT(memory.beat(1, 24), Optional(2U));
}

}  // namespace
}  // namespace dmar::scale
