// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "scoreboard/fault_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {
namespace {

constexpr std::size_t kMaxStates = 4096;

void add_distinct(std::vector<FaultState> &states, const FaultState &state) {
  if (std::ranges::find(states, state) == states.end()) states.push_back(state);
}

// A read that includes F, and found it set.
bool shows_valid(std::uint32_t offset, unsigned bytes, std::uint64_t value) {
  if (offset < reg::kFrcd || offset % 16 + bytes != 16) return false;
  return (value >> (8 * bytes - 1)) != 0;
}

std::string text(const FaultState &state) {
  std::string line = fmt::format("PFO {} FRI {} next {} remapping {}:", state.overflow, state.first,
                                 state.next, state.remapping);
  for (const golden::FaultRecord &record : state.records) {
    line += fmt::format(" {:016x}_{:016x}", record.hi, record.lo);
  }
  return line;
}

}  // namespace

bool FaultState::pending() const {
  return std::ranges::any_of(records, [](const golden::FaultRecord &one) { return one.valid(); });
}

void FaultState::record(const Config &config, const golden::FaultRecord &record) {
  if (overflow) return;
  const bool same_source = std::ranges::any_of(records, [&](const golden::FaultRecord &one) {
    return one.valid() && one.source_id() == record.source_id();
  });
  if (config.collapse_faults && same_source) return;
  if (records[next].valid()) {
    overflow = true;
    return;
  }
  if (!pending()) first = next;
  records[next] = record;
  next = remapping ? (next + 1) % static_cast<unsigned>(records.size()) : 0;
}

void FaultState::clear(unsigned index) { records.at(index).hi &= ~bit(63); }

void FaultState::set_remapping(bool on) {
  remapping = on;
  if (!on) next = 0;
}

FaultWatch::FaultWatch(const Config &config) : config_(config) {
  states_.push_back({.records = std::vector<golden::FaultRecord>(config.fault_records)});
}

FaultWatch::Ticket FaultWatch::fault(const Request &request, FaultReason reason, Time cycle) {
  faults_.push_back({.ticket = next_ticket_,
                     .record = golden::make_fault_record(config_, request, reason),
                     .cycle = cycle});
  return next_ticket_++;
}

void FaultWatch::resolve(Ticket ticket, bool may_be_recorded, bool may_be_suppressed) {
  const auto found = std::ranges::find(faults_, ticket, &Fault::ticket);
  if (found == faults_.end()) throw std::logic_error("resolve: no such fault");
  found->resolved = true;
  found->may_be_recorded = may_be_recorded;
  found->may_be_suppressed = may_be_suppressed;
  proceed();
}

FaultWatch::Ticket FaultWatch::posting(Time cycle) {
  open_postings_.emplace(next_ticket_, cycle);
  return next_ticket_++;
}

void FaultWatch::posted(Ticket ticket) {
  if (open_postings_.erase(ticket) == 0) throw std::logic_error("posted: no such posting");
  proceed();
}

void FaultWatch::posting_fault(Ticket ticket, const PostingFault &fault) {
  const auto later = std::ranges::upper_bound(posting_faults_, fault.from, {}, &PostingFault::from);
  posting_faults_.insert(later, fault);
  posted(ticket);
}

void FaultWatch::read(std::uint32_t offset, unsigned bytes, std::uint64_t value, Time begin,
                      Time end) {
  add({What::kRead, offset, bytes, value, begin, end});
}
void FaultWatch::clear_record(unsigned index, Time begin, Time end) {
  add({What::kClearRecord, index, 4, 0, begin, end});
}
void FaultWatch::clear_overflow(Time begin, Time end) {
  add({What::kClearOverflow, 0, 4, 0, begin, end});
}
void FaultWatch::set_remapping(bool on, Time begin, Time end) {
  add({What::kSetRemapping, on, 4, 0, begin, end});
}

void FaultWatch::add(const Access &access) {
  accesses_.push_back(access);
  proceed();
}

void FaultWatch::proceed() {
  while (!accesses_.empty()) {
    const Access access = accesses_.front();
    if (!known_until(access.end)) return;
    accesses_.pop_front();
    carry_out(access);
  }
}

bool FaultWatch::known_until(Time end) const {
  return std::ranges::all_of(faults_,
                             [end](const Fault &one) { return one.resolved || one.cycle > end; }) &&
         std::ranges::all_of(open_postings_, [end](const auto &one) { return one.second > end; });
}

