// SPDX-License-Identifier: Apache-2.0
// UDP datagrams inside IPv4.
#ifndef DMAR_NET_UDP_HPP
#define DMAR_NET_UDP_HPP

#include <cstdint>
#include <optional>

#include "net/big_endian.hpp"
#include "net/ipv4.hpp"

namespace dmar::net {

struct Udp {
  static constexpr std::size_t kHeader = 8;

  std::uint16_t source = 0;
  std::uint16_t destination = 0;
};

struct UdpView {
  Udp header;
  View payload;
};

// Nothing when it is cut off, or there is a checksum and it is wrong. `ip` is what carried it.
std::optional<UdpView> read_udp(const Ipv4 &ip, View datagram);

Bytes write_udp(const Ipv4 &ip, const Udp &header, View payload);

}  // namespace dmar::net

#endif  // DMAR_NET_UDP_HPP
