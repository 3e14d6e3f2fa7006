// SPDX-License-Identifier: Apache-2.0
// The invalidation queue (VT-d 6.5.2): fetch, check and carry out descriptors strictly in order.
// Only messages to device TLBs take time: the queue goes on while they are outstanding, up to the
// next wait descriptor or to a message that has to be held back.
#ifndef DMAR_GOLDEN_INVALIDATION_QUEUE_HPP
#define DMAR_GOLDEN_INVALIDATION_QUEUE_HPP

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "dmar/config.hpp"
#include "dmar/memory_bus.hpp"
#include "dmar/types.hpp"
#include "golden/descriptor.hpp"
#include "golden/device_tlbs.hpp"
#include "golden/event.hpp"
#include "golden/fault_log.hpp"
#include "golden/register_file.hpp"
#include "golden/translate.hpp"

namespace dmar::golden {

// A wait descriptor's write of its status data.
struct StatusWrite {
  HostAddr address = {};
  std::uint32_t data = 0;

  friend bool operator==(const StatusWrite &, const StatusWrite &) = default;
};

class InvalidationQueue {
 public:
  struct Surroundings {
    const Config &config;
    const ControlState &control;
    RegisterFile &registers;
    MemoryBus &memory;
    FaultLog &faults;
    EventMessage &completion_event;
    std::vector<StatusWrite> &status_writes;
    DeviceTlbs &device_tlbs;
    std::function<void(const Invalidation &)> perform;
  };
  explicit InvalidationQueue(Surroundings surroundings) : at_(std::move(surroundings)) {}

  // Processes descriptors until the queue is empty, disabled or stopped by an error.
  void run();
  // A descriptor is held until devices have answered.
  [[nodiscard]] bool waits() const { return current_.has_value(); }
  [[nodiscard]] const std::optional<Descriptor> &held() const { return current_; }
  // Software wrote IQA.
  void base_written();
  // FSTS.ITE was set: the wait descriptor that is pending never completes (VT-d 6.5.2.10).
  void abort_wait();
  // GCMD.QIE. The queue stays on until the descriptor that waits for devices is done.
  void set_enabled(bool on);
  void reset();

 private:
  [[nodiscard]] bool fetches() const;
  [[nodiscard]] QueueError check_before_fetch() const;
  [[nodiscard]] Descriptor fetch();
  // False: not now, because of messages to device TLBs that are outstanding.
  bool carry_out(const Descriptor &descriptor);
  void complete(const InvalidationWait &wait);
  void advance();
  void finish_switching_off();

  Surroundings at_;
  std::optional<Descriptor> current_ = std::nullopt;  // fetched and valid, not carried out yet
  bool switching_off_ = false;
};

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_INVALIDATION_QUEUE_HPP
