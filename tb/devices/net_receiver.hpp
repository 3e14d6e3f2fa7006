// SPDX-License-Identifier: Apache-2.0
// The receive queue of a network device: frames that wait for buffers, buffers that wait for
// frames, and frames on their way into memory.
#ifndef DMAR_DEVICES_NET_RECEIVER_HPP
#define DMAR_DEVICES_NET_RECEIVER_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "devices/net_frame.hpp"
#include "devices/request_queue.hpp"

namespace dmar::devices {

class NetReceiver {
 public:
  static constexpr std::size_t kMostWaiting = 256;  // frames; then one is dropped

  NetReceiver(DmaPort &port, TaskScope &tasks, QueueOwner owner);

  // `mergeable`: one frame may fill several buffers. Both count the first time after a reset.
  void notified(const QueueLayout &layout, bool mergeable);
  // A frame that the driver is to have; the device is running.
  void receive(std::span<const std::uint8_t> frame);
  // No task is running. What waits is dropped.
  void reset();

  struct Statistics {
    std::uint64_t frames = 0;  // the driver has them, or is about to
    std::uint64_t bytes = 0;
    std::uint64_t dropped = 0;        // for want of buffers, or of one that is large enough
    std::uint64_t failed_writes = 0;  // frames that could not be written
  };
  [[nodiscard]] const Statistics &statistics() const { return statistics_; }

 private:
  // One chain of the driver.
  struct Buffer {
    Chain chain = {};
    std::uint64_t room = 0;  // 0 while the chain is being read
  };
  // A frame that is being written into its buffers.
  struct Delivery {
    std::vector<std::uint8_t> bytes = {};  // with header
    std::vector<Segment> segments = {};
    std::vector<UsedElement> answers = {};
    bool ended = false;
    bool okay = false;
  };

  void read_ahead();
  Task<void> read_buffer(Buffer &buffer);
  void match();
  void deliver(std::size_t buffers);
  Task<void> write(Delivery &delivery);
  void answer();
  void drop_oldest();

  DmaPort &port_;
  TaskScope &tasks_;
  RequestQueue queue_;
  bool mergeable_ = false;
  std::uint16_t queue_size_ = 0;
  std::deque<std::vector<std::uint8_t>> waiting_;  // frames with room for a header in front
  std::deque<std::uint16_t> heads_;                // of buffers, not read yet
  std::deque<Buffer> buffers_;                     // read, or being read, in the driver's order
  std::size_t ahead_ = 0;                          // how many of those there may be
  std::deque<Delivery> deliveries_;                // in the order of the network
  Statistics statistics_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_NET_RECEIVER_HPP
