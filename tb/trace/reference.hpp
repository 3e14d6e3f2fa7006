// SPDX-License-Identifier: Apache-2.0
// The golden model that runs in lock-step with a replay, on a copy of memory of its own.
#ifndef DMAR_TRACE_REFERENCE_HPP
#define DMAR_TRACE_REFERENCE_HPP

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "golden/unit.hpp"
#include "memory/memory.hpp"
#include "trace/event.hpp"
#include "trace/outcome.hpp"

namespace dmar::trace {

class Reference {
 public:
  explicit Reference(const Config &config) : unit_(config, memory_) {}

  void apply(const MemEvent &event) { memory_.store(event.address, event.bytes); }
  std::uint64_t read(const ReadEvent &event) const { return unit_.read(event.offset, event.bytes); }
  void apply(const WriteEvent &event) { unit_.write(event.offset, event.bytes, event.value); }

  // Device requests move no data here: what a device wrote is of no interest to the tables, and
  // whatever becomes a table later has a memory line of its own.
  golden::Verdict apply(const DmaEvent &event) { return unit_.translate(request_of(event)); }
  golden::Verdict apply(const AskEvent &event) { return unit_.translate(request_of(event)); }
  // What is to be posted is posted; a descriptor that faults is the verdict then.
  golden::Verdict apply(const InterruptEvent &event);
  void apply(const CompletionEvent &event) { unit_.complete_invalidation(event.completion); }
  void apply(const TimeOutEvent &event) { unit_.time_out_device_tlb(event.itag); }

  // Brings the model past an event, whatever it is; consequences are drained and dropped.
  void step(const Event &event);

  std::vector<StatusEvent> take_status_writes();
  std::vector<Message> take_messages() { return unit_.take_messages(); }
  std::vector<InvalidateRequest> take_invalidate_requests() {
    return unit_.take_invalidate_requests();
  }

  // Called for each invalidation that the model carries out.
  void observe_invalidations(std::function<void(const golden::Invalidation &)> observer) {
    unit_.observe_invalidations(std::move(observer));
  }

  [[nodiscard]] const golden::Unit &unit() const { return unit_; }
  [[nodiscard]] Memory &memory() { return memory_; }

 private:
  Memory memory_;
  golden::Unit unit_;
};

}  // namespace dmar::trace

#endif  // DMAR_TRACE_REFERENCE_HPP
