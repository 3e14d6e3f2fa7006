// SPDX-License-Identifier: Apache-2.0
// To whom the peer sends what its DHCP server says.
#include "net/tests/peer_fixture.hpp"

namespace dmar::net {
namespace {

struct Reply {
  EthernetView frame;
  Ipv4View ip;
  UdpView udp;
  Dhcp message;
};

class PeerDhcpTest : public PeerTest {
 protected:
  static constexpr Ip kItsAddress{10, 0, 0, 17};  // the pool's first + 7

  static Dhcp message(DhcpType type) {
    return {.transaction = 5, .hardware = kGuest, .type = type};
  }
  static Dhcp request() {
    Dhcp request = message(DhcpType::kRequest);
    request.requested = kItsAddress;
    request.server = kPeerAddress;
    return request;
  }
  Reply reply_to(const Dhcp &message) {
    frames_ = give(dhcp_frame(message));
    EXPECT_EQ(frames_.size(), 1U);
    const auto frame = read_ethernet(frames_.at(0));
    const auto ip = read_ipv4(frame.value().payload);
    const auto udp = read_udp(ip.value().header, ip->payload);
    return {
        .frame = *frame, .ip = *ip, .udp = udp.value(), .message = read_dhcp(udp->payload).value()};
  }

 private:
  std::vector<Bytes> frames_;
};

TEST_F(PeerDhcpTest, AClientWithoutAnAddressIsReachedByTheOneItWillGet) {
  for (const Dhcp &question : {message(DhcpType::kDiscover), request()}) {
    const Reply reply = reply_to(question);
    EXPECT_EQ(reply.frame.header.destination, kGuest);
    EXPECT_EQ(reply.frame.header.source, kPeer);
    EXPECT_EQ(reply.ip.header.source, kPeerAddress);
    EXPECT_EQ(reply.ip.header.destination, kItsAddress);
    EXPECT_EQ(reply.udp.header.source, 67);
    EXPECT_EQ(reply.udp.header.destination, 68);
    EXPECT_GE(reply.udp.payload.size(), Dhcp::kLeast);
    EXPECT_EQ(reply.message.yours, kItsAddress);
  }
  EXPECT_EQ(peer_.count(Outcome::kDhcpOffer), 1U);
  EXPECT_EQ(peer_.count(Outcome::kDhcpAck), 1U);
  EXPECT_EQ(peer_.dhcp().address_of(kGuest), kItsAddress);
}

TEST_F(PeerDhcpTest, OrByABroadcastWhenItAsksForIt) {
  Dhcp discover = message(DhcpType::kDiscover);
  discover.broadcast = true;
  const Reply reply = reply_to(discover);
  EXPECT_EQ(reply.frame.header.destination, kBroadcast);
  EXPECT_EQ(reply.ip.header.destination, kEverybody);
  EXPECT_EQ(reply.message.type, DhcpType::kOffer);
}

TEST_F(PeerDhcpTest, AClientThatHasAnAddressIsReachedByIt) {
  reply_to(request());
  Dhcp renewal = message(DhcpType::kRequest);
  renewal.client = kItsAddress;
  renewal.broadcast = true;
  const Reply reply = reply_to(renewal);
  EXPECT_EQ(reply.frame.header.destination, kGuest);
  EXPECT_EQ(reply.ip.header.destination, kItsAddress);
  EXPECT_EQ(reply.message.type, DhcpType::kAck);
}

TEST_F(PeerDhcpTest, ARefusalIsABroadcast) {
  Dhcp wrong = request();
  wrong.requested = Ip(10, 0, 0, 18);
  const Reply reply = reply_to(wrong);
  EXPECT_EQ(reply.frame.header.destination, kBroadcast);
  EXPECT_EQ(reply.ip.header.destination, kEverybody);
  EXPECT_EQ(reply.message.type, DhcpType::kNak);
  EXPECT_EQ(peer_.count(Outcome::kDhcpNak), 1U);
}

TEST_F(PeerDhcpTest, ARenewalAndAReleaseCanComeDirectly) {
  reply_to(request());
  Dhcp release = message(DhcpType::kRelease);
  release.client = kItsAddress;
  release.server = kPeerAddress;
  EXPECT_EQ(fate(udp_frame(kToPeer, {.source = 68, .destination = 67}, write_dhcp(release))),
            Outcome::kDhcpRelease);
  EXPECT_FALSE(peer_.dhcp().address_of(kGuest));
}

TEST_F(PeerDhcpTest, WhatHasNoAnswerIsCounted) {
  EXPECT_EQ(fate(dhcp_frame(message(DhcpType::kInform))), Outcome::kUnsupported);
  Dhcp reply = message(DhcpType::kOffer);
  reply.operation = Dhcp::kFromServer;
  EXPECT_EQ(fate(dhcp_frame(reply)), Outcome::kNoAnswer);
  Dhcp other = request();
  other.server = Ip(10, 0, 0, 2);
  EXPECT_EQ(fate(dhcp_frame(other)), Outcome::kNoAnswer);
  Ends ends{.from = kGuest, .to = kBroadcast, .source = {}, .destination = kEverybody};
  EXPECT_EQ(fate(udp_frame(ends, {.source = 68, .destination = 67}, Bytes(300))),
            Outcome::kMalformed);
}

TEST_F(PeerDhcpTest, AnEmptyPoolIsCounted) {
  for (std::uint8_t station = 0; station < 20; ++station) {
    Dhcp request = this->request();
    request.hardware = mac(0x20 + station);
    request.requested = Ip(10, 0, 0, static_cast<std::uint8_t>(10 + (0x20 + station) % 20));
    ASSERT_EQ(reply_to(request).message.type, DhcpType::kAck);
  }
  EXPECT_EQ(fate(dhcp_frame(message(DhcpType::kDiscover))), Outcome::kDhcpExhausted);
}

}  // namespace
}  // namespace dmar::net
