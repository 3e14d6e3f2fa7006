// SPDX-License-Identifier: Apache-2.0
// What the peer answers to ARP and echo, and what it refuses.
#include "net/peer.hpp"

#include "net/checksum.hpp"
#include "net/tests/peer_fixture.hpp"

namespace dmar::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Arp kWhoHas{.operation = Arp::kRequest,
                      .sender_mac = kGuest,
                      .sender = kGuestAddress,
                      .target_mac = {},
                      .target = kPeerAddress};

TEST_F(PeerTest, AnswersArpForItsAddress) {
  const Bytes expected = arp_frame({.operation = Arp::kReply,
                                    .sender_mac = kPeer,
                                    .sender = kPeerAddress,
                                    .target_mac = kGuest,
                                    .target = kGuestAddress},
                                   kGuest);
  EXPECT_THAT(give(arp_frame(kWhoHas)), ElementsAre(expected));
  EXPECT_THAT(give(arp_frame(kWhoHas, kPeer)), ElementsAre(expected)) << "asked directly";
  Bytes padded = arp_frame(kWhoHas);
  padded.resize(60);
  EXPECT_THAT(give(padded), ElementsAre(expected));
  EXPECT_EQ(peer_.count(Outcome::kArpReply), 3U);
}

TEST_F(PeerTest, LeavesOtherArpAlone) {
  Arp arp = kWhoHas;
  arp.target = Ip(10, 0, 0, 2);
  EXPECT_EQ(fate(arp_frame(arp)), Outcome::kForOthers);
  arp = kWhoHas;
  arp.operation = Arp::kReply;
  EXPECT_EQ(fate(arp_frame(arp)), Outcome::kNoAnswer);
  Bytes short_one = arp_frame(kWhoHas);
  short_one.pop_back();
  EXPECT_EQ(fate(short_one), Outcome::kMalformed);
  Bytes group = arp_frame(kWhoHas);
  group[22] |= 1;  // the sender's address inside the packet
  EXPECT_EQ(fate(group), Outcome::kMalformed);
}

