// SPDX-License-Identifier: Apache-2.0
// The driver's side of a split virtqueue: chains direct or in indirect tables, with or without
// event index.
#ifndef DMAR_DEVICES_TESTS_QUEUE_DRIVER_HPP
#define DMAR_DEVICES_TESTS_QUEUE_DRIVER_HPP

#include <cstdint>
#include <map>
#include <vector>

#include "devices/tests/fake_port.hpp"
#include "devices/tests/pci_host.hpp"

namespace dmar::devices {

struct Buffer {
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  bool writable = false;  // by the device
};

struct Rings {
  std::uint64_t descriptors = 0;
  std::uint64_t available = 0;
  std::uint64_t used = 0;
  std::uint64_t tables = 0;  // 4 KiB for each head
};

struct RingOptions {
  std::uint16_t size = 16;
  bool indirect = false;
  bool event_index = false;
};

class QueueDriver {
 public:
  QueueDriver(FakePort &port, PciHost &host, std::uint16_t index, const Rings &rings)
      : port_(port), host_(host), index_(index), rings_(rings) {}

  [[nodiscard]] const Rings &rings() const { return rings_; }
  [[nodiscard]] std::uint16_t index() const { return index_; }

  // Tells the device where the rings are, which are empty.
  void set_up(const RingOptions &options);
  void set_up(const RingOptions &options, const Rings &rings);

  // Makes a chain available, without notifying; returns its head.
  std::uint16_t add(const std::vector<Buffer> &buffers);
  // The head that a chain of `buffers` would get.
  [[nodiscard]] std::uint16_t next_head(std::size_t buffers) const;
  // Its descriptors are not in use.
  [[nodiscard]] bool fits(std::size_t buffers) const;
  void put_descriptor(std::uint64_t table, std::uint16_t index, const Buffer &buffer,
                      std::uint16_t flags, std::uint16_t next);
  // Puts `head` into the available ring as it is.
  void offer(std::uint16_t head);
  // As the driver would: not when the device said that it is not needed.
  void notify();
  void notify_always();

  struct Answer {
    std::uint32_t head = 0;
    std::uint32_t written = 0;
    friend bool operator==(const Answer &, const Answer &) = default;
  };
  // Of the used ring since the last call.
  std::vector<Answer> collect();
  // How many collect() would give.
  [[nodiscard]] std::uint16_t answers() const;
  [[nodiscard]] std::uint16_t available() const { return available_; }

 private:
  [[nodiscard]] unsigned descriptors_of(std::size_t buffers) const;

  FakePort &port_;
  PciHost &host_;
  std::uint16_t index_;
  Rings rings_;
  RingOptions options_;
  std::uint16_t next_descriptor_ = 0;
  std::uint16_t available_ = 0;  // index of the available ring
  std::uint16_t notified_ = 0;   // index when the device was last notified
  std::uint16_t used_ = 0;       // seen of the used ring
  std::vector<bool> busy_ = std::vector<bool>(RingOptions{}.size);  // descriptors
  std::map<std::uint32_t, unsigned> chains_;  // head and number of descriptors
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_QUEUE_DRIVER_HPP
