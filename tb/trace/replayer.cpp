// SPDX-License-Identifier: Apache-2.0
// See replayer.hpp.
#include "trace/replayer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <exception>

#include "dmar/registers.hpp"
#include "golden/fault_record.hpp"
#include "trace/event_text.hpp"
#include "trace/identification.hpp"
#include "trace/outcome.hpp"

namespace dmar::trace {

namespace {

constexpr std::uint64_t kRecordValid = std::uint64_t{1} << 63;  // F of the upper half
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

// The part of a fault record that a trace line of a blocked request determines. Address bits that
// not every unit records are left out.
std::string record_text(bool write, SourceId source_id, std::uint64_t address, unsigned reason) {
  constexpr std::uint64_t kRecordedPage = 0x0000'FFFF'FFFF'F000;
  return fmt::format("{} {:04x} {:x} fault {:x}", write ? 'w' : 'r', source_id.raw(),
                     address & kRecordedPage, reason);
}

std::string record_text(std::uint64_t low, std::uint64_t high) {
  const golden::FaultRecord record{.lo = low, .hi = high};
  return record_text(!record.t1(), record.source_id(), record.fault_info(), record.reason());
}

std::string text_of(const DmaEvent &event) {
  return record_text(event.write, event.source_id, event.iova.raw(),
                     static_cast<unsigned>(event.reason));
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
      record_high_(iommu_.config().fault_records) {}

Report Replayer::run() {
  try {
    for (std::size_t index = 0; index < trace_.entries.size();) replay(index);
    iommu_.settle();
    compare_consequences({});
    report_.complete = true;
  } catch (const std::exception &failure) {
    mismatch("the unit under test failed", failure.what(), "-", "-");
  }
  report_.counters = target_.counters();
  return report_;
}

void Replayer::replay(std::size_t &index) {
  current_ = &trace_.entries[index];
  if (options_.on_event) options_.on_event(*current_, index);
  std::visit([this](const auto &event) { apply(event); }, current_->event);
  const Consequences recorded = recorded_after(index);
  if (!recorded.status_writes.empty() || !recorded.messages.empty()) {
    iommu_.settle();
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
    } else {
      break;
    }
  }
  return out;
}

void Replayer::settle_if_due() {
  if (settle_due_) iommu_.settle();
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
  if (identifies && unit == golden) {
    note_identification(event, unit);
  } else if (unit != golden || unit != event.value) {
    mismatch(to_string(current_->event), fmt::format("{:x}", unit), fmt::format("{:x}", golden),
             fmt::format("{:x}", event.value));
  }
}

std::uint64_t Replayer::poll(const ReadEvent &event) {
  std::uint64_t value = iommu_.read(event.offset, event.bytes);
  if (!is_polled(event.offset)) return value;
  for (unsigned i = 0; i < options_.poll_limit && value != event.value; ++i) {
    if (i == kPollsBeforeSettling) iommu_.settle();
    value = iommu_.read(event.offset, event.bytes);
    ++report_.extra_polls;
  }
  return value;
}

void Replayer::note_identification(const ReadEvent &event, std::uint64_t value) {
  std::string note = identification_difference(event, value);
  auto &notes = report_.notes;
  if (note.empty() || std::find(notes.begin(), notes.end(), note) != notes.end()) return;
  notes.push_back(std::move(note));
}

void Replayer::apply(const WriteEvent &event) {
  settle_if_due();
  reference_.apply(event);
  iommu_.write(event.offset, event.bytes, event.value);
  ++report_.register_writes;
  for (std::size_t i = 0; i < record_high_.size(); ++i) {
    const std::uint32_t record = reg::frcd(static_cast<unsigned>(i));
    if (touches(event.offset, record, 16)) record_high_[i] = iommu_.read(record + 8, 8);
  }
  settle_due_ = is_polled_command(event.offset);
  if (!settle_due_) iommu_.settle();
}

void Replayer::apply(const DmaEvent &event) {
  settle_if_due();
  const Outcome golden = reference_.apply(event);
  const Completion completion = access_check_.carry_out(event, current_->line, complaints_);
  ++report_.dma;
  compare_requests(outcome_of(completion), golden, outcome_of(event));
  if (completion.status == Completion::Status::kOkay) report_.dma_bytes += event.bytes;
}

void Replayer::apply(const InterruptEvent &event) {
  settle_if_due();
  const Outcome golden = reference_.apply(event);
  const Completion completion = access_check_.carry_out(event, complaints_);
  ++report_.interrupts;
  compare_requests(outcome_of(completion), golden, outcome_of(event));
}

void Replayer::compare_requests(const Outcome &unit, const Outcome &golden,
                                const Outcome &recorded) {
  if (unit != golden || unit != recorded) {
    mismatch(to_string(current_->event), to_string(unit), to_string(golden), to_string(recorded));
  }
  const auto blocked = [](const Outcome &outcome) {
    return outcome.kind == Outcome::Kind::kFault || outcome.kind == Outcome::Kind::kBlocked;
  };
  if (blocked(unit) || blocked(golden)) {
    iommu_.settle();
    compare_fault_records(unit == recorded);
  }
  if (blocked(recorded)) ++report_.faults;
}

// The records are compared as a whole with the golden model, a new one also with the request that
// it must describe, if that was blocked as recorded.
void Replayer::compare_fault_records(bool as_recorded) {
  for (unsigned i = 0; i < record_high_.size(); ++i) {
    const std::uint64_t low = iommu_.read(reg::frcd(i), 8);
    const std::uint64_t high = iommu_.read(reg::frcd(i) + 8, 8);
    const std::uint64_t golden_low = reference_.unit().read(reg::frcd(i), 8);
    const std::uint64_t golden_high = reference_.unit().read(reg::frcd(i) + 8, 8);
    const bool fresh = (high & ~record_high_[i] & kRecordValid) != 0;
    record_high_[i] = high;
    if (fresh) report_.fault_log.push_back({current_->line, low, high});
    const std::string what = fmt::format("fault record {} after {}", i, to_string(current_->event));
    if (low != golden_low || high != golden_high) {
      mismatch(what, fmt::format("{:016x} {:016x}", high, low),
               fmt::format("{:016x} {:016x}", golden_high, golden_low), "-");
    } else if (const auto *dma = std::get_if<DmaEvent>(&current_->event);
               dma != nullptr && fresh && as_recorded && record_text(low, high) != text_of(*dma)) {
      mismatch(what, record_text(low, high), record_text(golden_low, golden_high), text_of(*dma));
    }
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
  compare_sequences("status write", status_writes, reference_.take_status_writes(),
                    recorded.status_writes);
  compare_sequences("event message", messages, reference_.take_messages(), recorded.messages);
  report_.status_writes += recorded.status_writes.size();
  report_.events += recorded.messages.size();
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
