// SPDX-License-Identifier: Apache-2.0
// Replays a trace on a unit under test and, in lock-step, on the golden model, and compares both
// with the recording: requests, register reads, status writes, fault records, event messages.
#ifndef DMAR_TRACE_REPLAYER_HPP
#define DMAR_TRACE_REPLAYER_HPP

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "report/unit_observer.hpp"
#include "trace/access_check.hpp"
#include "trace/event.hpp"
#include "trace/record_check.hpp"
#include "trace/reference.hpp"
#include "trace/report.hpp"
#include "trace/sequence.hpp"
#include "trace/tag_map.hpp"
#include "trace/target.hpp"

namespace dmar::trace {

struct ReplayOptions {
  std::size_t shown = 20;      // mismatches kept in Report::first
  unsigned poll_limit = 1000;  // reads of a polled register until the recorded value must be there
  // Called before each event; `index` counts the entries of the trace.
  std::function<void(const Entry &entry, std::size_t index)> on_event = nullptr;
  std::function<bool()> stopped = nullptr;   // asked before each event; true ends the replay there
  report::UnitObserver *observer = nullptr;  // outlives the replayer. Without a clock, events are
                                             // its time
};

class Replayer {
 public:
  // All arguments outlive the replayer. `target` is fresh from reset, its memory empty.
  Replayer(const Trace &trace, Target &target, ReplayOptions options = {});

  // Once. A unit that fails (hangs, violates an assertion) ends the replay with a mismatch.
  Report run();

 private:
  struct Consequences {
    std::vector<StatusEvent> status_writes;
    std::vector<Message> messages;
    std::vector<InvalidateRequest> invalidate_requests;

    [[nodiscard]] bool empty() const {
      return status_writes.empty() && messages.empty() && invalidate_requests.empty();
    }
  };

  void observe();
  [[nodiscard]] std::uint64_t now() const;
  void settle();
  template <class RequestEvent>
  void show(const RequestEvent &event, const Completion &completion,
            const golden::Verdict &verdict);
  void replay(std::size_t &index);
  Consequences recorded_after(std::size_t &index) const;

  void apply(const MemEvent &event);
  void apply(const ReadEvent &event);
  void apply(const WriteEvent &event);
  void apply(const DmaEvent &event);
  void apply(const InterruptEvent &event);
  void apply(const AskEvent &event);
  void apply(const CompletionEvent &event);
  void apply(const TimeOutEvent &event);
  void apply(const StatusEvent &) {}  // consequences are compared with the event above them
  void apply(const MessageEvent &) {}
  void apply(const InvalidateEvent &) {}

  std::uint64_t poll(const ReadEvent &event);
  void note(std::string text);
  void count_interrupt(const golden::Verdict &verdict);
  template <class RequestEvent>
  void compare_requests(const RequestEvent &event, const Outcome &unit, const Outcome &golden,
                        const Outcome &recorded);
  Outcome recorded_outcome(const InterruptEvent &event, const golden::Verdict &golden);
  void compare_consequences(const Consequences &recorded);
  template <class Element>
  void compare_sequences(const char *kind, const std::vector<Element> &unit,
                         const std::vector<Element> &golden, const std::vector<Element> &recorded);
  void compare_fault_records(const std::optional<std::string> &expected);
  void settle_if_due();
  void check_patience();
  void mismatch(std::string what, std::string unit, std::string golden, std::string recorded);

  const Trace &trace_;
  Target &target_;
  Iommu &iommu_;
  ReplayOptions options_;
  Reference reference_;
  AccessCheck access_check_;
  RecordCheck record_check_;
  Report report_;
  const Entry *current_ = nullptr;
  TagMap unit_tags_;  // of requests to device TLBs
  TagMap golden_tags_;
  std::uint32_t owed_ = 0;               // tags of the recording that devices have not answered yet
  std::vector<std::string> complaints_;  // about bytes, for the current event
  bool settle_due_ = false;              // a command was written and may still be running
  bool timed_ = false;                   // the target tells the observer of its requests
  std::size_t index_ = 0;                // of the current event
  std::uint64_t golden_status_writes_ = 0;  // compared
};

}  // namespace dmar::trace

#endif  // DMAR_TRACE_REPLAYER_HPP
