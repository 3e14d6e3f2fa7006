// SPDX-License-Identifier: Apache-2.0
// The life of the pair: reset, time, what falls due, rest. See lockstep.hpp.
#include "cosim/lockstep.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "bench/agent.hpp"
#include "dmar/registers.hpp"
#include "report/watch_rtl.hpp"
#include "trace/event_text.hpp"

namespace dmar::cosim {

namespace {

constexpr unsigned kRestCycles = 64;        // without traffic, until it is worth a look
constexpr unsigned kRestBound = 1'000'000;  // a command takes no longer than this
constexpr unsigned kDrainBound = 20'000;    // nor a drain, once the queue has gone on

std::string text(const Message &message) {
  return fmt::format("{:x} {:x}", message.address, message.data);
}

void add(bench::Counters &total, const bench::Counters &more) {
  total.requests += more.requests;
  total.hits += more.hits;
  total.walks += more.walks;
  total.table_reads += more.table_reads;
  total.queue_reads += more.queue_reads;
  total.cycles += more.cycles;
}

}  // namespace

Lockstep::Lockstep(MakeRtl make, MemoryBus &ram, Recorder *recorder)
    : make_(std::move(make)), ram_(ram), recorder_(recorder), observed_(ram), judged_memory_(ram) {
  if (recorder_ != nullptr) {
    judged_memory_.observe_reads(
        [this](HostAddr address, std::size_t bytes) { recorder_->looked_at(address, bytes); });
  }
  power_on();
}

void Lockstep::power_on() {
  rtl_ = make_(observed_);
  golden_ = std::make_unique<golden::Unit>(rtl_->config(), judged_memory_);
  golden_->observe_invalidations([this](const golden::Invalidation &invalidation) {
    note_golden_consequences();  // status writes before it do not complete it
    traffic_.invalidated(invalidation);
    if (observer_ != nullptr) {
      observer_->invalidation_given(invalidation, golden_status_writes_, rtl_->cycle());
    }
    if (std::holds_alternative<golden::ContextInvalidation>(invalidation)) {
      ++statistics_.context_invalidations;
    } else if (std::holds_alternative<golden::IotlbInvalidation>(invalidation)) {
      ++statistics_.iotlb_invalidations;
    } else {
      ++statistics_.interrupt_invalidations;
    }
    given_.push_back(invalidation);
  });
}

void Lockstep::observe(report::UnitObserver &observer) {
  observer_ = &observer;
  show_to_observer();
}

void Lockstep::show_to_observer() {
  observer_->attach(*golden_, ram_);
  report::watch_table_port(*rtl_, *observer_);
}

void Lockstep::reset() {
  if (observer_ != nullptr) observer_->reset(rtl_->cycle());
  add(statistics_.unit, rtl_->counters());
  ++statistics_.resets;
  flights_.clear();
  stale_.clear();
  given_.clear();
  due_status_.clear();
  due_messages_.clear();
  early_messages_.clear();
  messages_.clear();
  invalidate_requests_.clear();
  invalidations_.clear();
  grants_.clear();
  collected_cycle_ = 0;
  observed_.forget();
  settled_ = true;
  statistics_.fault_log_compared = true;
  failed_ = false;
  golden_status_writes_ = 0;
  rtl_.reset();
  power_on();
  if (observer_ != nullptr) show_to_observer();
}

void Lockstep::differ(std::string what, std::string unit, std::string golden, std::string reached) {
  ++differences_.count;
  if (differences_.first.size() >= Differences::kKept) return;
  differences_.first.push_back(
      {std::move(what), std::move(unit), std::move(golden), rtl_->cycle(), std::move(reached)});
}

// A unit that hangs or breaks a rule of its buses has failed; the guest finds it silent.
void Lockstep::guarded(const std::string &what, const std::function<void()> &action) {
  if (failed_) return;
  const auto begin = std::chrono::steady_clock::now();
  try {
    action();
  } catch (const bench::ProtocolError &error) {
    failed_ = true;
    differ(what, error.what(), "keeps the rules of its buses");
  } catch (const bench::AssertionError &error) {
    failed_ = true;
    differ(what, error.what(), "no assertion of the RTL fails");
  } catch (const bench::HangError &error) {
    failed_ = true;
    differ(what, error.what(), "ends");
  }
  const auto end = std::chrono::steady_clock::now();
  statistics_.seconds += std::chrono::duration<double>(end - begin).count();
}

void Lockstep::note_golden_consequences() {
  for (const golden::StatusWrite &write : golden_->take_status_writes()) {
    due_status_.push_back({write, std::exchange(given_, {})});
    ++golden_status_writes_;
    if (recorder_ != nullptr) {
      recorder_->consequence(trace::StatusEvent{.address = write.address, .value = write.data});
    }
  }
  for (const InvalidateRequest &request : golden_->take_invalidate_requests()) {
    ++statistics_.golden_device_tlb_invalidations;
    invalidations_.due(request);
    if (recorder_ != nullptr) recorder_->consequence(trace::InvalidateEvent{request});
  }
  for (const Message &message : golden_->take_messages()) {
    await_message(message);
    if (recorder_ != nullptr) recorder_->consequence(trace::MessageEvent{message});
  }
}

void Lockstep::run(unsigned cycles) {
  guarded("the unit", [&] {
    for (; cycles != 0; --cycles) {
      // The time of a device that owes an answer goes on.
      const bool waits = rtl_->in_flight() != 0 || invalidations_.count() != 0;
      if (!waits && (settled_ || may_rest())) break;
      rtl_->step();
    }
    collect();
    if (!settled_ && flights_.empty() && invalidations_.count() == 0 && may_rest()) {
      come_to_rest();
    }
  });
  if (!failed_) return;
  // Nobody waits for a unit that will not answer.
  for (auto &[id, flight] : flights_) {
    finished_.push_back({id, {.status = Completion::Status::kBlocked}});
  }
  flights_.clear();
  settled_ = true;
}

void Lockstep::collect() {
  give_up_invalidations();
  for (const bench::VerdictEvent &event : rtl_->take_verdicts()) judge(event);
  observed_.note(rtl_->take_dma_accesses());
  for (const ObservedMemory::Change &change : observed_.take_changes()) note_posting(change);
  for (const bench::StatusWrite &write : rtl_->take_status_writes()) note_status_write(write);
  for (const Message &message : rtl_->take_messages()) note_message(message);
  for (auto flight = flights_.begin(); flight != flights_.end();) {
    const auto outcome = rtl_->poll(flight->second.handle);
    if (outcome) finish(flight->first, flight->second, *outcome);
    flight = outcome ? flights_.erase(flight) : std::next(flight);
  }
  // Behind the answers, as devices meet them.
  for (const InvalidateRequest &request : rtl_->take_invalidate_requests()) {
    note_invalidate_request(request);
  }
  collected_cycle_ = rtl_->cycle();
}

void Lockstep::note_status_write(const bench::StatusWrite &write) {
  ++statistics_.status_writes;
  const std::string unit = fmt::format("{:x} {:x}", write.address.raw(), write.data);
  if (due_status_.empty()) {
    differ("status write", unit, "none is due");
    return;
  }
  const DueStatus due = std::move(due_status_.front());
  due_status_.pop_front();
  if (due.write.address != write.address || due.write.data != write.data) {
    differ("status write", unit, fmt::format("{:x} {:x}", due.write.address.raw(), due.write.data));
  }
  for (const golden::Invalidation &invalidation : due.completes) stale_.invalidate(invalidation);
}

void Lockstep::note_message(const Message &message) {
  ++statistics_.events;
  messages_.push_back(message);
  const auto due = std::ranges::find(due_messages_, message);
  if (due != due_messages_.end()) {
    due_messages_.erase(due);
  } else if (is_posting()) {
    early_messages_.push_back(message);
  } else if (statistics_.fault_log_compared) {
    differ("event message", text(message), "none is due");
  }
}

void Lockstep::await_message(const Message &message) {
  const auto early = std::ranges::find(early_messages_, message);
  if (early != early_messages_.end()) {
    early_messages_.erase(early);
  } else {
    due_messages_.push_back(message);
  }
}

// Software, or a fault, has given the unit something to do.
void Lockstep::disturb() {
  settled_ = false;
  disturbed_cycle_ = rtl_->cycle();
  look_again_cycle_ = disturbed_cycle_ + kRestCycles;
}

bool Lockstep::may_rest() const { return rtl_->cycle() >= look_again_cycle_ && rtl_->at_rest(); }

// Every command has ended, as its status bits say. Where that takes very long, the comparisons of
// come_to_rest() tell what is missing.
bool Lockstep::commands_done() {
  static constexpr std::pair<std::uint32_t, unsigned> kStatus[] = {
      {reg::kGsts, 4}, {reg::kIqh, 8}, {reg::kCcmd, 8}, {reg::kIotlb, 8}};
  const std::uint64_t waited = rtl_->cycle() - disturbed_cycle_;
  if (waited >= kRestBound) return true;
  // A wait descriptor for devices is off the queue while the unit drains what they have let
  // through.
  if (!due_status_.empty() && waited < kDrainBound) return false;
  return std::ranges::all_of(kStatus, [this](const auto &status) {
    return rtl_->read(status.first, status.second) == golden_->read(status.first, status.second);
  });
}

void Lockstep::come_to_rest() {
  const bool done = commands_done();
  collect();  // what came while it looked
  if (!done) {
    look_again_cycle_ = rtl_->cycle() + kRestCycles;
    return;
  }
  settled_ = true;
  if (observer_ != nullptr) observer_->at_rest(rtl_->cycle());
  for (const DueStatus &due : std::exchange(due_status_, {})) {
    differ("status write", "none came",
           fmt::format("{:x} {:x}", due.write.address.raw(), due.write.data));
  }
  for (const Message &due : std::exchange(due_messages_, {})) {
    if (statistics_.fault_log_compared) differ("event message", "none came", text(due));
  }
  for (const Message &early : std::exchange(early_messages_, {})) {
    if (statistics_.fault_log_compared) differ("event message", text(early), "none is due");
  }
  for (const InvalidateRequest &due : invalidations_.take_due()) {
    differ("invalidation of a device TLB", "none came",
           fmt::format("to {:04x}, {:x}", due.source_id.raw(), due.payload));
  }
  for (const golden::Invalidation &invalidation : std::exchange(given_, {})) {
    stale_.invalidate(invalidation);
  }
  if (observed_.unexplained() != 0) {
    differ("memory", fmt::format("{} accesses for devices", observed_.unexplained()),
           "no request asked for them");
    observed_.forget();
  }
}

Statistics Lockstep::statistics() const {
  Statistics statistics = statistics_;
  add(statistics.unit, rtl_->counters());
  return statistics;
}

}  // namespace dmar::cosim
