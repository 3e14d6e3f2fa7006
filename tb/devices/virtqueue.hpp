// SPDX-License-Identifier: Apache-2.0
// The device's side of a split virtqueue (VIRTIO 1.2, 2.7). Everything the driver wrote is checked
// before it is used.
#ifndef DMAR_DEVICES_VIRTQUEUE_HPP
#define DMAR_DEVICES_VIRTQUEUE_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "devices/dma_port.hpp"
#include "devices/scatter.hpp"
#include "devices/task.hpp"
#include "devices/task_scope.hpp"

namespace dmar::devices {

struct QueueLayout {
  std::uint16_t size = 0;  // descriptors, a power of two
  Iova descriptors;
  Iova driver_area;  // available ring
  Iova device_area;  // used ring
  bool event_index = false;
  bool indirect = false;
};

// One request of the driver: what the device may read, then what it may write.
struct Chain {
  std::uint16_t head = 0;
  std::vector<Segment> readable = {};
  std::vector<Segment> writable = {};
};

struct UsedElement {
  std::uint32_t head = 0;
  std::uint32_t written = 0;  // bytes
};

// The tasks give false when the ring is broken, and failure() says how, or when the tasks of the
// device are to stop.
class Virtqueue {
 public:
  Virtqueue(DmaPort &port, const TaskScope &tasks) : port_(port), tasks_(tasks) {}

  void start(const QueueLayout &layout);

  // The heads that have become available. Only one such task at a time.
  Task<bool> take(std::vector<std::uint16_t> &heads);
  // Tells the driver to notify for what it adds from now on; then look again, once. Without event
  // index there is nothing to tell.
  [[nodiscard]] bool needs_rearm() const;
  Task<bool> rearm();
  Task<bool> read_chain(std::uint16_t head, Chain &chain);
  // Puts `elements` into the used ring; `interrupt`: the driver wants to be told. Only one such
  // task at a time, and only heads that were taken.
  Task<bool> publish(const std::vector<UsedElement> &elements, bool &interrupt);

  [[nodiscard]] const std::string &failure() const { return failure_; }

 private:
  struct Descriptor {
    std::uint64_t address = 0;
    std::uint32_t bytes = 0;
    std::uint16_t flags = 0;
    std::uint16_t next = 0;
  };

  static Descriptor parse(const std::uint8_t *raw);
  [[nodiscard]] Iova available_entry(std::uint16_t index) const;
  [[nodiscard]] Iova used_entry(std::uint16_t index) const;
  Task<bool> read_indirect(Descriptor table, Chain &chain);
  bool add(const Descriptor &descriptor, Chain &chain);
  // After a transfer: false when the device stops, or when it failed.
  bool went_well(DmaStatus status, const char *what);
  bool fail(std::string why);

  DmaPort &port_;
  const TaskScope &tasks_;
  QueueLayout layout_;
  std::uint16_t next_available_ = 0;  // free-running, like the indices in the rings
  std::uint16_t next_used_ = 0;
  std::uint16_t armed_at_ = 0;     // what the driver was last told as available event
  std::uint32_t outstanding_ = 0;  // heads taken and not yet published
  std::string failure_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_VIRTQUEUE_HPP
