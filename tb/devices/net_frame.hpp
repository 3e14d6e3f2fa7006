// SPDX-License-Identifier: Apache-2.0
// What a virtio network device and its driver exchange in memory: a header, then the frame
// (VIRTIO 1.2, 5.1.6).
#ifndef DMAR_DEVICES_NET_FRAME_HPP
#define DMAR_DEVICES_NET_FRAME_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace dmar::devices {

using MacAddress = std::array<std::uint8_t, 6>;

// Neither of a group nor all zero.
inline bool is_station(const MacAddress &mac) { return (mac[0] & 1) == 0 && mac != MacAddress{}; }

// The header in front of each frame.
namespace net_header {
inline constexpr std::size_t kBytes = 12;
inline constexpr std::size_t kFlags = 0;
inline constexpr std::size_t kSegmentation = 1;
inline constexpr std::size_t kBuffers = 10;  // 16 bits: how many buffers a received frame fills
inline constexpr std::uint8_t kNeedsChecksum = 1;
}  // namespace net_header

inline constexpr std::size_t kEthernetHeader = 14;  // two addresses and the type
inline constexpr std::size_t kEthernetTag = 4;  // of a virtual LAN, which does not count as data

// The longest frame on a link that carries `mtu` bytes of data.
constexpr std::size_t longest_frame(std::uint16_t mtu, bool tagged) {
  return kEthernetHeader + (tagged ? kEthernetTag : 0) + mtu;
}

// `frame` can be on the link: it has a header, and no more data than the link carries.
inline bool fits_link(std::span<const std::uint8_t> frame, std::uint16_t mtu) {
  if (frame.size() < kEthernetHeader) return false;
  const bool tagged = frame[12] == 0x81 && frame[13] == 0x00;
  return frame.size() <= longest_frame(mtu, tagged);
}

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_NET_FRAME_HPP
