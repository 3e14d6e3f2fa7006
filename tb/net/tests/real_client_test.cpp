// SPDX-License-Identifier: Apache-2.0
// Frames as Linux 6.1, udhcpc of BusyBox 1.35 and ipconfig of klibc 2.0 sent them.
#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <utility>

#include "net/peer.hpp"
#include "net/tests/frames.hpp"
#include "net/tests/recording_station.hpp"

namespace dmar::net {
namespace {

using PeerOutcome = Peer::Outcome;

constexpr Mac kClient{0x52, 0x54, 0, 0, 0, 7};
constexpr Ip kItsAddress{10, 77, 0, 107};

Bytes from_hex(std::string_view text) {
  Bytes bytes;
  for (; text.size() >= 2; text.remove_prefix(2)) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(std::string(text.substr(0, 2)), {}, 16)));
  }
  return bytes;
}

// A message of 300 bytes from headers, what is behind them, and the options; between and behind
// these are zeros.
Bytes bootp(std::string_view headers, std::string_view fixed, std::string_view options) {
  Bytes frame = from_hex(headers);
  append(frame, View(from_hex(fixed)));
  frame.resize(42 + 236);
  append(frame, View(from_hex(options)));
  frame.resize(42 + 300);
  return frame;
}

constexpr std::string_view kBroadcastHeaders =
    "ffffffffffff52540000000708004500014800000000401179a600000000ffffffff004400430134";

const Bytes kDiscover = bootp(
    std::string(kBroadcastHeaders) + "d565",
    "01010600aca309200000000000000000000000000000000000000000525400000007",
    "638253633501013902024037070103060c0f1c2a3c0c756468637020312e33352e303d0701525400000007ff");
const Bytes kRequest = bootp(
    std::string(kBroadcastHeaders) + "c4e8",
    "01010600aca309200000000000000000000000000000000000000000525400000007",
    "6382536335010332040a4d006b36040a4d00013902024037070103060c0f1c2a3c0c756468637020312e33352e30"
    "3d0701525400000007ff");
const Bytes kDiscoverForABroadcast = bootp(
    std::string(kBroadcastHeaders) + "3a99",
    "0101060051247f6b0000800000000000000000000000000000000000525400000007",
    "638253633501013902024037070103060c0f1c2a3c0c756468637020312e33352e303d0701525400000007ff");
const Bytes kRenewal = bootp(
    "0200000000fe525400000007080045000148d81a400040114c850a4d006b0a4d000100440043013498db",
    "0101060051247f6b000000000a4d006b000000000000000000000000525400000007",
    "638253633501033902024037070103060c0f1c2a3c0c756468637020312e33352e303d0701525400000007ff");
const Bytes kRelease =
    bootp("0200000000fe525400000007080045000148e4a2400040113ffd0a4d006b0a4d00010044004301347213",
          "01010600d2b5a157000300000a4d006b000000000000000000000000525400000007",
          "6382536335010736040a4d00013d0701525400000007ff");

constexpr std::string_view kWithoutChecksum =
    "ffffffffffff52540000000708004500014800004000401139a600000000ffffffff0044004301340000";
constexpr std::string_view kIpconfig =
    "010106002652212e0000800000000000000000000000000000000000525400000007";
const Bytes kIpconfigDiscover =
    bootp(kWithoutChecksum, kIpconfig,
          "63825363350101370b0103060c0f111a1c2877793c0e4c696e7578206970636f6e666967ff");
const Bytes kIpconfigRequest =
    bootp(kWithoutChecksum, kIpconfig,
          "6382536335010336040a4d000132040a4d006b370b0103060c0f111a1c2877793c0e4c696e757820697063"
          "6f6e666967ff");

class RealClientTest : public ::testing::Test {
 protected:
  RealClientTest() { peer_.connect(cable_); }

  std::vector<Bytes> give(const Bytes &frame) {
    peer_.frame(frame);
    peer_.deliver();
    return std::exchange(cable_.frames, {});
  }
  // The type and the address of the reply, which goes `to` a station or everybody.
  void expect_reply(const Bytes &question, DhcpType type, const Mac &to) {
    const std::vector<Bytes> answers = give(question);
    ASSERT_EQ(answers.size(), 1U);
    const auto frame = read_ethernet(answers[0]);
    EXPECT_EQ(frame.value().header.destination, to);
    const auto ip = read_ipv4(frame->payload);
    const auto udp = read_udp(ip.value().header, ip->payload);
    const auto message = read_dhcp(udp.value().payload);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->type, type);
    EXPECT_EQ(message->yours, kItsAddress);
    EXPECT_EQ(message->transaction, load<std::uint32_t>(question, 46));
    EXPECT_EQ(message->hardware, kClient);
  }

  RecordingStation cable_;
  Peer peer_{Peer::Settings{}};
};

TEST_F(RealClientTest, UdhcpcGetsRenewsAndReleases) {
  expect_reply(kDiscover, DhcpType::kOffer, kClient);
  expect_reply(kRequest, DhcpType::kAck, kClient);
  expect_reply(kRenewal, DhcpType::kAck, kClient);
  EXPECT_EQ(peer_.dhcp().address_of(kClient), kItsAddress);
  EXPECT_TRUE(give(kRelease).empty());
  EXPECT_EQ(peer_.count(PeerOutcome::kDhcpRelease), 1U);
  EXPECT_FALSE(peer_.dhcp().address_of(kClient));
  expect_reply(kDiscoverForABroadcast, DhcpType::kOffer, kBroadcast);
}

TEST_F(RealClientTest, IpconfigGetsAnAddress) {
  expect_reply(kIpconfigDiscover, DhcpType::kOffer, kBroadcast);
  expect_reply(kIpconfigRequest, DhcpType::kAck, kBroadcast);
}

TEST_F(RealClientTest, LinuxFindsAndPingsThePeer) {
  EXPECT_THAT(give(from_hex("ffffffffffff525400000007080600010800060400015254000000070a4d006b"
                            "0000000000000a4d0001")),
              ::testing::ElementsAre(
                  from_hex("5254000000070200000000fe080600010800060400020200000000fe0a4d0001"
                           "5254000000070a4d006b")));
  Bytes echo = from_hex(
      "0200000000fe525400000007080045000054285140004001fd520a4d006b0a4d000108009a52006e00002a3f33");
  echo.resize(98);
  const std::vector<Bytes> answers = give(echo);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(Bytes(answers[0].begin() + 34, answers[0].begin() + 45),
            from_hex("0000a252006e00002a3f33"));
  EXPECT_EQ(peer_.count(PeerOutcome::kEchoReply), 1U);
}

TEST_F(RealClientTest, MulticastListenersOfIpv6AreNotForThePeer) {
  Bytes report = from_hex("33330000001652540000000786dd6000000000240001");
  report.resize(90);
  EXPECT_TRUE(give(report).empty());
  EXPECT_EQ(peer_.count(PeerOutcome::kForOthers), 1U);
}

}  // namespace
}  // namespace dmar::net
