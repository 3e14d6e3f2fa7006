// SPDX-License-Identifier: Apache-2.0
// ARP for IPv4 over Ethernet.
#ifndef DMAR_NET_ARP_HPP
#define DMAR_NET_ARP_HPP

#include <cstdint>
#include <optional>

#include "net/ethernet.hpp"
#include "net/ipv4.hpp"

namespace dmar::net {

struct Arp {
  static constexpr std::uint16_t kRequest = 1;
  static constexpr std::uint16_t kReply = 2;
  static constexpr std::size_t kBytes = 28;

  std::uint16_t operation = kRequest;
  Mac sender_mac{};
  Ip sender;
  Mac target_mac{};
  Ip target;
};

// Nothing when it is cut off or about other kinds of addresses.
std::optional<Arp> read_arp(View packet);

Bytes write_arp(const Arp &arp);

}  // namespace dmar::net

#endif  // DMAR_NET_ARP_HPP
