// SPDX-License-Identifier: Apache-2.0
// Which frames from the network a network device receives (VIRTIO 1.2, 5.1.6.5.1).
#ifndef DMAR_DEVICES_NET_FILTER_HPP
#define DMAR_DEVICES_NET_FILTER_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "devices/net_frame.hpp"

namespace dmar::devices {

// Addresses that a driver named. A longer list than the device keeps stands for every address.
struct MacTable {
  static constexpr std::size_t kMost = 64;

  std::vector<MacAddress> addresses;
  bool everything = false;

  [[nodiscard]] bool contains(const MacAddress &address) const;
};

struct NetFilter {
  MacAddress mac{};  // of the station
  bool promiscuous = false;
  bool all_multicast = false;
  bool all_unicast = false;
  bool no_multicast = false;
  bool no_unicast = false;
  bool no_broadcast = false;
  MacTable unicast = {};
  MacTable multicast = {};

  // By the destination of `frame`, which has a header.
  [[nodiscard]] bool accepts(std::span<const std::uint8_t> frame) const;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_NET_FILTER_HPP
