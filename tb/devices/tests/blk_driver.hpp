// SPDX-License-Identifier: Apache-2.0
// A small driver of the block device: feature negotiation, one split virtqueue, requests as direct
// chains or indirect tables, with or without event index.
#ifndef DMAR_DEVICES_TESTS_BLK_DRIVER_HPP
#define DMAR_DEVICES_TESTS_BLK_DRIVER_HPP

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "devices/tests/fake_port.hpp"
#include "devices/tests/pci_host.hpp"
#include "devices/virtio_blk.hpp"

namespace dmar::devices {

struct Buffer {
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  bool writable = false;  // by the device
};

struct DriverOptions {
  bool indirect = false;
  bool event_index = false;
  bool msix = true;
  bool flush = true;
  std::uint16_t queue_size = 16;
};

class BlkDriver {
 public:
  static constexpr std::uint64_t kDescriptors = 0x1'0000;
  static constexpr std::uint64_t kAvailable = 0x1'8000;
  static constexpr std::uint64_t kUsed = 0x2'0000;
  static constexpr std::uint64_t kTables = 0x4'0000;   // 4 KiB for each head
  static constexpr std::uint64_t kHeaders = 0x8'0000;  // 32 bytes for each head, status behind
  static constexpr std::uint64_t kData = 0x10'0000;
  static constexpr std::uint32_t kBar = 0xFEB0'0000;
  static constexpr std::uint8_t kUnanswered = 0xEE;

  BlkDriver(FakePort &port, VirtioBlk &device) : port_(port), host_(device), device_(device) {}

  // Reset until the device says that it is done, which the transfers must allow.
  void reset();
  // Everything up to DRIVER_OK. False when the device refuses the features.
  bool start(const DriverOptions &options = {});
  void negotiate(std::uint64_t features);
  void set_status(std::uint8_t bits) { host_.write(0x14, host_.read(0x14, 1) | bits, 1); }
  void set_up_queue(std::uint16_t size, std::uint64_t descriptors = kDescriptors,
                    std::uint64_t available = kAvailable, std::uint64_t used = kUsed);
  void set_up_msix();

  // Makes a chain available, without notifying; returns its head.
  std::uint16_t add(const std::vector<Buffer> &buffers);
  // Header, data, status. The data lie at `data`, for a write already in memory.
  std::uint16_t request(std::uint32_t type, std::uint64_t sector,
                        const std::vector<Buffer> &data = {});
  void put_header(std::uint16_t head, std::uint32_t type, std::uint64_t sector);
  void put_descriptor(std::uint64_t table, std::uint16_t index, const Buffer &buffer,
                      std::uint16_t flags, std::uint16_t next);
  // Puts `head` into the available ring as it is.
  void offer(std::uint16_t head);
  // As the driver would: not when the device said that it is not needed.
  void notify();
  void notify_always() { host_.write(VirtioPci::kNotifyOffset, 0, 2); }

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
  [[nodiscard]] std::uint16_t available() const { return available_; }
  PciHost &host() { return host_; }

  // Of the queue's vector and of the configuration's.
  static constexpr Message kQueueMessage{0xFEE0'1000, 0x31};
  static constexpr Message kConfigMessage{0xFEE0'1000, 0x30};

 private:
  std::uint16_t allocate(unsigned count);

  FakePort &port_;
  PciHost host_;
  VirtioBlk &device_;
  DriverOptions options_;
  std::uint16_t next_descriptor_ = 0;
  std::uint16_t available_ = 0;  // index of the available ring
  std::uint16_t notified_ = 0;   // index when the device was last notified
  std::uint16_t used_ = 0;       // seen of the used ring
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_BLK_DRIVER_HPP
