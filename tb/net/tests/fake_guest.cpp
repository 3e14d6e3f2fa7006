// SPDX-License-Identifier: Apache-2.0
// See fake_guest.hpp.
#include "net/tests/fake_guest.hpp"

#include <algorithm>
#include <utility>

namespace dmar::net {

bool FakeGuest::deliver() {
  const std::deque<Bytes> frames = std::exchange(outbox_, {});
  for (const Bytes &frame : frames) cable_->frame(frame);
  sent_ += frames.size();
  return !frames.empty();
}

void FakeGuest::ask_for_an_address() {
  say(dhcp_frame({.transaction = mac_.back(), .hardware = mac_, .type = DhcpType::kDiscover}));
}

void FakeGuest::ping(Ip address, std::uint32_t number, View payload) {
  const Ping ping{.number = number, .payload = Bytes(payload.begin(), payload.end())};
  if (knows(address)) return say_ping(address, ping);
  waiting_[address].push_back(ping);
  say(arp_frame({.sender_mac = mac_, .sender = address_, .target = address}));
}

void FakeGuest::say_ping(Ip address, const Ping &ping) {
  pinged_[ping.number] = ping.payload;
  const Ends ends{
      .from = mac_, .to = neighbours_.at(address), .source = address_, .destination = address};
  say(echo_frame(ends, ping.number, ping.payload));
}

void FakeGuest::frame(std::span<const std::uint8_t> bytes) {
  const auto frame = read_ethernet(bytes);
  if (!frame || (frame->header.destination != mac_ && !is_group(frame->header.destination))) return;
  if (frame->header.type == ether_type::kArp) take_arp(frame->payload);
  if (frame->header.type == ether_type::kIpv4) take_ip(frame->header.source, frame->payload);
}

void FakeGuest::take_arp(View packet) {
  const auto arp = read_arp(packet);
  if (!arp || address_ == kNoAddress || arp->target != address_) return;
  neighbours_[arp->sender] = arp->sender_mac;
  if (arp->operation == Arp::kRequest) {
    say(arp_frame({.operation = Arp::kReply,
                   .sender_mac = mac_,
                   .sender = address_,
                   .target_mac = arp->sender_mac,
                   .target = arp->sender},
                  arp->sender_mac));
  }
  for (const Ping &ping : std::exchange(waiting_[arp->sender], {})) say_ping(arp->sender, ping);
}

void FakeGuest::take_ip(const Mac &from, View packet) {
  const auto ip = read_ipv4(packet);
  if (!ip) return;
  if (ip->header.protocol == protocol::kUdp) {
    const auto udp = read_udp(ip->header, ip->payload);
    if (!udp || udp->header.destination != Dhcp::kClientPort) return;
    const auto dhcp = read_dhcp(udp->payload);
    if (dhcp && dhcp->transaction == mac_.back()) take_dhcp(*dhcp);
  } else if (ip->header.protocol == protocol::kIcmp && ip->header.destination == address_) {
    const auto icmp = read_icmp(ip->payload);
    if (icmp) take_icmp(from, ip->header.source, *icmp);
  }
}

void FakeGuest::take_dhcp(const Dhcp &message) {
  if (message.type == DhcpType::kAck) address_ = message.yours;
  if (message.type != DhcpType::kOffer) return;
  say(dhcp_frame({.transaction = message.transaction,
                  .hardware = mac_,
                  .type = DhcpType::kRequest,
                  .requested = message.yours,
                  .server = message.server}));
}

void FakeGuest::take_icmp(const Mac &from, Ip source, const IcmpView &icmp) {
  if (icmp.header.type == Icmp::kEcho) {
    const Ends ends{.from = mac_, .to = from, .source = address_, .destination = source};
    say(echo_frame(ends, icmp.header.rest, icmp.payload, Icmp::kEchoReply));
    return;
  }
  const auto asked = pinged_.find(icmp.header.rest);
  if (icmp.header.type == Icmp::kEchoReply && asked != pinged_.end() &&
      std::ranges::equal(icmp.payload, asked->second)) {
    answered_.insert(icmp.header.rest);
  }
}

}  // namespace dmar::net
