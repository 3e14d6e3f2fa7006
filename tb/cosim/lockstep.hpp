// SPDX-License-Identifier: Apache-2.0
// The RTL and the golden model living the same life: every register access, request and message is
// given to both and compared. The RTL moves the data; the golden model only judges.
#ifndef DMAR_COSIM_LOCKSTEP_HPP
#define DMAR_COSIM_LOCKSTEP_HPP

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bench/rtl_iommu.hpp"
#include "cosim/grant_ledger.hpp"
#include "cosim/invalidation_pairs.hpp"
#include "cosim/judged_memory.hpp"
#include "cosim/observed_memory.hpp"
#include "cosim/recorder.hpp"
#include "cosim/stale_answers.hpp"
#include "cosim/statistics.hpp"
#include "cosim/traffic.hpp"
#include "golden/unit.hpp"
#include "report/unit_observer.hpp"

namespace dmar::cosim {

class Lockstep {
 public:
  using Id = std::uint64_t;
  // Makes the unit, fresh from reset, with `memory` behind it.
  using MakeRtl = std::function<std::unique_ptr<bench::RtlIommu>(MemoryBus &memory)>;
  struct Finished {
    Id id;
    Completion completion;
  };

  // `ram` outlives it; so does `recorder`, which may be null.
  Lockstep(MakeRtl make, MemoryBus &ram, Recorder *recorder);

  // Register accesses of the CPU, complete when they return. Sizes other than 4 and 8 and unaligned
  // addresses are not forwarded: they read 0 and write nothing.
  std::uint64_t read(std::uint32_t offset, unsigned bytes);
  void write(std::uint32_t offset, unsigned bytes, std::uint64_t value);

  // Starts a device request, inside one page. `data`: what a write brings.
  Id submit(const Request &request, std::vector<std::uint8_t> data = {});
  [[nodiscard]] std::size_t in_flight() const { return flights_.size(); }

  // What the golden model says about a request now that nobody makes.
  [[nodiscard]] golden::Verdict would_be(const Request &request) const;

  // Lets up to `cycles` pass, fewer when the unit comes to rest.
  void run(unsigned cycles);
  [[nodiscard]] bool at_rest() const {
    return settled_ && flights_.empty() && invalidations_.count() == 0;
  }

  std::vector<Finished> take_finished() { return std::exchange(finished_, {}); }
  // Event messages of the unit itself, for the interrupt controller.
  std::vector<Message> take_messages() { return std::exchange(messages_, {}); }

  // Messages to device TLBs, and a message of a device.
  std::vector<InvalidateRequest> take_invalidate_requests() {
    return std::exchange(invalidate_requests_, {});
  }
  void complete_invalidation(const InvalidateCompletion &completion);

  // Power-on reset of both; requests in flight never finish, statistics go on.
  void reset();
  // At the end: compares every register, and that nothing is owed.
  void final_check();

  [[nodiscard]] Statistics statistics() const;
  [[nodiscard]] const Differences &differences() const { return differences_; }
  [[nodiscard]] const Config &config() const { return golden_->config(); }
  [[nodiscard]] bench::RtlIommu &rtl() { return *rtl_; }
  [[nodiscard]] const golden::Unit &golden() const { return *golden_; }

  // Who did what, by function and by domain.
  [[nodiscard]] const Traffic &traffic() const { return traffic_; }
  void phase(std::string name) { traffic_.phase(std::move(name)); }
  // A moment with a name, for the observer.
  void mark(const std::string &name) {
    if (observer_ != nullptr) observer_->mark(rtl_->cycle(), name);
  }

  // From now on, over resets; before anything has happened. `observer` outlives it.
  void observe(report::UnitObserver &observer);

  // Called before a request enters the unit, with what the golden model says about it.
  void observe_submissions(std::function<void(const Request &, const golden::Verdict &)> observer) {
    on_submit_ = std::move(observer);
  }

