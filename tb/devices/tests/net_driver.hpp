// SPDX-License-Identifier: Apache-2.0
// A small driver of the network device.
#ifndef DMAR_DEVICES_TESTS_NET_DRIVER_HPP
#define DMAR_DEVICES_TESTS_NET_DRIVER_HPP

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "devices/tests/fake_port.hpp"
#include "devices/tests/queue_driver.hpp"
#include "devices/tests/virtio_driver.hpp"
#include "devices/virtio_net.hpp"

namespace dmar::devices {

using Bytes = std::vector<std::uint8_t>;
using Frames = std::vector<Bytes>;

struct NetDriverOptions {
  bool mergeable = true;
  bool indirect = false;
  bool event_index = false;
  bool control = true;  // queue, receive modes, address
  bool msix = true;
  std::uint16_t queue_size = 16;
};

class NetDriver : public VirtioDriver {
 public:
  static constexpr std::uint64_t kSpace = 0x100'0000;  // of each queue, from the first one on
  static constexpr std::uint64_t kData = 0x8'0000;     // in that space: 2 KiB for each head
  static constexpr std::uint32_t kBufferBytes = 12 + 1518;
  static constexpr std::uint8_t kOkay = 0;
  static constexpr std::uint8_t kUnanswered = 0xEE;

  NetDriver(FakePort &port, VirtioNet &device) : VirtioDriver(port, device) {}

  // Everything up to DRIVER_OK. False when the device refuses the features.
  bool start(const NetDriverOptions &options = {});

  QueueDriver &receive() { return queues_[VirtioNet::kReceiveQueue]; }
  QueueDriver &transmit() { return queues_[VirtioNet::kTransmitQueue]; }
  QueueDriver &control() { return queues_[VirtioNet::kControlQueue]; }
  QueueDriver &queue(std::uint16_t index) { return queues_.at(index); }
  static std::uint64_t data_of(std::uint16_t queue, std::uint16_t head) {
    return kSpace * (queue + 1U) + kData + 2048ULL * head;
  }

  // Makes a receive buffer available, without notifying. There is nothing else within 8 bytes of
  // its pieces.
  void add_buffer(const std::vector<Buffer> &pieces);
  // `count` ordinary ones, and notifies.
  void add_buffers(unsigned count);
  // Frames since the last call. What is not a frame as the device has to write it is a failure of
  // the test, and so is anything written beside it.
  Frames received();
  // How many buffers came back with nothing in them.
  [[nodiscard]] unsigned empty_buffers() const { return empty_buffers_; }

  // Makes a frame available, without notifying. The pieces are its lengths in memory.
  std::uint16_t send(const Bytes &frame, const std::vector<std::uint32_t> &pieces = {});
  // As above with a header of one's own, and buffers that lie anywhere.
  std::uint16_t send_bytes(const Bytes &header_and_frame, const std::vector<Buffer> &pieces);

  // Carries out a command and gives the answer; nothing when there was none.
  std::optional<std::uint8_t> command(const Bytes &bytes);

 private:
  void expect_nothing_beside(const std::vector<Buffer> &pieces, std::size_t bytes) const;
  Bytes load(const std::vector<Buffer> &pieces, std::size_t bytes) const;

  NetDriverOptions options_;
  std::vector<QueueDriver> queues_ = make_queues();
  std::vector<QueueDriver> make_queues();
  std::map<std::uint32_t, std::vector<Buffer>> buffers_;  // of the receive queue, by head
  unsigned empty_buffers_ = 0;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_NET_DRIVER_HPP
