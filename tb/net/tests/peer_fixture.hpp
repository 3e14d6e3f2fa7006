// SPDX-License-Identifier: Apache-2.0
// A peer with a cable at which one listens.
#ifndef DMAR_NET_TESTS_PEER_FIXTURE_HPP
#define DMAR_NET_TESTS_PEER_FIXTURE_HPP

#include <gmock/gmock.h>

#include <utility>

#include "net/peer.hpp"
#include "net/tests/frames.hpp"
#include "net/tests/recording_station.hpp"

namespace dmar::net {

inline constexpr Mac kGuest = mac(7);
inline constexpr Mac kPeer = mac(0xFE);
inline constexpr Ip kGuestAddress{10, 0, 0, 17};
inline constexpr Ip kPeerAddress{10, 0, 0, 1};
inline constexpr Ends kToPeer{
    .from = kGuest, .to = kPeer, .source = kGuestAddress, .destination = kPeerAddress};

class PeerTest : public ::testing::Test {
 protected:
  using Outcome = Peer::Outcome;

  PeerTest() { peer_.connect(cable_); }

  // What the peer sends because of `frame`.
  std::vector<Bytes> give(const Bytes &frame) {
    peer_.frame(frame);
    peer_.deliver();
    return std::exchange(cable_.frames, {});
  }
  // What became of `frame`, which has no answer.
  Outcome fate(const Bytes &frame) {
    std::vector<std::uint64_t> before;
    for (std::size_t i = 0; i < kOutcomes; ++i) before.push_back(peer_.count(Outcome{i}));
    EXPECT_THAT(give(frame), ::testing::IsEmpty());
    for (std::size_t i = 0; i < kOutcomes; ++i) {
      if (peer_.count(Outcome{i}) == before[i] + 1) return Outcome{i};
    }
    return Outcome::kCount;
  }

  static constexpr auto kOutcomes = static_cast<std::size_t>(Outcome::kCount);
  RecordingStation cable_;
  Peer peer_{{.mac = kPeer,
              .dhcp = {.server = kPeerAddress,
                       .mask = Ip(255, 255, 255, 0),
                       .first = Ip(10, 0, 0, 10),
                       .addresses = 20,
                       .lease_seconds = 600},
              .queue = 4}};
};

}  // namespace dmar::net

#endif  // DMAR_NET_TESTS_PEER_FIXTURE_HPP