bool FaultWatch::explains(const FaultState &state, const Access &access) const {
  if (access.offset == reg::kFsts) {
    const auto value = static_cast<std::uint32_t>(access.value);
    return ((value & fsts::kPfo) != 0) == state.overflow &&
           ((value & fsts::kPpf) != 0) == state.pending() &&
           (!state.pending() || fsts::fri(value) == state.first);
  }
  const golden::FaultRecord &record = state.records.at((access.offset - reg::kFrcd) / 16);
  const std::uint64_t half = (access.offset & 8) != 0 ? record.hi : record.lo;
  if (access.bytes == 8) return half == access.value;
  return field(half, (access.offset & 4) != 0 ? 63 : 31, (access.offset & 4) != 0 ? 32 : 0) ==
         access.value;
}

void FaultWatch::record(States &states, const golden::FaultRecord &record, bool may_be_recorded,
                        bool may_be_suppressed) const {
  States after;
  for (FaultState &state : states) {
    if (may_be_suppressed) add_distinct(after, state);
    if (!may_be_recorded) continue;
    state.record(config_, record);
    add_distinct(after, state);
  }
  states = std::move(after);
}

// Faults of postings that came before the cycle `before` count by now, those up to `until` may.
void FaultWatch::catch_up(States &states, Time before, Time until) const {
  if (posting_faults_.empty()) return;
  States after;
  for (const FaultState &state : states) {
    States some{state};
    for (std::size_t k = state.postings; k < posting_faults_.size(); ++k) {
      const PostingFault &fault = posting_faults_[k];
      if (fault.from > until) break;
      if (fault.until >= before) {
        for (const FaultState &one : some) add_distinct(after, one);
      }
      record(some, fault.record, fault.may_be_recorded, fault.may_be_suppressed);
      for (FaultState &one : some) one.postings = k + 1;
    }
    for (const FaultState &one : some) add_distinct(after, one);
  }
  states = std::move(after);
}

// Those that every state has.
void FaultWatch::forget_postings() {
  const std::size_t common = std::ranges::min(states_, {}, &FaultState::postings).postings;
  for (FaultState &state : states_) state.postings -= common;
  posting_faults_.erase(posting_faults_.begin(),
                        posting_faults_.begin() + static_cast<std::ptrdiff_t>(common));
}

void FaultWatch::apply(States &states, const Fault &fault) const {
  catch_up(states, fault.cycle, fault.cycle);
  record(states, fault.record, fault.may_be_recorded, fault.may_be_suppressed);
}

void FaultWatch::apply(States &states, const Access &access) const {
  if (access.what == What::kRead) {
    std::erase_if(states, [&](const FaultState &state) { return !explains(state, access); });
    return;
  }
  for (FaultState &state : states) {
    if (access.what == What::kClearRecord) state.clear(access.offset);
    if (access.what == What::kClearOverflow) state.overflow = false;
    if (access.what == What::kSetRemapping) state.set_remapping(access.offset != 0);
  }
}

// Faults of the cycles in which the access was under way may have come before or after it.
void FaultWatch::carry_out(const Access &access) {
  while (!faults_.empty() && faults_.front().cycle < access.begin) {
    apply(states_, faults_.front());
    faults_.pop_front();
  }
  const auto later =
      std::ranges::find_if(faults_, [&](const Fault &fault) { return fault.cycle > access.end; });
  const std::vector<Fault> during(faults_.begin(), later);
  faults_.erase(faults_.begin(), later);
  States after;
  for (std::size_t before = 0; before <= during.size(); ++before) {
    States states = states_;
    for (std::size_t k = 0; k < before; ++k) apply(states, during[k]);
    catch_up(states, access.begin, access.end);
    apply(states, access);
    for (std::size_t k = before; k < during.size(); ++k) apply(states, during[k]);
    for (const FaultState &state : states) add_distinct(after, state);
  }
  if (after.empty()) {
    std::string why =
        fmt::format("register {:#x} read {:#x} in cycles {}..{}; expected one of:", access.offset,
                    access.value, access.begin, access.end);
    for (const FaultState &state : states_) why += "\n    " + text(state);
    why += fmt::format("\n  with {} faults meanwhile", during.size());
    throw Mismatch(why);
  }
  if (after.size() > kMaxStates) throw Mismatch("fault records: too many possible orders");
  if (access.what == What::kRead && shows_valid(access.offset, access.bytes, access.value)) {
    ++records_read_;
  }
  states_ = std::move(after);
  forget_postings();
}

}  // namespace dmar::bench