TEST_F(PeerTest, AnswersEcho) {
  for (const std::size_t size : {0U, 1U, 56U, 1472U}) {
    Bytes payload(size);
    for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<std::uint8_t>(i * 5 + 1);
    const Ends back{
        .from = kPeer, .to = kGuest, .source = kPeerAddress, .destination = kGuestAddress};
    EXPECT_THAT(give(echo_frame(kToPeer, 0x1234'0007, payload)),
                ElementsAre(echo_frame(back, 0x1234'0007, payload, Icmp::kEchoReply)));
  }
  EXPECT_EQ(peer_.count(Outcome::kEchoReply), 4U);
}

TEST_F(PeerTest, AnEchoWithAWrongChecksumIsMalformed) {
  Bytes frame = echo_frame(kToPeer, 1, Bytes(56, 3));
  frame.back() ^= 0x10;
  EXPECT_EQ(fate(frame), Outcome::kMalformed);
  frame = echo_frame(kToPeer, 1, Bytes(56, 3));
  frame[14 + 8] ^= 1;  // time to live
  EXPECT_EQ(fate(frame), Outcome::kMalformed);
}

// Changes a byte of the IP header and keeps its checksum right.
Bytes with_ip_byte(Bytes frame, std::size_t place, std::uint8_t value) {
  const std::span header = std::span(frame).subspan(14, 20);
  header[place] = value;
  store(header, 10, std::uint16_t{0});
  store(header, 10, Checksum().add(header).value());
  return frame;
}

TEST_F(PeerTest, FragmentsAndOptionsAreRefused) {
  const Bytes frame = echo_frame(kToPeer, 1, Bytes(56, 3));
  EXPECT_EQ(give(with_ip_byte(frame, 6, 0x00)).size(), 1U) << "may be fragmented, but is not";
  EXPECT_EQ(fate(with_ip_byte(frame, 6, 0x20)), Outcome::kUnsupported) << "the first fragment";
  EXPECT_EQ(fate(with_ip_byte(frame, 7, 0x08)), Outcome::kUnsupported) << "the last fragment";
  Bytes optional = ip_frame(kToPeer, protocol::kIcmp, Bytes(4));
  append(optional, write_icmp({}, Bytes(8)));
  store(std::span(optional), 16, static_cast<std::uint16_t>(optional.size() - 14));
  optional[14] = 0x46;
  store(std::span(optional), 24, std::uint16_t{0});
  store(std::span(optional), 24, Checksum().add(View(optional).subspan(14, 24)).value());
  EXPECT_EQ(fate(optional), Outcome::kUnsupported);
}

TEST_F(PeerTest, OnlyEchoIsAnswered) {
  EXPECT_EQ(fate(echo_frame(kToPeer, 1, {}, Icmp::kEchoReply)), Outcome::kUnsupported);
  EXPECT_EQ(fate(echo_frame(kToPeer, 1, {}, 13)), Outcome::kUnsupported);
  EXPECT_EQ(fate(ip_frame(kToPeer, protocol::kIcmp,
                          write_icmp({.type = Icmp::kEcho, .code = 1, .rest = 0}, {}))),
            Outcome::kUnsupported);
  EXPECT_EQ(fate(ip_frame(kToPeer, 6, Bytes(20))), Outcome::kUnsupported);
  EXPECT_EQ(fate(udp_frame(kToPeer, {.source = 9, .destination = 53}, Bytes(8))),
            Outcome::kUnsupported);
  Ends everybody = kToPeer;
  everybody.to = kBroadcast;
  everybody.destination = kEverybody;
  EXPECT_EQ(fate(echo_frame(everybody, 1, {})), Outcome::kNoAnswer);
}

TEST_F(PeerTest, OtherProtocolsAreCountedOnly) {
  for (const std::uint16_t type : {0x86DD, 0x8100, 0x0000}) {
    EXPECT_EQ(
        fate(write_ethernet({.destination = kPeer, .source = kGuest, .type = type}, Bytes(64))),
        Outcome::kUnsupported);
  }
}

TEST_F(PeerTest, WhatIsForOthersIsLeftToThem) {
  Ends ends = kToPeer;
  ends.to = mac(9);
  EXPECT_EQ(fate(echo_frame(ends, 1, {})), Outcome::kForOthers);
  ends.to = {0x33, 0x33, 0, 0, 0, 2};
  EXPECT_EQ(fate(echo_frame(ends, 1, {})), Outcome::kForOthers);
  ends = kToPeer;
  ends.destination = Ip(10, 0, 0, 3);
  EXPECT_EQ(fate(echo_frame(ends, 1, {})), Outcome::kForOthers);
}

TEST_F(PeerTest, FramesThatAreNone) {
  EXPECT_EQ(fate({}), Outcome::kMalformed);
  EXPECT_EQ(fate(Bytes(13, 2)), Outcome::kMalformed);
  Ends ends = kToPeer;
  ends.from = kBroadcast;
  EXPECT_EQ(fate(echo_frame(ends, 1, {})), Outcome::kMalformed);
  EXPECT_EQ(
      fate(write_ethernet({.destination = kPeer, .source = kGuest, .type = ether_type::kIpv4}, {})),
      Outcome::kMalformed);
}

TEST_F(PeerTest, SendsInDeliverOnly) {
  EXPECT_FALSE(peer_.deliver());
  peer_.frame(arp_frame(kWhoHas));
  EXPECT_THAT(cable_.frames, IsEmpty());
  EXPECT_TRUE(peer_.deliver());
  EXPECT_EQ(cable_.frames.size(), 1U);
  EXPECT_FALSE(peer_.deliver());
}

TEST_F(PeerTest, AFullQueueDropsAnswers) {
  for (unsigned i = 0; i < 7; ++i) peer_.frame(echo_frame(kToPeer, i, {}));
  EXPECT_TRUE(peer_.deliver());
  EXPECT_EQ(cable_.frames.size(), 4U);
  EXPECT_EQ(peer_.count(Outcome::kEchoReply), 4U);
  EXPECT_EQ(peer_.count(Outcome::kDropped), 3U);
  EXPECT_EQ(peer_.frames(), 7U);
}

TEST_F(PeerTest, EveryOutcomeHasAName) {
  for (std::size_t i = 0; i < kOutcomes; ++i) EXPECT_FALSE(Peer::name(Outcome{i}).empty()) << i;
}

}  // namespace
}  // namespace dmar::net
