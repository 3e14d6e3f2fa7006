// SPDX-License-Identifier: Apache-2.0
// Ethernet frames: two addresses, a type, a payload.
#ifndef DMAR_NET_ETHERNET_HPP
#define DMAR_NET_ETHERNET_HPP

#include <array>
#include <cstdint>
#include <optional>

#include "net/big_endian.hpp"

namespace dmar::net {

using Mac = std::array<std::uint8_t, 6>;

inline constexpr Mac kBroadcast{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

// Multicast or broadcast.
constexpr bool is_group(const Mac &address) { return (address[0] & 1) != 0; }
// What one station can have.
constexpr bool is_station(const Mac &address) { return !is_group(address) && address != Mac{}; }

// `bytes` reaches over offset + 6.
constexpr Mac load_mac(View bytes, std::size_t offset) {
  Mac address{};
  for (std::size_t i = 0; i < address.size(); ++i) address.at(i) = bytes[offset + i];
  return address;
}

namespace ether_type {
inline constexpr std::uint16_t kIpv4 = 0x0800;
inline constexpr std::uint16_t kArp = 0x0806;
}  // namespace ether_type

struct Ethernet {
  static constexpr std::size_t kHeader = 14;
  // Of a frame whose payload is the largest IP packet, with one tag.
  static constexpr std::size_t kMostBytes = 65'535 + kHeader + 4;

  Mac destination{};
  Mac source{};
  std::uint16_t type = 0;
};

struct EthernetView {
  Ethernet header;
  View payload;
};

// Nothing for less than a header.
inline std::optional<EthernetView> read_ethernet(View frame) {
  if (frame.size() < Ethernet::kHeader) return std::nullopt;
  return EthernetView{.header = {.destination = load_mac(frame, 0),
                                 .source = load_mac(frame, 6),
                                 .type = load<std::uint16_t>(frame, 12)},
                      .payload = frame.subspan(Ethernet::kHeader)};
}

inline Bytes write_ethernet(const Ethernet &header, View payload) {
  Bytes frame;
  append(frame, View(header.destination));
  append(frame, View(header.source));
  append(frame, header.type);
  append(frame, payload);
  return frame;
}

}  // namespace dmar::net

#endif  // DMAR_NET_ETHERNET_HPP
