// SPDX-License-Identifier: Apache-2.0
// Where the bridge sends a frame, when, and what it counts.
#include "net/bridge.hpp"

#include <gmock/gmock.h>

#include "net/tests/recording_station.hpp"

namespace dmar::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Mac kGroup{0x33, 0x33, 0, 0, 0, 1};

Bytes frame(const Mac &destination, const Mac &source, std::size_t payload = 46) {
  return write_ethernet({.destination = destination, .source = source, .type = 0x88B5},
                        Bytes(payload, 0x5A));
}

class BridgeTest : public ::testing::Test {
 protected:
  void send(std::size_t port, const Bytes &bytes) { ports_.at(port)->frame(bytes); }
  // The number of frames at each station since the last call.
  std::vector<std::size_t> delivered() {
    bridge_.deliver();
    std::vector<std::size_t> counts;
    for (RecordingStation &station : stations_) {
      counts.push_back(station.frames.size());
      station.frames.clear();
    }
    return counts;
  }

  Bridge bridge_{{.queue = 8, .addresses = 4}};
  std::array<RecordingStation, 3> stations_;
  std::array<FrameSink *, 3> ports_{&bridge_.attach(stations_[0]), &bridge_.attach(stations_[1]),
                                    &bridge_.attach(stations_[2])};
};

TEST_F(BridgeTest, UnknownIsFloodedAndKnownIsNot) {
  send(0, frame(mac(2), mac(1)));
  EXPECT_THAT(delivered(), ElementsAre(0, 1, 1));
  send(1, frame(mac(1), mac(2)));
  EXPECT_THAT(delivered(), ElementsAre(1, 0, 0));
  send(0, frame(mac(2), mac(1)));
  EXPECT_THAT(delivered(), ElementsAre(0, 1, 0));
}

TEST_F(BridgeTest, GroupsAreFloodedAndNeverLearned) {
  for (const Mac &group : {kBroadcast, kGroup}) {
    send(2, frame(group, mac(3)));
    EXPECT_THAT(delivered(), ElementsAre(1, 1, 0));
    send(0, frame(mac(1), group));
    EXPECT_THAT(delivered(), ElementsAre(0, 0, 0));
  }
  EXPECT_EQ(bridge_.counters(0).malformed, 2U);
  EXPECT_EQ(bridge_.known_addresses(), 1U);
}

TEST_F(BridgeTest, BytesArriveAsTheyWereSent) {
  Bytes bytes = frame(mac(2), mac(1), 1500);
  for (std::size_t i = 12; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);
  const Bytes sent = bytes;
  send(0, bytes);
  std::fill(bytes.begin(), bytes.end(), std::uint8_t{0});  // the bridge has a copy
  EXPECT_TRUE(bridge_.deliver());
  EXPECT_THAT(stations_[1].frames, ElementsAre(sent));
  EXPECT_THAT(stations_[2].frames, ElementsAre(sent));
}

TEST_F(BridgeTest, NeverOutOfThePortItCameFrom) {
  send(0, frame(mac(9), mac(1)));  // two stations behind one port
  send(0, frame(mac(1), mac(9)));
  EXPECT_THAT(delivered(), ElementsAre(0, 1, 1));
  send(0, frame(mac(9), mac(1)));
  EXPECT_THAT(delivered(), ElementsAre(0, 0, 0));
  send(0, frame(mac(1), mac(1)));
  EXPECT_THAT(delivered(), ElementsAre(0, 0, 0));
}

TEST_F(BridgeTest, AStationThatMovesIsFollowed) {
  send(0, frame(kBroadcast, mac(1)));
  send(1, frame(kBroadcast, mac(1)));
  delivered();
  send(2, frame(mac(1), mac(3)));
  EXPECT_THAT(delivered(), ElementsAre(0, 1, 0));
}

TEST_F(BridgeTest, NothingIsDeliveredFromInsideFrame) {
  EXPECT_TRUE(bridge_.idle());
  EXPECT_FALSE(bridge_.deliver());
  send(0, frame(kBroadcast, mac(1)));
  EXPECT_FALSE(bridge_.idle());
  EXPECT_THAT(stations_[1].frames, IsEmpty());
  EXPECT_TRUE(bridge_.deliver());
  EXPECT_TRUE(bridge_.idle());
  EXPECT_FALSE(bridge_.deliver());
  EXPECT_EQ(stations_[1].frames.size(), 1U);
}

