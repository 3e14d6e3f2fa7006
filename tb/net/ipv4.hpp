// SPDX-License-Identifier: Apache-2.0
// IPv4 addresses and packets.
#ifndef DMAR_NET_IPV4_HPP
#define DMAR_NET_IPV4_HPP

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "net/big_endian.hpp"

namespace dmar::net {

class Ip {
 public:
  constexpr Ip() = default;
  constexpr explicit Ip(std::uint32_t raw) : raw_(raw) {}
  constexpr Ip(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d)
      : raw_(std::uint32_t{a} << 24 | std::uint32_t{b} << 16 | std::uint32_t{c} << 8 | d) {}

  [[nodiscard]] constexpr std::uint32_t raw() const { return raw_; }
  constexpr auto operator<=>(const Ip &) const = default;

 private:
  std::uint32_t raw_ = 0;
};

inline constexpr Ip kNoAddress{};
inline constexpr Ip kEverybody{0xFFFF'FFFF};

std::string to_string(Ip address);

namespace protocol {
inline constexpr std::uint8_t kIcmp = 1;
inline constexpr std::uint8_t kUdp = 17;
}  // namespace protocol

struct Ipv4 {
  static constexpr std::size_t kHeader = 20;  // without options

  Ip source;
  Ip destination;
  std::uint8_t protocol = 0;
  std::uint8_t time_to_live = 64;
};

struct Ipv4View {
  Ipv4 header;
  bool options = false;
  bool fragment = false;  // `payload` is a part only
  View payload;
};

// Nothing when it is cut off, of another version, or its checksum is wrong. What a frame holds
// behind the packet is left out.
std::optional<Ipv4View> read_ipv4(View packet);

// Not to be fragmented; `payload` has up to 65515 bytes.
Bytes write_ipv4(const Ipv4 &header, View payload);

}  // namespace dmar::net

#endif  // DMAR_NET_IPV4_HPP
