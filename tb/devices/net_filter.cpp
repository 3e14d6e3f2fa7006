// SPDX-License-Identifier: Apache-2.0
// See net_filter.hpp.
#include "devices/net_filter.hpp"

#include <algorithm>

namespace dmar::devices {

bool MacTable::contains(const MacAddress &address) const {
  return everything || std::ranges::find(addresses, address) != addresses.end();
}

bool NetFilter::accepts(std::span<const std::uint8_t> frame) const {
  constexpr MacAddress kBroadcast{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  MacAddress destination;
  std::copy_n(frame.begin(), destination.size(), destination.begin());
  if (promiscuous) return true;
  if (destination == kBroadcast) return !no_broadcast;
  if ((destination[0] & 1) != 0) {
    return !no_multicast && (all_multicast || multicast.contains(destination));
  }
  return !no_unicast && (all_unicast || destination == mac || unicast.contains(destination));
}

}  // namespace dmar::devices
