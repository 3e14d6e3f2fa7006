// SPDX-License-Identifier: Apache-2.0
// A station that keeps what it is given.
#ifndef DMAR_NET_TESTS_RECORDING_STATION_HPP
#define DMAR_NET_TESTS_RECORDING_STATION_HPP

#include <vector>

#include "net/ethernet.hpp"
#include "net/frame_sink.hpp"

namespace dmar::net {

struct RecordingStation : FrameSink {
  void frame(std::span<const std::uint8_t> bytes) override {
    frames.emplace_back(bytes.begin(), bytes.end());
  }
  std::vector<Bytes> frames;
};

// Of a station with this number.
constexpr Mac mac(std::uint8_t number) { return {0x02, 0, 0, 0, 0, number}; }

}  // namespace dmar::net

#endif  // DMAR_NET_TESTS_RECORDING_STATION_HPP
