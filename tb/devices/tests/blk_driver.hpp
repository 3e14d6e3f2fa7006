// SPDX-License-Identifier: Apache-2.0
// A small driver of the block device.
#ifndef DMAR_DEVICES_TESTS_BLK_DRIVER_HPP
#define DMAR_DEVICES_TESTS_BLK_DRIVER_HPP

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "devices/tests/fake_port.hpp"
#include "devices/tests/queue_driver.hpp"
#include "devices/tests/virtio_driver.hpp"
#include "devices/virtio_blk.hpp"

namespace dmar::devices {

struct DriverOptions {
  bool indirect = false;
  bool event_index = false;
  bool msix = true;
  bool flush = true;
  std::uint16_t queue_size = 16;
};

class BlkDriver : public VirtioDriver {
 public:
  static constexpr std::uint64_t kDescriptors = 0x1'0000;
  static constexpr std::uint64_t kAvailable = 0x1'8000;
  static constexpr std::uint64_t kUsed = 0x2'0000;
  static constexpr std::uint64_t kTables = 0x4'0000;
  static constexpr std::uint64_t kHeaders = 0x8'0000;  // 32 bytes for each head, status behind
  static constexpr std::uint64_t kData = 0x10'0000;
  static constexpr std::uint8_t kUnanswered = 0xEE;

  BlkDriver(FakePort &port, VirtioBlk &device) : VirtioDriver(port, device) {}

  // Everything up to DRIVER_OK. False when the device refuses the features.
  bool start(const DriverOptions &options = {});
  void set_up_queue(std::uint16_t size, const Rings &rings = kRings);

  // See QueueDriver.
  QueueDriver &queue() { return queue_; }
  std::uint16_t add(const std::vector<Buffer> &buffers) { return queue_.add(buffers); }
  void put_descriptor(std::uint64_t table, std::uint16_t index, const Buffer &buffer,
                      std::uint16_t flags, std::uint16_t next) {
    queue_.put_descriptor(table, index, buffer, flags, next);
  }
  void offer(std::uint16_t head) { queue_.offer(head); }
  void notify() { queue_.notify(); }
  void notify_always() { queue_.notify_always(); }

  // Header, data, status. The data lie at `data`, for a write already in memory.
  std::uint16_t request(std::uint32_t type, std::uint64_t sector,
                        const std::vector<Buffer> &data = {});
  void put_header(std::uint16_t head, std::uint32_t type, std::uint64_t sector);

  // Answers in the used ring since the last call: head and bytes written.
  std::map<std::uint32_t, std::uint32_t> collect();
  [[nodiscard]] std::uint8_t answer(std::uint16_t head) const {
    return port_.memory.read8(HostAddr(status_of(head)));
  }
  // Sends, waits, and gives the status; nothing when there was no answer.
  std::optional<std::uint8_t> run(std::uint32_t type, std::uint64_t sector,
                                  const std::vector<Buffer> &data = {});

  static std::uint64_t header_of(std::uint16_t head) { return kHeaders + 32ULL * head; }
  static std::uint64_t status_of(std::uint16_t head) { return header_of(head) + 16; }

  static constexpr Message kQueueMessage = message_of(1);

 private:
  static constexpr Rings kRings{kDescriptors, kAvailable, kUsed, kTables};

  DriverOptions options_;
  QueueDriver queue_{port_, host_, 0, kRings};
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_BLK_DRIVER_HPP