TEST_F(BridgeTest, AFullQueueDropsTheFramesOfItsPortAlone) {
  for (unsigned i = 0; i < 11; ++i) send(0, frame(kBroadcast, mac(1)));
  send(1, frame(kBroadcast, mac(2)));
  EXPECT_THAT(delivered(), ElementsAre(1, 8, 9));
  EXPECT_EQ(bridge_.counters(0).received, 8U);
  EXPECT_EQ(bridge_.counters(0).dropped, 3U);
  EXPECT_EQ(bridge_.counters(1).dropped, 0U);
  send(0, frame(kBroadcast, mac(1)));
  EXPECT_THAT(delivered(), ElementsAre(0, 1, 1)) << "there is room again";
}

TEST_F(BridgeTest, PortsTakeTurns) {
  for (unsigned i = 0; i < 3; ++i) send(0, frame(kBroadcast, mac(1)));
  send(1, frame(kBroadcast, mac(2)));
  bridge_.deliver();
  std::vector<Mac> order;
  for (const Bytes &bytes : stations_[2].frames) order.push_back(load_mac(bytes, 6));
  EXPECT_THAT(order, ElementsAre(mac(1), mac(2), mac(1), mac(1)));
}

// The one that was silent for longest is forgotten, not the one that was learned first.
TEST_F(BridgeTest, TheTableIsBounded) {
  for (const std::uint8_t station : {1, 2, 3, 4, 1, 5}) send(0, frame(kBroadcast, mac(station)));
  delivered();
  EXPECT_EQ(bridge_.known_addresses(), 4U);
  send(1, frame(mac(1), mac(5)));  // 5 moved: it needs no room
  EXPECT_THAT(delivered(), ElementsAre(1, 0, 0));
  send(1, frame(mac(2), mac(5)));
  EXPECT_THAT(delivered(), ElementsAre(1, 0, 1)) << "2 is not known any more";
}

TEST_F(BridgeTest, MalformedFramesEndHere) {
  for (const std::size_t size : {0U, 1U, 13U}) send(0, Bytes(size, 2));
  send(0, frame(mac(2), mac(1), Ethernet::kMostBytes - Ethernet::kHeader + 1));
  send(0, frame(mac(2), Mac{}));
  EXPECT_FALSE(bridge_.deliver());
  EXPECT_EQ(bridge_.counters(0).malformed, 5U);
  EXPECT_EQ(bridge_.counters(0).received, 0U);
  send(0, frame(mac(2), mac(1), Ethernet::kMostBytes - Ethernet::kHeader));
  send(0, frame(mac(2), mac(1), 0));
  EXPECT_THAT(delivered(), ElementsAre(0, 2, 2));
}

TEST_F(BridgeTest, ReservedGroupsStayOnTheirCable) {
  Mac group{0x01, 0x80, 0xC2, 0, 0, 0x00};
  send(0, frame(group, mac(1)));
  group.back() = 0x0F;
  send(0, frame(group, mac(1)));
  EXPECT_THAT(delivered(), ElementsAre(0, 0, 0));
  EXPECT_EQ(bridge_.counters(0).reserved, 2U);
  group.back() = 0x10;
  send(0, frame(group, mac(1)));
  EXPECT_THAT(delivered(), ElementsAre(0, 1, 1));
}

TEST_F(BridgeTest, CountsFramesAndBytes) {
  send(0, frame(kBroadcast, mac(1), 46));
  send(1, frame(mac(1), mac(2), 100));
  delivered();
  EXPECT_EQ(bridge_.ports(), 3U);
  EXPECT_EQ(bridge_.counters(0).received, 1U);
  EXPECT_EQ(bridge_.counters(0).received_bytes, 60U);
  EXPECT_EQ(bridge_.counters(0).sent, 1U);
  EXPECT_EQ(bridge_.counters(0).sent_bytes, 114U);
  EXPECT_EQ(bridge_.counters(2).received, 0U);
  EXPECT_EQ(bridge_.counters(2).sent, 1U);
  EXPECT_EQ(bridge_.counters(2).sent_bytes, 60U);
}

TEST_F(BridgeTest, TheTapSeesWhatEntersOnceAndAtOnce) {
  RecordingStation tap;
  bridge_.tap(tap);
  for (unsigned i = 0; i < 9; ++i) send(0, frame(kBroadcast, mac(1), i));
  send(0, Bytes(3));
  EXPECT_EQ(tap.frames.size(), 8U) << "neither the dropped nor the malformed one";
  EXPECT_EQ(tap.frames.at(5), frame(kBroadcast, mac(1), 5));
  bridge_.deliver();
  EXPECT_EQ(tap.frames.size(), 8U);
}

}  // namespace
}  // namespace dmar::net
