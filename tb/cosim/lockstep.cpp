// SPDX-License-Identifier: Apache-2.0
// See lockstep.hpp.
#include "cosim/lockstep.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "bench/agent.hpp"
#include "dmar/registers.hpp"
#include "trace/event_text.hpp"
#include "trace/outcome.hpp"

namespace dmar::cosim {

namespace {

constexpr unsigned kIds = 16;               // AXI IDs given in turn
constexpr unsigned kRestCycles = 64;        // without traffic, until it is worth a look
constexpr unsigned kRestBound = 1'000'000;  // a command takes no longer than this
constexpr unsigned kCommandBound = 50'000;  // the CPU waits no longer for a command
constexpr unsigned kRecordCycles = 8;       // from a verdict to its fault record

bool is_fault_register(std::uint32_t offset) {
  return (offset >= reg::kFsts && offset < reg::kFeuaddr + 4) || offset >= reg::kFrcd;
}

bool never_changes_by_itself(std::uint32_t offset) {
  return offset == reg::kVer || offset == reg::kCap || offset == reg::kCap + 4 ||
         offset == reg::kEcap || offset == reg::kEcap + 4 || offset == reg::kRtaddr ||
         offset == reg::kIqt || offset == reg::kIqa || offset == reg::kIrta;
}

bool forwarded(std::uint32_t offset, unsigned bytes) {
  return (bytes == 4 || bytes == 8) && offset % bytes == 0 && offset + bytes <= reg::kEnd;
}

std::string describe(const Request &request) {
  if (request.kind == AccessKind::kWrite && request.bytes == 4 &&
      (request.address.raw() >> 20) == 0xFEE) {
    return fmt::format("int {:04x} {:x} {:x}", request.source_id.raw(), request.address.raw(),
                       request.message_data);
  }
  return fmt::format("dma {} {:04x} {:x} {}", request.kind == AccessKind::kRead ? 'r' : 'w',
                     request.source_id.raw(), request.address.raw(), request.bytes);
}

std::string text(const Message &message) {
  return fmt::format("{:x} {:x}", message.address, message.data);
}

// Whether a verdict of the golden model is the one that the monitor port showed, address apart.
bool same_kind(const golden::Verdict &verdict, const bench::VerdictEvent &event) {
  const trace::Outcome outcome = trace::outcome_of(verdict);
  using Kind = trace::Outcome::Kind;
  switch (event.verdict) {
    case bench::VerdictKind::kForward:
      return outcome.kind == Kind::kAccess;
    case bench::VerdictKind::kInterrupt:
      return outcome.kind == Kind::kInterrupt;
    case bench::VerdictKind::kComplete:
      return outcome.kind == Kind::kNoAccess;
    case bench::VerdictKind::kFault:
      return outcome.kind == Kind::kFault && outcome.reason == event.reason;
    case bench::VerdictKind::kBlock:
      return outcome.kind == Kind::kBlocked;
  }
  return false;
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

void Lockstep::reset() {
  add(statistics_.unit, rtl_->counters());
  ++statistics_.resets;
  flights_.clear();
  stale_.clear();
  given_.clear();
  due_status_.clear();
  due_messages_.clear();
  messages_.clear();
  observed_.forget();
  settled_ = true;
  statistics_.fault_log_compared = true;
  failed_ = false;
  rtl_.reset();
  power_on();
}

void Lockstep::differ(std::string what, std::string unit, std::string golden) {
  ++differences_.count;
  if (differences_.first.size() >= Differences::kKept) return;
  differences_.first.push_back(
      {std::move(what), std::move(unit), std::move(golden), rtl_->cycle()});
}

// A unit that hangs or breaks a rule of its buses has failed; the guest finds it silent.
template <class Action>
void Lockstep::guarded(const std::string &what, Action action) {
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

// Faults are recorded by the time of their verdicts, so an access that looks at records or changes
// them comes between two requests and not into the middle of one.
void Lockstep::await_verdicts() {
  rtl_->step_until([this] { return rtl_->all_judged(); }, "the verdicts of all requests");
  rtl_->step(kRecordCycles);
  collect();
}

std::uint64_t Lockstep::read(std::uint32_t offset, unsigned bytes) {
  ++statistics_.register_reads;
  if (!forwarded(offset, bytes)) return 0;
  std::uint64_t value = 0;
  const std::string what = fmt::format("read {:x} {}", offset, bytes);
  guarded(what, [&] {
    if (is_fault_register(offset)) await_verdicts();
    const bool comparable =
        never_changes_by_itself(offset) ||
        (settled_ && (statistics_.fault_log_compared || !is_fault_register(offset)));
    value = rtl_->read(offset, bytes);
    collect();
    if (!comparable) return;
    compare_register(offset, bytes, value, what.c_str());
    if (recorder_ != nullptr) {
      recorder_->event(trace::ReadEvent{.offset = offset, .bytes = bytes, .value = value});
    }
  });
  return value;
}

void Lockstep::compare_register(std::uint32_t offset, unsigned bytes, std::uint64_t value,
                                const char *what) {
  ++statistics_.registers_compared;
  const std::uint64_t expected = golden_->read(offset, bytes);
  if (value != expected) differ(what, fmt::format("{:x}", value), fmt::format("{:x}", expected));
}

void Lockstep::write(std::uint32_t offset, unsigned bytes, std::uint64_t value) {
  ++statistics_.register_writes;
  if (!forwarded(offset, bytes)) return;
  const trace::WriteEvent event{.offset = offset, .bytes = bytes, .value = value};
  guarded(trace::to_string(event), [&] {
    if (is_fault_register(offset)) await_verdicts();
    // The CPU waits for this access, so queue and tables stand still for the golden model. It
    // first, so that nothing the unit does as a consequence comes unexpected.
    const golden::ControlState before = golden_->control();
    if (recorder_ != nullptr) recorder_->forget();
    golden_->write(offset, bytes, value);
    note_golden_consequences();
    if (recorder_ != nullptr) recorder_->event(event);
    rtl_->write(offset, bytes, value);
    collect();
    disturb();
    if (offset == reg::kGcmd) await_command();
    note_flushes(before, golden_->control());
  });
}

// Commands that take over a table or switch its use empty the caches of what it holds
// (docs/architecture.md), and only those.
void Lockstep::note_flushes(const golden::ControlState &before, const golden::ControlState &now) {
  if (before.translation_enabled != now.translation_enabled ||
      before.root_table != now.root_table) {
    stale_.clear_pages();
  }
  if (before.interrupt_enabled != now.interrupt_enabled ||
      before.compatibility_allowed != now.compatibility_allowed ||
      before.interrupt_table != now.interrupt_table) {
    stale_.clear_messages();
  }
}

// A CPU that finds a command unfinished measures time, for which a simulated one has little sense:
// Linux gives up after ten seconds by a clock that it may not have calibrated yet. Commands are
// short, so their write takes as long as they do.
void Lockstep::await_command() {
  const std::uint64_t begin = rtl_->cycle();
  while (rtl_->cycle() - begin < kCommandBound) {
    if (rtl_->read(reg::kGsts, 4) == golden_->read(reg::kGsts, 4)) break;
  }
  collect();
}

void Lockstep::note_golden_consequences() {
  for (const golden::StatusWrite &write : golden_->take_status_writes()) {
    due_status_.push_back({write, std::exchange(given_, {})});
    if (recorder_ != nullptr) {
      recorder_->consequence(trace::StatusEvent{.address = write.address, .value = write.data});
    }
  }
  for (const Message &message : golden_->take_messages()) {
    due_messages_.push_back(message);
    if (recorder_ != nullptr) recorder_->consequence(trace::MessageEvent{message});
  }
}

Lockstep::Id Lockstep::submit(const Request &request, std::vector<std::uint8_t> data) {
  golden::Verdict verdict = golden_->judge(request);
  if (recorder_ != nullptr) recorder_->forget();
  if (on_submit_) on_submit_(request, verdict);
  const Id id = next_id_++;
  Flight flight{.handle = 0,
                .request = request,
                .data = std::move(data),
                .axi_id = static_cast<std::uint8_t>(next_axi_id_++ % kIds),
                .at_submission = std::move(verdict)};
  guarded(describe(request),
          [&] { flight.handle = rtl_->submit(request, flight.data, flight.axi_id); });
  flights_.emplace(id, std::move(flight));
  return id;
}

void Lockstep::run(unsigned cycles) {
  guarded("the unit", [&] {
    for (; cycles != 0; --cycles) {
      if (rtl_->in_flight() == 0 && (settled_ || may_rest())) break;
      rtl_->step();
    }
    collect();
    if (!settled_ && flights_.empty() && may_rest()) come_to_rest();
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
  for (const bench::VerdictEvent &event : rtl_->take_verdicts()) judge(event);
  observed_.note(rtl_->take_dma_accesses());
  for (const bench::StatusWrite &write : rtl_->take_status_writes()) note_status_write(write);
  for (const Message &message : rtl_->take_messages()) note_message(message);
  for (auto flight = flights_.begin(); flight != flights_.end();) {
    const auto outcome = rtl_->poll(flight->second.handle);
    if (outcome) finish(flight->first, flight->second, *outcome);
    flight = outcome ? flights_.erase(flight) : std::next(flight);
  }
}

void Lockstep::judge(const bench::VerdictEvent &event) {
  const auto found = std::ranges::find_if(flights_, [&](const auto &entry) {
    const Request &request = entry.second.request;
    return !entry.second.judged && request.source_id == event.source_id &&
           request.address == event.address && request.kind == event.kind;
  });
  if (found == flights_.end()) {
    differ("verdict", fmt::format("for {:04x} at {:x}", event.source_id.raw(), event.address.raw()),
           "nobody asked");
    return;
  }
  Flight &flight = found->second;
  flight.judged = true;
  golden::Verdict now = golden_->judge(flight.request);
  flight.later = stale_.find(flight.request, now);
  if (recorder_ != nullptr) recorder_->forget();
  if (same_kind(now, event)) {
    now = golden_->translate(flight.request);  // records the fault
    note_golden_consequences();
    if (recorder_ != nullptr) recorder_->request(flight.request, now);
  } else if (event.verdict == bench::VerdictKind::kFault) {
    statistics_.fault_log_compared = false;
  }
  stale_.note(flight.request, now);
  flight.later.insert(flight.later.begin(), std::move(now));
  if (event.verdict == bench::VerdictKind::kFault) record_fault(event, flight);
}

void Lockstep::record_fault(const bench::VerdictEvent &event, const Flight &flight) {
  statistics_.faults.push_back(
      {.record = golden::make_fault_record(config(), flight.request, event.reason),
       .request = flight.request,
       .cycle = event.cycle});
  disturb();  // its event message may be under way
}

bool Lockstep::legal(const Flight &flight, const Completion &completion) const {
  const trace::Outcome unit = trace::outcome_of(completion);
  const auto agrees = [&](const golden::Verdict &verdict) {
    if (trace::outcome_of(verdict) == unit) return true;
    // Let through to a place without RAM.
    const auto *translation = std::get_if<golden::Translation>(&verdict);
    return translation != nullptr && completion.status == Completion::Status::kMemoryError &&
           completion.address == translation->address;
  };
  return agrees(flight.at_submission) || std::ranges::any_of(flight.later, agrees);
}

void Lockstep::finish(Id id, Flight &flight, const bench::Outcome &outcome) {
  const Completion &completion = outcome.completion;
  const golden::Verdict &now = flight.later.empty() ? flight.at_submission : flight.later.front();
  const std::string what = describe(flight.request);
  if (!legal(flight, completion)) {
    differ(what, trace::to_string(trace::outcome_of(completion)),
           trace::to_string(trace::outcome_of(now)));
  } else if (trace::outcome_of(completion) != trace::outcome_of(now) &&
             completion.status != Completion::Status::kMemoryError) {
    const bool cached = std::ranges::any_of(flight.later, [&](const golden::Verdict &verdict) {
      return trace::outcome_of(verdict) == trace::outcome_of(completion);
    });
    ++(cached ? statistics_.stale : statistics_.raced);
  }
  const std::string bytes = observed_.check(flight.request, flight.axi_id, flight.data, completion);
  if (!bytes.empty()) differ(what, bytes, "the bytes arrive where and as they should");
  count(flight, completion);
  finished_.push_back({id, completion});
}

void Lockstep::count(const Flight &flight, const Completion &completion) {
  const golden::Verdict &verdict =
      flight.later.empty() ? flight.at_submission : flight.later.front();
  const bool blocked = completion.status == Completion::Status::kBlocked;
  const auto *interrupt = std::get_if<golden::Interrupt>(&verdict);
  const bool interrupt_range = (flight.request.address.raw() >> 20) == 0xFEE;
  if (completion.interrupt || interrupt != nullptr || (blocked && interrupt_range)) {
    ++statistics_.interrupts;
    if (blocked) {
      ++statistics_.interrupts_blocked;
    } else if (interrupt != nullptr && interrupt->remapped) {
      ++statistics_.interrupts_remapped;
    } else {
      ++statistics_.interrupts_unchanged;
    }
    return;
  }
  ++(flight.request.kind == AccessKind::kRead ? statistics_.dma_reads : statistics_.dma_writes);
  if (blocked) ++statistics_.dma_blocked;
  if (completion.status != Completion::Status::kOkay) return;
  statistics_.dma_bytes += flight.request.bytes;
  const auto *translation = std::get_if<golden::Translation>(&verdict);
  if (translation == nullptr) return;
  ++(translation->identity ? statistics_.dma_identity : statistics_.dma_translated);
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
  } else if (statistics_.fault_log_compared) {
    differ("event message", text(message), "none is due");
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
  if (rtl_->cycle() - disturbed_cycle_ >= kRestBound) return true;
  return std::ranges::all_of(kStatus, [this](const auto &status) {
    return rtl_->read(status.first, status.second) == golden_->read(status.first, status.second);
  });
}

void Lockstep::come_to_rest() {
  if (!commands_done()) {
    look_again_cycle_ = rtl_->cycle() + kRestCycles;
    return;
  }
  settled_ = true;
  for (const DueStatus &due : std::exchange(due_status_, {})) {
    differ("status write", "none came",
           fmt::format("{:x} {:x}", due.write.address.raw(), due.write.data));
  }
  for (const Message &due : std::exchange(due_messages_, {})) {
    if (statistics_.fault_log_compared) differ("event message", "none came", text(due));
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

void Lockstep::final_check() {
  constexpr unsigned kSlice = 1000;
  constexpr unsigned kSlices = 1000;
  for (unsigned i = 0; i < kSlices && !at_rest(); ++i) run(kSlice);
  if (failed_) return;
  if (!at_rest()) {
    differ("the unit at the end", "still at work", "at rest");
    return;
  }
  guarded("registers at the end", [&] {
    for (const RegisterSpec &spec : register_map(config())) {
      if (!statistics_.fault_log_compared && is_fault_register(spec.offset)) continue;
      const std::string what = fmt::format("{} at the end", spec.name);
      compare_register(spec.offset, spec.bytes, rtl_->read(spec.offset, spec.bytes), what.c_str());
    }
  });
}

Statistics Lockstep::statistics() const {
  Statistics statistics = statistics_;
  add(statistics.unit, rtl_->counters());
  return statistics;
}

}  // namespace dmar::cosim