 private:
  struct Flight {
    bench::RtlIommu::Handle handle;
    Request request;
    std::vector<std::uint8_t> data;
    std::uint8_t axi_id;
    golden::Verdict at_submission;
    std::vector<golden::Verdict> later = {};  // legal too: at the verdict, and from a cache
    bool granted = true;  // of a translated request: by a translation that its device may hold
    bool judged = false;
    bool hit = false;
    bool to_post = false;  // judged so by the unit, and its descriptor is as it was
  };
  struct DueStatus {
    golden::StatusWrite write;
    std::vector<golden::Invalidation> completes;
  };

  void power_on();
  void show_to_observer();
  void collect();
  void judge(const bench::VerdictEvent &event);
  void note_pages(const Request &request, const golden::Verdict &verdict);
  void record_fault(FaultReason reason, std::uint64_t cycle, const Flight &flight);
  void finish(Id id, Flight &flight, const bench::Outcome &outcome);
  [[nodiscard]] bool legal(const Flight &flight, const Completion &completion) const;
  [[nodiscard]] std::string owner_of(const Request &request, const Completion &completion) const;
  void count_translation(const Request &request, const golden::Verdict &verdict,
                         const Completion &completion);
  void count(const Flight &flight, const Completion &completion, std::uint64_t cycles);
  void count_traffic(const Flight &flight, const Completion &completion, bool interrupt,
                     std::uint64_t cycles);
  void note_posting(const ObservedMemory::Change &change);
  void note_posting_fault(Flight &flight, const bench::Outcome &outcome);
  [[nodiscard]] bool is_posting() const;
  void await_message(const Message &message);
  void note_golden_consequences();
  void note_status_write(const bench::StatusWrite &write);
  void note_message(const Message &message);
  void note_invalidate_request(const InvalidateRequest &request);
  void give_up_invalidations();
  [[nodiscard]] std::uint64_t device_tlb_timeout() const;
  void await_command();
  void note_flushes(const golden::ControlState &before, const golden::ControlState &now);
  void disturb();
  [[nodiscard]] bool may_rest() const;
  [[nodiscard]] bool commands_done();
  void come_to_rest();
  void await_verdicts();
  void compare_register(std::uint32_t offset, unsigned bytes, std::uint64_t value,
                        const char *when);
  void differ(std::string what, std::string unit, std::string golden, std::string reached = "");
  void guarded(const std::string &what, const std::function<void()> &action);

  MakeRtl make_;
  MemoryBus &ram_;
  Recorder *recorder_;
  ObservedMemory observed_;
  JudgedMemory judged_memory_;
  std::unique_ptr<bench::RtlIommu> rtl_;
  std::unique_ptr<golden::Unit> golden_;
  StaleAnswers stale_;
  std::map<Id, Flight> flights_;  // oldest first
  std::vector<Finished> finished_;
  std::vector<Message> messages_;
  std::vector<InvalidateRequest> invalidate_requests_;
  InvalidationPairs invalidations_;
  GrantLedger grants_;
  std::vector<golden::Invalidation> given_;  // by no wait descriptor completed yet
  std::deque<DueStatus> due_status_;
  std::uint64_t golden_status_writes_ = 0;  // since reset
  report::UnitObserver *observer_ = nullptr;
  std::vector<Message> due_messages_;
  std::vector<Message> early_messages_;  // while a posting had not ended that may be their cause
  std::function<void(const Request &, const golden::Verdict &)> on_submit_;
  Traffic traffic_;
  Statistics statistics_;  // without the counters of the running RTL
  Differences differences_;
  Id next_id_ = 1;
  unsigned next_axi_id_ = 0;
  std::uint64_t collected_cycle_ = 0;  // when the unit was last asked what it did
  std::uint64_t disturbed_cycle_ = 0;
  std::uint64_t look_again_cycle_ = 0;
  bool settled_ = true;  // nothing that software asked for is under way
  bool failed_ = false;  // the RTL hung or broke a rule: it is not asked again
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_LOCKSTEP_HPP
