// SPDX-License-Identifier: Apache-2.0
// The transmit queue of a network device. Frames are fetched side by side and leave in the order
// in which the driver made them available.
#ifndef DMAR_DEVICES_NET_TRANSMITTER_HPP
#define DMAR_DEVICES_NET_TRANSMITTER_HPP

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "devices/net_frame.hpp"
#include "devices/request_queue.hpp"
#include "net/frame_sink.hpp"

namespace dmar::devices {

class NetTransmitter {
 public:
  NetTransmitter(DmaPort &port, TaskScope &tasks, QueueOwner owner, net::FrameSink &network,
                 std::uint16_t mtu);

  void notified(const QueueLayout &layout) { queue_.notified(layout); }
  // No task is running.
  void reset();

  struct Statistics {
    std::uint64_t frames = 0;  // to the network
    std::uint64_t bytes = 0;
    std::uint64_t refused = 0;       // frames that no network carries
    std::uint64_t failed_reads = 0;  // frames that could not be fetched
  };
  [[nodiscard]] const Statistics &statistics() const { return statistics_; }

 private:
  struct Frame {
    std::uint16_t head = 0;
    std::vector<std::uint8_t> bytes = {};  // with header
    bool ended = false;
    bool okay = false;
  };

  Task<void> fetch(Frame &frame);
  Task<bool> gather_frame(Frame &frame, const Chain &chain);
  bool refuse(const Frame &frame, const std::string &why);
  void send();

  DmaPort &port_;
  TaskScope &tasks_;
  net::FrameSink &network_;
  std::uint16_t mtu_;
  RequestQueue queue_;
  std::deque<Frame> frames_;  // in the order of the driver
  Statistics statistics_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_NET_TRANSMITTER_HPP
