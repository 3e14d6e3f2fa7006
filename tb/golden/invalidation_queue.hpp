// SPDX-License-Identifier: Apache-2.0
// The invalidation queue (VT-d 6.5.2): fetch, check and carry out descriptors strictly in order.
#ifndef DMAR_GOLDEN_INVALIDATION_QUEUE_HPP
#define DMAR_GOLDEN_INVALIDATION_QUEUE_HPP

#include <cstdint>
#include <functional>
#include <vector>

#include "dmar/config.hpp"
#include "dmar/memory_bus.hpp"
#include "dmar/types.hpp"
#include "golden/descriptor.hpp"
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
    std::function<void(const Invalidation &)> perform;
  };
  explicit InvalidationQueue(Surroundings surroundings) : at_(std::move(surroundings)) {}

  // Processes descriptors until the queue is empty, disabled or stopped by an error.
  void run();
  // Software wrote IQA.
  void base_written();

 private:
  [[nodiscard]] bool fetches() const;
  [[nodiscard]] QueueError check_before_fetch() const;
  [[nodiscard]] Descriptor fetch();
  void carry_out(const Descriptor &descriptor);
  void complete(const InvalidationWait &wait);
  void advance();

  Surroundings at_;
};

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_INVALIDATION_QUEUE_HPP
