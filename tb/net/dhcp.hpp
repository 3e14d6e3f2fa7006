// SPDX-License-Identifier: Apache-2.0
// DHCP messages, with the options that a small server and its clients need.
#ifndef DMAR_NET_DHCP_HPP
#define DMAR_NET_DHCP_HPP

#include <cstdint>
#include <optional>

#include "net/ethernet.hpp"
#include "net/ipv4.hpp"

namespace dmar::net {

enum class DhcpType : std::uint8_t {
  kDiscover = 1,
  kOffer = 2,
  kRequest = 3,
  kDecline = 4,
  kAck = 5,
  kNak = 6,
  kRelease = 7,
  kInform = 8,
};

struct Dhcp {
  static constexpr std::uint16_t kServerPort = 67;
  static constexpr std::uint16_t kClientPort = 68;
  static constexpr std::uint8_t kFromClient = 1;
  static constexpr std::uint8_t kFromServer = 2;
  static constexpr std::size_t kFixed = 240;  // up to the options
  static constexpr std::size_t kLeast = 300;  // of a whole message, from the days of BOOTP

  std::uint8_t operation = kFromClient;
  std::uint32_t transaction = 0;
  bool broadcast = false;  // the client cannot take a packet to an address that it has not yet
  Ip client{};             // what the client has
  Ip yours{};              // what it is given
  Ip relay{};
  Mac hardware{};

  DhcpType type = DhcpType::kDiscover;
  std::optional<Ip> mask{};
  std::optional<Ip> router{};
  std::optional<Ip> requested{};
  std::optional<std::uint32_t> lease_seconds{};
  std::optional<Ip> server{};
};

// Nothing when it is cut off, has no type, options of a wrong length or without an end, or is not
// about Ethernet. Options that are not listed above are left out.
std::optional<Dhcp> read_dhcp(View message);

Bytes write_dhcp(const Dhcp &message);

}  // namespace dmar::net

#endif  // DMAR_NET_DHCP_HPP
