// SPDX-License-Identifier: Apache-2.0
// See arp.hpp.
#include "net/arp.hpp"

namespace dmar::net {

namespace {

constexpr std::uint16_t kEthernet = 1;
constexpr std::uint16_t kLengths = 6 << 8 | 4;  // of the two kinds of addresses

}  // namespace

std::optional<Arp> read_arp(View packet) {
  if (packet.size() < Arp::kBytes || load<std::uint16_t>(packet, 0) != kEthernet ||
      load<std::uint16_t>(packet, 2) != ether_type::kIpv4 ||
      load<std::uint16_t>(packet, 4) != kLengths) {
    return std::nullopt;
  }
  return Arp{.operation = load<std::uint16_t>(packet, 6),
             .sender_mac = load_mac(packet, 8),
             .sender = Ip(load<std::uint32_t>(packet, 14)),
             .target_mac = load_mac(packet, 18),
             .target = Ip(load<std::uint32_t>(packet, 24))};
}

Bytes write_arp(const Arp &arp) {
  Bytes packet;
  append(packet, kEthernet);
  append(packet, ether_type::kIpv4);
  append(packet, kLengths);
  append(packet, arp.operation);
  append(packet, View(arp.sender_mac));
  append(packet, arp.sender.raw());
  append(packet, View(arp.target_mac));
  append(packet, arp.target.raw());
  return packet;
}

}  // namespace dmar::net
