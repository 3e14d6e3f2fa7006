// SPDX-License-Identifier: Apache-2.0
// Two guests and a peer on one bridge: addresses, ARP, pings, and all of it in the capture.
#include <gmock/gmock.h>

#include <algorithm>

#include "net/bridge.hpp"
#include "net/pcap.hpp"
#include "net/peer.hpp"
#include "net/tests/fake_guest.hpp"
#include "net/tests/pcap_reader.hpp"
#include "net/tests/recording_station.hpp"
#include "net/tests/temporary_folder.hpp"

namespace dmar::net {
namespace {

using ::testing::ElementsAre;

class NetworkTest : public ::testing::Test {
 protected:
  NetworkTest() {
    peer_.connect(bridge_.attach(peer_));
    one_.connect(bridge_.attach(one_));
    two_.connect(bridge_.attach(two_));
    bridge_.tap(tap_);
  }

  // The poll loop of a machine.
  void run() {
    for (bool moved = true; moved;) {
      now_ += 1000;
      moved = bridge_.deliver();
      moved |= peer_.deliver();
      moved |= one_.deliver();
      moved |= two_.deliver();
      ASSERT_LT(now_, 1'000'000U) << "the network does not become quiet";
    }
  }
  void get_addresses() {
    one_.ask_for_an_address();
    two_.ask_for_an_address();
    run();
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "network.pcap";
  std::uint64_t now_ = 0;
  PcapFile capture_{path_};
  PcapTap tap_{capture_, [this] { return now_; }};
  Bridge bridge_;
  Peer peer_{Peer::Settings{}};
  FakeGuest one_{mac(1)};
  FakeGuest two_{mac(2)};
};

TEST_F(NetworkTest, BothGuestsGetAnAddress) {
  get_addresses();
  EXPECT_EQ(one_.address(), Ip(10, 77, 0, 101));
  EXPECT_EQ(two_.address(), Ip(10, 77, 0, 102));
  EXPECT_EQ(peer_.dhcp().address_of(mac(1)), one_.address());
  EXPECT_EQ(peer_.count(Peer::Outcome::kDhcpAck), 2U);
}

TEST_F(NetworkTest, TheyPingEachOtherAndThePeer) {
  get_addresses();
  one_.ping(two_.address(), 1, Bytes(56, 0xA5));
  run();
  EXPECT_TRUE(one_.knows(two_.address()));
  EXPECT_TRUE(two_.knows(one_.address()));
  two_.ping(one_.address(), 2, Bytes(1472, 0x5A));
  one_.ping(peer_.address(), 3, Bytes(100, 1));
  two_.ping(peer_.address(), 4, {});
  run();
  EXPECT_THAT(one_.answered(), ElementsAre(1, 3));
  EXPECT_THAT(two_.answered(), ElementsAre(2, 4));
  EXPECT_EQ(peer_.count(Peer::Outcome::kEchoReply), 2U);
}

TEST_F(NetworkTest, WhatTwoSayToEachOtherDoesNotReachTheThird) {
  get_addresses();
  one_.ping(two_.address(), 1, Bytes(56));
  run();
  const std::uint64_t before = bridge_.counters(0).sent;
  for (std::uint32_t number = 2; number < 10; ++number) one_.ping(two_.address(), number, {});
  run();
  EXPECT_EQ(one_.answered().size(), 9U);
  EXPECT_EQ(bridge_.counters(0).sent, before);
}

TEST_F(NetworkTest, EveryFrameIsInTheCaptureOnce) {
  get_addresses();
  one_.ping(two_.address(), 1, Bytes(56));
  two_.ping(peer_.address(), 2, Bytes(56));
  run();
  capture_.finish();

  const std::vector<CapturedFrame> frames = read_capture(path_);
  std::map<std::pair<Mac, std::uint16_t>, unsigned> by_source;
  for (const CapturedFrame &frame : frames) {
    const auto view = read_ethernet(frame.bytes);
    ASSERT_TRUE(view);
    ++by_source[{view->header.source, view->header.type}];
  }
  const Mac peer = Peer::Settings{}.mac;
  const std::map<std::pair<Mac, std::uint16_t>, unsigned> expected{
      {{mac(1), ether_type::kIpv4}, 3},  // discover, request, echo
      {{mac(2), ether_type::kIpv4}, 4},  // the same, and a reply
      {{mac(1), ether_type::kArp}, 1},   // who has 2
      {{mac(2), ether_type::kArp}, 2},   // the reply, and who has the peer
      {{peer, ether_type::kIpv4}, 5},    // two offers, two acknowledgements, a reply
      {{peer, ether_type::kArp}, 1}};
  EXPECT_EQ(by_source, expected);
  EXPECT_EQ(frames.size(), one_.sent() + two_.sent() + 6);
  EXPECT_TRUE(std::ranges::is_sorted(frames, {}, &CapturedFrame::nanoseconds));
  EXPECT_EQ(frames.front().nanoseconds, 1000U);
  EXPECT_GT(frames.back().nanoseconds, 4000U);
}

}  // namespace
}  // namespace dmar::net
