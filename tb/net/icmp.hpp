// SPDX-License-Identifier: Apache-2.0
// ICMP messages of IPv4.
#ifndef DMAR_NET_ICMP_HPP
#define DMAR_NET_ICMP_HPP

#include <cstdint>
#include <optional>

#include "net/big_endian.hpp"
#include "net/checksum.hpp"

namespace dmar::net {

struct Icmp {
  static constexpr std::uint8_t kEchoReply = 0;
  static constexpr std::uint8_t kEcho = 8;
  static constexpr std::size_t kHeader = 8;

  std::uint8_t type = kEcho;
  std::uint8_t code = 0;
  std::uint32_t rest = 0;  // of an echo: identifier and sequence number
};

struct IcmpView {
  Icmp header;
  View payload;
};

// Nothing when it is cut off or its checksum is wrong.
inline std::optional<IcmpView> read_icmp(View message) {
  if (message.size() < Icmp::kHeader || Checksum().add(message).value() != 0) return std::nullopt;
  return IcmpView{
      .header = {.type = message[0], .code = message[1], .rest = load<std::uint32_t>(message, 4)},
      .payload = message.subspan(Icmp::kHeader)};
}

inline Bytes write_icmp(const Icmp &header, View payload) {
  Bytes message{header.type, header.code, 0, 0};
  append(message, header.rest);
  append(message, payload);
  store(std::span(message), 2, Checksum().add(message).value());
  return message;
}

}  // namespace dmar::net

#endif  // DMAR_NET_ICMP_HPP
