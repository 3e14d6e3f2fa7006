// SPDX-License-Identifier: Apache-2.0
// Headers of ARP, IPv4, UDP and ICMP, as bytes; what is cut off or wrong is not read.
#include <gmock/gmock.h>

#include "net/arp.hpp"
#include "net/checksum.hpp"
#include "net/icmp.hpp"
#include "net/tests/recording_station.hpp"
#include "net/udp.hpp"

namespace dmar::net {
namespace {

const Bytes kPayload{1, 2, 3};
constexpr Ipv4 kIp{.source = Ip(10, 0, 2, 15), .destination = Ip(10, 0, 2, 2), .protocol = 17};

// Calls bad(bytes) with each bit of the first `count` bytes flipped.
template <class Bad>
void with_each_bit_wrong(Bytes bytes, std::size_t count, Bad bad) {
  for (std::size_t bit = 0; bit < 8 * count; ++bit) {
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_TRUE(bad(bytes)) << "bit " << bit % 8 << " of byte " << bit / 8;
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
  }
}

// Calls cut(bytes) with every shorter beginning.
template <class Cut>
void with_each_end(const Bytes &bytes, Cut cut) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(cut(View(bytes).first(size))) << size;
  }
}

TEST(Protocols, BigEndian) {
  Bytes bytes;
  append(bytes, std::uint8_t{0x01});
  append(bytes, std::uint16_t{0x2345});
  append(bytes, std::uint32_t{0x6789'ABCD});
  EXPECT_EQ(bytes, (Bytes{0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD}));
  EXPECT_EQ(load<std::uint32_t>(bytes, 2), 0x4567'89ABU);
  EXPECT_EQ(load<std::uint16_t>(bytes, 5), 0xABCDU);
}

TEST(Protocols, Checksum) {
  EXPECT_EQ(Checksum().value(), 0xFFFF);
  EXPECT_EQ(Checksum().add(Bytes{0x12}).value(), 0xEDFF);
  EXPECT_EQ(Checksum().add(Bytes{0xFF, 0xFF, 0x00, 0x01}).value(), 0xFFFE);
  EXPECT_EQ(Checksum().add(Bytes(100'000, 0xFF)).value(), 0);
  EXPECT_EQ(Checksum().add(Bytes{1, 2}).add(Bytes{3, 4, 5}).value(),
            Checksum().add(Bytes{1, 2, 3, 4, 5}).value());
}

TEST(Protocols, Addresses) {
  EXPECT_EQ(Ip(10, 0, 2, 15).raw(), 0x0A00'020FU);
  EXPECT_EQ(to_string(Ip(192, 168, 0, 254)), "192.168.0.254");
  EXPECT_TRUE(is_group(kBroadcast));
  EXPECT_FALSE(is_station(Mac{}));
  EXPECT_TRUE(is_station(mac(1)));
}

TEST(Protocols, Ipv4Bytes) {
  const Bytes packet = write_ipv4(kIp, kPayload);
  EXPECT_EQ(packet, (Bytes{0x45, 0, 0, 23, 0,  0, 0x40, 0, 64, 17, 0x22, 0xC6,  //
                           10,   0, 2, 15, 10, 0, 2,    2, 1,  2,  3}));
  const auto view = read_ipv4(packet);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->header.source, kIp.source);
  EXPECT_EQ(view->header.destination, kIp.destination);
  EXPECT_EQ(view->header.protocol, 17);
  EXPECT_EQ(view->header.time_to_live, 64);
  EXPECT_FALSE(view->options);
  EXPECT_FALSE(view->fragment);
  EXPECT_EQ(Bytes(view->payload.begin(), view->payload.end()), kPayload);
  with_each_bit_wrong(packet, 20, [](View bytes) { return !read_ipv4(bytes); });
  with_each_end(packet, [](View bytes) { return !read_ipv4(bytes); });
}

TEST(Protocols, Ipv4InAPaddedFrame) {
  Bytes packet = write_ipv4(kIp, kPayload);
  packet.resize(46, 0xEE);
  ASSERT_TRUE(read_ipv4(packet));
  EXPECT_EQ(read_ipv4(packet)->payload.size(), 3U);
}

Bytes with_checksum(Bytes packet, std::size_t header) {
  store(std::span(packet), 10, std::uint16_t{0});
  store(std::span(packet), 10, Checksum().add(View(packet).first(header)).value());
  return packet;
}

TEST(Protocols, Ipv4FragmentsAndOptionsAreSeen) {
  Bytes packet = write_ipv4(kIp, kPayload);
  for (const std::uint16_t field : {0x2000, 0x0001, 0x1000, 0x1FFF}) {
    store(std::span(packet), 6, field);
    ASSERT_TRUE(read_ipv4(with_checksum(packet, 20)));
    EXPECT_TRUE(read_ipv4(with_checksum(packet, 20))->fragment) << field;
  }
  packet = write_ipv4(kIp, Bytes{1, 1, 1, 0, 7});
  packet[0] = 0x46;
  const Bytes optional = with_checksum(packet, 24);
  ASSERT_TRUE(read_ipv4(optional));
  EXPECT_TRUE(read_ipv4(optional)->options);
  EXPECT_EQ(read_ipv4(optional)->payload.size(), 1U);
}

TEST(Protocols, Ipv4LengthsThatMakeNoSense) {
  const Bytes packet = write_ipv4(kIp, kPayload);
  for (const std::uint8_t first : {0x44, 0x40, 0x4F, 0x65}) {
    Bytes wrong = packet;
    wrong[0] = first;
    EXPECT_FALSE(read_ipv4(with_checksum(wrong, 20))) << unsigned{first};
  }
  for (const std::uint16_t total : {0, 19, 24, 0xFFFF}) {
    Bytes wrong = packet;
    store(std::span(wrong), 2, total);
    EXPECT_FALSE(read_ipv4(with_checksum(wrong, 20))) << total;
  }
}

TEST(Protocols, UdpBytes) {
  const Bytes datagram = write_udp(kIp, {.source = 68, .destination = 67}, kPayload);
  EXPECT_EQ(datagram, (Bytes{0, 68, 0, 67, 0, 11, 0xE3, 0x3E, 1, 2, 3}));
  const auto view = read_udp(kIp, datagram);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->header.source, 68);
  EXPECT_EQ(view->header.destination, 67);
  EXPECT_EQ(Bytes(view->payload.begin(), view->payload.end()), kPayload);
  with_each_bit_wrong(datagram, datagram.size(), [](View bytes) { return !read_udp(kIp, bytes); });
  with_each_end(datagram, [](View bytes) { return !read_udp(kIp, bytes); });
  Ipv4 other = kIp;
  other.source = Ip(10, 0, 2, 16);
  EXPECT_FALSE(read_udp(other, datagram)) << "the addresses are part of the checksum";
}

TEST(Protocols, UdpWithoutAChecksum) {
  Bytes datagram = write_udp(kIp, {.source = 68, .destination = 67}, kPayload);
  store(std::span(datagram), 6, std::uint16_t{0});
  EXPECT_TRUE(read_udp(kIp, datagram));
}

// The sum comes out as zero, which would say that there is none.
TEST(Protocols, UdpChecksumIsNeverZero) {
  Bytes payload{0, 0};
  const Udp header{.source = 68, .destination = 67};
  store(std::span(payload), 0, load<std::uint16_t>(write_udp(kIp, header, payload), 6));
  const Bytes datagram = write_udp(kIp, header, payload);
  EXPECT_EQ(load<std::uint16_t>(datagram, 6), 0xFFFF);
  EXPECT_TRUE(read_udp(kIp, datagram));
}

TEST(Protocols, IcmpBytes) {
  const Bytes message = write_icmp({.type = Icmp::kEcho, .code = 0, .rest = 0x1234'0001}, kPayload);
  EXPECT_EQ(message, (Bytes{8, 0, 0xE1, 0xC8, 0x12, 0x34, 0, 1, 1, 2, 3}));
  const auto view = read_icmp(message);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->header.type, Icmp::kEcho);
  EXPECT_EQ(view->header.code, 0);
  EXPECT_EQ(view->header.rest, 0x1234'0001U);
  EXPECT_EQ(Bytes(view->payload.begin(), view->payload.end()), kPayload);
  with_each_bit_wrong(message, message.size(), [](View bytes) { return !read_icmp(bytes); });
  with_each_end(message, [](View bytes) { return !read_icmp(bytes); });
}

TEST(Protocols, IcmpThatIsCutOffIsNotReadWhateverItsChecksum) {
  for (std::size_t size = 0; size < Icmp::kHeader; ++size) {
    Bytes message(size);
    if (size >= 4) store(std::span(message), 2, Checksum().add(message).value());
    EXPECT_FALSE(read_icmp(message)) << size;
  }
}

TEST(Protocols, ArpBytes) {
  const Arp arp{.operation = Arp::kReply,
                .sender_mac = mac(1),
                .sender = Ip(10, 0, 2, 2),
                .target_mac = mac(2),
                .target = Ip(10, 0, 2, 15)};
  const Bytes packet = write_arp(arp);
  EXPECT_EQ(packet, (Bytes{0,  1, 8, 0, 6, 4, 0, 2, 2, 0, 0,  0, 0, 1,  //
                           10, 0, 2, 2, 2, 0, 0, 0, 0, 2, 10, 0, 2, 15}));
  const auto read = read_arp(packet);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->operation, Arp::kReply);
  EXPECT_EQ(read->sender_mac, mac(1));
  EXPECT_EQ(read->sender, arp.sender);
  EXPECT_EQ(read->target_mac, mac(2));
  EXPECT_EQ(read->target, arp.target);
  with_each_bit_wrong(packet, 6, [](View bytes) { return !read_arp(bytes); });
  with_each_end(packet, [](View bytes) { return !read_arp(bytes); });
}

}  // namespace
}  // namespace dmar::net
