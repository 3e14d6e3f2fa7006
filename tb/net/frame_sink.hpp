// SPDX-License-Identifier: Apache-2.0
// Where an Ethernet frame goes: one direction of a cable.
#ifndef DMAR_NET_FRAME_SINK_HPP
#define DMAR_NET_FRAME_SINK_HPP

#include <cstdint>
#include <span>

namespace dmar::net {

class FrameSink {
 public:
  virtual ~FrameSink() = default;

  // One frame from destination address to the last byte of its payload, without the check sequence:
  // 14 bytes or more. Whoever is called copies what it keeps, and calls nobody back meanwhile.
  virtual void frame(std::span<const std::uint8_t> bytes) = 0;
};

}  // namespace dmar::net

#endif  // DMAR_NET_FRAME_SINK_HPP
