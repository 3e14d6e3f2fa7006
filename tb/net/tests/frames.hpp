// SPDX-License-Identifier: Apache-2.0
// Whole frames as a guest sends them.
#ifndef DMAR_NET_TESTS_FRAMES_HPP
#define DMAR_NET_TESTS_FRAMES_HPP

#include "net/arp.hpp"
#include "net/dhcp.hpp"
#include "net/icmp.hpp"
#include "net/udp.hpp"

namespace dmar::net {

struct Ends {
  Mac from{};
  Mac to{};
  Ip source;
  Ip destination;
};

inline Bytes ip_frame(const Ends &ends, std::uint8_t protocol, View payload) {
  return write_ethernet(
      {.destination = ends.to, .source = ends.from, .type = ether_type::kIpv4},
      write_ipv4({.source = ends.source, .destination = ends.destination, .protocol = protocol},
                 payload));
}

inline Bytes udp_frame(const Ends &ends, const Udp &ports, View payload) {
  const Ipv4 ip{.source = ends.source, .destination = ends.destination, .protocol = protocol::kUdp};
  return ip_frame(ends, protocol::kUdp, write_udp(ip, ports, payload));
}

inline Bytes echo_frame(const Ends &ends, std::uint32_t number, View payload,
                        std::uint8_t type = Icmp::kEcho) {
  return ip_frame(ends, protocol::kIcmp,
                  write_icmp({.type = type, .code = 0, .rest = number}, payload));
}

inline Bytes arp_frame(const Arp &arp, const Mac &to = kBroadcast) {
  return write_ethernet({.destination = to, .source = arp.sender_mac, .type = ether_type::kArp},
                        write_arp(arp));
}

inline Bytes dhcp_frame(const Dhcp &message) {
  const Ends ends{.from = message.hardware,
                  .to = kBroadcast,
                  .source = message.client,
                  .destination = kEverybody};
  return udp_frame(ends, {.source = Dhcp::kClientPort, .destination = Dhcp::kServerPort},
                   write_dhcp(message));
}

}  // namespace dmar::net

#endif  // DMAR_NET_TESTS_FRAMES_HPP
