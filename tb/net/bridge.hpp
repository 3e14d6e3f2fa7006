// SPDX-License-Identifier: Apache-2.0
// A learning Ethernet bridge: joins stations so that each frame reaches the one it is for.
#ifndef DMAR_NET_BRIDGE_HPP
#define DMAR_NET_BRIDGE_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "net/address_table.hpp"
#include "net/frame_sink.hpp"

namespace dmar::net {

class Bridge {
 public:
  struct Limits {
    std::size_t queue = 1024;      // frames of one port that wait for deliver()
    std::size_t addresses = 1024;  // stations that are known at a time
  };
  // Of one port. Each frame from its station is counted in one of the first four.
  struct Counters {
    std::uint64_t received = 0;   // entered the bridge
    std::uint64_t dropped = 0;    // its queue was full
    std::uint64_t malformed = 0;  // too short or long, or from an address that no station has
    std::uint64_t reserved = 0;  // to a group address that stays on its cable (802.1D: 01-80-C2-..)
    std::uint64_t received_bytes = 0;
    std::uint64_t sent = 0;  // to the station
    std::uint64_t sent_bytes = 0;
  };

  Bridge() : Bridge(Limits{}) {}
  explicit Bridge(Limits limits);
  ~Bridge();
  Bridge(const Bridge &) = delete;
  Bridge &operator=(const Bridge &) = delete;

  // Ports are numbered in the order in which they come. The station sends into what is returned,
  // which lives as long as the bridge, and is there whenever deliver() runs.
  FrameSink &attach(FrameSink &station);

  // Is given each frame that enters the bridge, once and at that moment; with it the bridge knows
  // no time of its own. For a capture.
  void tap(FrameSink &tap) { tap_ = &tap; }

  // Gives the frames that wait to their stations; from nowhere else is a station called. The ports
  // take turns, so that no station holds up the others. Returns whether there was a frame.
  bool deliver();

  [[nodiscard]] bool idle() const;  // no frame waits
  [[nodiscard]] std::size_t ports() const { return ports_.size(); }
  [[nodiscard]] const Counters &counters(std::size_t port) const;
  [[nodiscard]] std::size_t known_addresses() const { return addresses_.size(); }

 private:
  class Port;

  void forward(std::size_t from, std::span<const std::uint8_t> frame);

  Limits limits_;
  AddressTable addresses_;
  FrameSink *tap_ = nullptr;
  std::vector<std::unique_ptr<Port>> ports_;
};

}  // namespace dmar::net

#endif  // DMAR_NET_BRIDGE_HPP
