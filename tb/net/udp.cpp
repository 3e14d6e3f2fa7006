// SPDX-License-Identifier: Apache-2.0
// See udp.hpp.
#include "net/udp.hpp"

#include "net/checksum.hpp"

namespace dmar::net {

namespace {

// The sum covers the addresses too, so that a packet that went astray is noticed.
std::uint16_t checksum(const Ipv4 &ip, View datagram) {
  Bytes pseudo;
  append(pseudo, ip.source.raw());
  append(pseudo, ip.destination.raw());
  append(pseudo, std::uint16_t{protocol::kUdp});
  append(pseudo, static_cast<std::uint16_t>(datagram.size()));
  return Checksum().add(pseudo).add(datagram).value();
}

}  // namespace

std::optional<UdpView> read_udp(const Ipv4 &ip, View datagram) {
  if (datagram.size() < Udp::kHeader) return std::nullopt;
  const std::size_t length = load<std::uint16_t>(datagram, 4);
  if (length < Udp::kHeader || length > datagram.size()) return std::nullopt;
  datagram = datagram.first(length);
  const bool summed = load<std::uint16_t>(datagram, 6) != 0;
  if (summed && checksum(ip, datagram) != 0) return std::nullopt;
  return UdpView{.header = {.source = load<std::uint16_t>(datagram, 0),
                            .destination = load<std::uint16_t>(datagram, 2)},
                 .payload = datagram.subspan(Udp::kHeader)};
}

Bytes write_udp(const Ipv4 &ip, const Udp &header, View payload) {
  Bytes datagram;
  append(datagram, header.source);
  append(datagram, header.destination);
  append(datagram, static_cast<std::uint16_t>(Udp::kHeader + payload.size()));
  append(datagram, std::uint16_t{0});
  append(datagram, payload);
  const std::uint16_t sum = checksum(ip, datagram);
  // Zero says that there is none; both zeros of one's complement mean the same.
  store(std::span(datagram), 6, sum != 0 ? sum : std::uint16_t{0xFFFF});
  return datagram;
}

}  // namespace dmar::net
