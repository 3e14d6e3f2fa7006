// SPDX-License-Identifier: Apache-2.0
// See replayer.hpp.
#include "trace/replayer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <stdexcept>

#include "dmar/registers.hpp"
#include "trace/event_text.hpp"
#include "trace/fault_text.hpp"
#include "trace/identification.hpp"
#include "trace/outcome.hpp"

namespace dmar::trace {

namespace {

constexpr unsigned kPollsBeforeSettling = 64;

bool touches(std::uint32_t offset, std::uint32_t first, unsigned bytes) {
  return offset >= first && offset < first + bytes;
}

// Registers that a driver reads until the unit has got to something.
bool is_polled(std::uint32_t offset) {
  return offset == reg::kGsts || offset == reg::kFsts || offset == reg::kIcs ||
         touches(offset, reg::kCcmd, 8) || touches(offset, reg::kIqh, 8) ||
         touches(offset, reg::kIotlb, 8);
}

// Commands whose end the driver polls for; anything else is waited for at once.
bool is_polled_command(std::uint32_t offset) {
  return offset == reg::kGcmd || touches(offset, reg::kCcmd, 8) || touches(offset, reg::kIotlb, 8);
}

template <class Element>
std::string shown(const std::optional<Element> &element) {
  return element ? to_string(*element) : "nothing";
}

}  // namespace

Replayer::Replayer(const Trace &trace, Target &target, ReplayOptions options)
    : trace_(trace),
      target_(target),
      iommu_(target.iommu()),
      options_(std::move(options)),
      reference_(iommu_.config()),
      access_check_(target, reference_.memory()),
      record_check_(iommu_, reference_.unit()) {
  if (options_.observer != nullptr) observe();
}

void Replayer::observe() {
  options_.observer->attach(reference_.unit(), reference_.memory());
  timed_ = target_.observe(*options_.observer);
  reference_.observe_invalidations([this](const golden::Invalidation &what) {
    const std::uint64_t before = golden_status_writes_ + reference_.unit().status_writes_waiting();
    options_.observer->invalidation_given(what, before, now());
  });
}

std::uint64_t Replayer::now() const { return timed_ ? target_.counters().cycles : index_; }

void Replayer::settle() {
  iommu_.settle();
  if (options_.observer != nullptr) options_.observer->at_rest(now());
}

// What became of a request, to the observer.
template <class RequestEvent>
void Replayer::show(const RequestEvent &event, const Completion &completion,
                    const golden::Verdict &verdict) {
  if (options_.observer == nullptr) return;
  const Request request = request_of(event);
  if (!timed_) {
    options_.observer->request(report::RequestSeen::untimed(request, completion, verdict, index_));
  }
  if (completion.reason == FaultReason::kNone) return;
  options_.observer->fault(
      {.record = golden::make_fault_record(iommu_.config(), request, completion.reason),
       .request = request,
       .cycle = now(),
       .where = fmt::format("{}:{}", trace_.file, current_->line)});
}

Report Replayer::run() {
  try {
    for (std::size_t index = 0; index < trace_.entries.size() && !report_.stopped;) {
      report_.stopped = options_.stopped && options_.stopped();
      if (!report_.stopped) replay(index);
    }
    settle();
    compare_consequences({});
    report_.complete = !report_.stopped;
  } catch (const std::exception &failure) {
    mismatch("the unit under test failed", failure.what(), "-", "-");
  }
  report_.counters = target_.counters();
  if (options_.observer != nullptr) options_.observer->look_at_owners(now());
  return report_;
}

void Replayer::replay(std::size_t &index) {
  current_ = &trace_.entries[index];
  index_ = index;
  if (options_.on_event) options_.on_event(*current_, index);
  std::visit([this](const auto &event) { apply(event); }, current_->event);
  const Consequences recorded = recorded_after(index);
  if (!recorded.empty()) {
    settle();
    settle_due_ = false;
  }
  compare_consequences(recorded);
}

// Moves `index` past the current event and all its consequences.
Replayer::Consequences Replayer::recorded_after(std::size_t &index) const {
  Consequences out;
  while (++index < trace_.entries.size()) {
    const Event &event = trace_.entries[index].event;
    if (const auto *status = std::get_if<StatusEvent>(&event)) {
      out.status_writes.push_back(*status);
    } else if (const auto *message = std::get_if<MessageEvent>(&event)) {
      out.messages.push_back(message->message);
    } else if (const auto *request = std::get_if<InvalidateEvent>(&event)) {
      out.invalidate_requests.push_back(request->request);
    } else {
      break;
    }
  }
  return out;
}

void Replayer::settle_if_due() {
  if (settle_due_) settle();
  settle_due_ = false;
}

void Replayer::apply(const MemEvent &event) {
  settle_if_due();
  reference_.apply(event);
  access_check_.add_line(event);
}

void Replayer::apply(const ReadEvent &event) {
  const std::uint64_t golden = reference_.read(event);
  const bool identifies = is_identification(event.offset);
  const std::uint64_t unit = identifies ? iommu_.read(event.offset, event.bytes) : poll(event);
  ++report_.register_reads;
  const auto record = record_check_.golden_record_at(event.offset);
  const std::uint64_t defined = record ? defined_bits(event, *record) : ~std::uint64_t{0};
  if (identifies && unit == golden) {
    note(identification_difference(event, unit));
  } else if (unit != golden || ((unit ^ event.value) & defined) != 0) {
    mismatch(to_string(current_->event), fmt::format("{:x}", unit), fmt::format("{:x}", golden),
             fmt::format("{:x}", event.value));
  } else if (record) {
    note(fault_difference(event, unit));
  }
}

std::uint64_t Replayer::poll(const ReadEvent &event) {
  std::uint64_t value = iommu_.read(event.offset, event.bytes);
  if (!is_polled(event.offset)) return value;
  for (unsigned i = 0; i < options_.poll_limit && value != event.value; ++i) {
    if (i == kPollsBeforeSettling) settle();
    value = iommu_.read(event.offset, event.bytes);
    ++report_.extra_polls;
  }
  return value;
}

void Replayer::note(std::string text) {
  auto &notes = report_.notes;
  if (text.empty() || std::find(notes.begin(), notes.end(), text) != notes.end()) return;
  notes.push_back(std::move(text));
}

void Replayer::apply(const WriteEvent &event) {
  settle_if_due();
  if (options_.observer != nullptr && event.offset == reg::kGcmd) {
    options_.observer->look_at_owners(now());
  }
  reference_.apply(event);
  iommu_.write(event.offset, event.bytes, event.value);
  ++report_.register_writes;
  record_check_.note_write(event.offset);
  settle_due_ = is_polled_command(event.offset);
  if (!settle_due_) settle();
}

void Replayer::apply(const DmaEvent &event) {
  settle_if_due();
  target_.expect(request_of(event));
  const golden::Verdict golden = reference_.apply(event);
  if (options_.observer != nullptr) options_.observer->expect(golden);
  const Completion completion = access_check_.carry_out(event, current_->line, complaints_);
  ++report_.dma;
  show(event, completion, golden);
  compare_requests(event, outcome_of(completion), outcome_of(golden), outcome_of(event));
  if (completion.status == Completion::Status::kOkay) report_.dma_bytes += event.bytes;
}

void Replayer::apply(const InterruptEvent &event) {
  settle_if_due();
  const golden::Verdict golden = reference_.apply(event);
  if (options_.observer != nullptr) options_.observer->expect(golden);
  const Completion completion = access_check_.carry_out(event, complaints_);
  if (const auto *posting = std::get_if<golden::Posting>(&golden)) {
    access_check_.check_posted(posting->descriptor, complaints_);
    settle();  // the notification
  }
  count_interrupt(golden);
  show(event, completion, golden);
  Outcome unit = outcome_of(completion);
  // A message that is done and did not leave has been posted.
  if (unit.kind == Outcome::Kind::kNoAccess) unit.kind = Outcome::Kind::kPosted;
  compare_requests(event, unit, outcome_of(golden), recorded_outcome(event, golden));
}

void Replayer::apply(const AskEvent &event) {
  settle_if_due();
  target_.expect(request_of(event));
  const golden::Verdict golden = reference_.apply(event);
  if (options_.observer != nullptr) options_.observer->expect(golden);
  const Completion completion = access_check_.carry_out(event, complaints_);
  ++report_.translation_requests;
  show(event, completion, golden);
  compare_requests(event, outcome_of(completion), outcome_of(golden), outcome_of(event));
}

void Replayer::apply(const CompletionEvent &event) {
  settle_if_due();
  check_patience();
  owed_ &= ~event.completion.itags;
  reference_.apply(CompletionEvent{golden_tags_.of_unit(event.completion)});
  iommu_.complete_invalidation(unit_tags_.of_unit(event.completion));
  settle();
}

void Replayer::apply(const TimeOutEvent &event) {
  settle_if_due();
  reference_.apply(TimeOutEvent{event.source_id, golden_tags_.of_unit(event.itag)});
  target_.time_out(unit_tags_.of_unit(event.itag));
  owed_ &= ~(std::uint32_t{1} << event.itag);
  settle();
}

// A replay takes requests one at a time, so devices answer after more clocks than they did. When
// that is too long for the unit, all that follows is another life than the recorded one.
void Replayer::check_patience() {
  const auto late = [](std::uint64_t status) { return (status & fsts::kIte) != 0; };
  if (owed_ == 0 || !late(iommu_.read(reg::kFsts, 4))) return;
  if (late(reference_.unit().read(reg::kFsts, 4))) return;
  throw std::runtime_error(
      "it gave up waiting for the TLB of a device, which did answer in the recording; requests are "
      "replayed one at a time, so try a shorter --mem-latency, or a build with a longer "
      "DeviceTlbTimeout");
}

// What the recorded unit made of an edge-triggered message it remapped, with the level bit as the
// golden model makes it.
Outcome Replayer::recorded_outcome(const InterruptEvent &event, const golden::Verdict &golden) {
  const Outcome recorded = outcome_of(event);
  const auto *message = std::get_if<golden::Interrupt>(&golden);
  if (message == nullptr || !message->remapped) return recorded;
  const Outcome expected = outcome_of(golden);
  if (recorded == expected || !equivalent(expected, recorded)) return recorded;
  note("remapped edge-triggered interrupts: the level bit of the data differs from the recording");
  return expected;
}

void Replayer::count_interrupt(const golden::Verdict &verdict) {
  ++report_.interrupts;
  const auto *message = std::get_if<golden::Interrupt>(&verdict);
  if (std::holds_alternative<golden::Posting>(verdict)) {
    ++report_.interrupts_posted;
  } else if (message == nullptr) {
    ++report_.interrupts_blocked;
  } else {
    ++(message->remapped ? report_.interrupts_remapped : report_.interrupts_unchanged);
  }
}

template <class RequestEvent>
void Replayer::compare_requests(const RequestEvent &event, const Outcome &unit,
                                const Outcome &golden, const Outcome &recorded) {
  if (unit != golden || unit != recorded) {
    mismatch(to_string(current_->event), to_string(unit), to_string(golden), to_string(recorded));
  }
  const auto blocked = [](const Outcome &outcome) {
    return outcome.kind == Outcome::Kind::kFault || outcome.kind == Outcome::Kind::kBlocked;
  };
  if (blocked(unit) || blocked(golden)) {
    settle();
    compare_fault_records(unit == recorded ? std::optional(fault_text(event)) : std::nullopt);
  }
  if (blocked(recorded)) ++report_.faults;
}

void Replayer::compare_fault_records(const std::optional<std::string> &expected) {
  const RecordCheck::Findings findings = record_check_.compare(expected);
  for (const golden::FaultRecord &record : findings.fresh) {
    report_.fault_log.push_back({current_->line, record.lo, record.hi});
  }
  for (const RecordCheck::Difference &difference : findings.differences) {
    mismatch(fmt::format("fault record {} after {}", difference.record, to_string(current_->event)),
             difference.unit, difference.golden, difference.recorded);
  }
}

template <class Element>
void Replayer::compare_sequences(const char *kind, const std::vector<Element> &unit,
                                 const std::vector<Element> &golden,
                                 const std::vector<Element> &recorded) {
  const std::string what = fmt::format("{} after {}", kind, to_string(current_->event));
  for (const auto &difference : differences(unit, recorded)) {
    const auto &element = difference.seen ? difference.seen : difference.expected;
    const bool in_golden = std::find(golden.begin(), golden.end(), *element) != golden.end();
    const bool like_unit = in_golden == difference.seen.has_value();
    mismatch(what, shown(difference.seen), shown(like_unit ? difference.seen : difference.expected),
             shown(difference.expected));
  }
  if (unit != recorded) return;
  for (const auto &difference : differences(golden, unit)) {
    mismatch(what, shown(difference.expected), shown(difference.seen), shown(difference.expected));
  }
}

void Replayer::compare_consequences(const Consequences &recorded) {
  if (current_ == nullptr) return;
  const auto status_writes = target_.take_status_writes();
  const auto messages = iommu_.take_messages();
  if (messages.size() > recorded.messages.size()) check_patience();
  const auto golden_status_writes = reference_.take_status_writes();
  golden_status_writes_ += golden_status_writes.size();
  compare_sequences("status write", status_writes, golden_status_writes, recorded.status_writes);
  compare_sequences("event message", messages, reference_.take_messages(), recorded.messages);
  const auto &requests = recorded.invalidate_requests;
  compare_sequences("message to a device TLB",
                    unit_tags_.as_recorded(iommu_.take_invalidate_requests(), requests),
                    golden_tags_.as_recorded(reference_.take_invalidate_requests(), requests),
                    requests);
  report_.status_writes += recorded.status_writes.size();
  report_.events += recorded.messages.size();
  report_.device_tlb_messages += recorded.invalidate_requests.size();
  for (const InvalidateRequest &one : recorded.invalidate_requests) {
    owed_ |= std::uint32_t{1} << one.itag;
  }
  access_check_.check_writes(status_writes, complaints_);
  for (std::string &complaint : complaints_) {
    mismatch(to_string(current_->event), std::move(complaint), "-", "-");
  }
  complaints_.clear();
}

void Replayer::mismatch(std::string what, std::string unit, std::string golden,
                        std::string recorded) {
  ++report_.mismatches;
  if (report_.first.size() >= options_.shown) return;
  report_.first.push_back({current_ != nullptr ? current_->line : 0, std::move(what),
                           std::move(unit), std::move(golden), std::move(recorded)});
}

}  // namespace dmar::trace
