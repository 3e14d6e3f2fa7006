// SPDX-License-Identifier: Apache-2.0
// Device requests: what the golden model says, and what the unit did. See lockstep.hpp.
#include <fmt/core.h>

#include <algorithm>

#include "cosim/lockstep.hpp"
#include "golden/explain.hpp"
#include "golden/little_endian.hpp"
#include "report/watch_rtl.hpp"
#include "trace/outcome.hpp"

namespace dmar::cosim {

namespace {

constexpr unsigned kIds = 16;  // AXI IDs given in turn

std::string describe(const Request &request) {
  if (request.kind == AccessKind::kWrite && request.bytes == 4 &&
      (request.address.raw() >> 20) == 0xFEE) {
    return fmt::format("int {:04x} {:x} {:x}", request.source_id.raw(), request.address.raw(),
                       request.message_data);
  }
  if (request.at == AddressType::kTranslationRequest) {
    return fmt::format("translation {:04x} {:x}{}", request.source_id.raw(), request.address.raw(),
                       request.no_write ? " nw" : "");
  }
  return fmt::format("dma {} {:04x} {:x} {}{}", request.kind == AccessKind::kRead ? 'r' : 'w',
                     request.source_id.raw(), request.address.raw(), request.bytes,
                     request.at == AddressType::kTranslated ? " translated" : "");
}

// Of a message in remappable format (VT-d 5.1.2.2).
std::uint32_t index_of(const Request &request) {
  const std::uint64_t address = request.address.raw();
  const auto handle =
      static_cast<std::uint32_t>((address >> 5 & 0x7FFF) | (address >> 2 & 1) << 15);
  const bool subhandle = (address >> 3 & 1) != 0;
  return subhandle ? handle + (request.message_data & 0xFFFF) : handle;
}

// What a completion is beside this verdict. Nothing of a posting comes back to the device, and what
// its descriptor held at that moment only the unit knows.
trace::Outcome outcome_beside(const golden::Verdict &verdict, const Completion &completion) {
  const trace::Outcome outcome = trace::outcome_of(completion);
  const bool ended = outcome.kind == trace::Outcome::Kind::kNoAccess ||
                     outcome.reason == FaultReason::kPostedDescriptorAccess ||
                     outcome.reason == FaultReason::kPostedDescriptorReserved;
  const bool posted = ended && std::holds_alternative<golden::Posting>(verdict);
  return posted ? trace::outcome_of(verdict) : outcome;
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
      return outcome.kind == Kind::kNoAccess || outcome.kind == Kind::kCompletion;
    case bench::VerdictKind::kFault:
      return outcome.kind == Kind::kFault && outcome.reason == event.reason;
    case bench::VerdictKind::kBlock:
      return outcome.kind == Kind::kBlocked;
    case bench::VerdictKind::kPost:
      return outcome.kind == Kind::kPosted;
  }
  return false;
}

}  // namespace

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
  if (request.at == AddressType::kTranslated) flight.granted = grants_.covers(request);
  guarded(describe(request),
          [&] { flight.handle = rtl_->submit(request, flight.data, flight.axi_id); });
  flights_.emplace(id, std::move(flight));
  return id;
}

golden::Verdict Lockstep::would_be(const Request &request) const {
  golden::Verdict verdict = golden_->judge(request);
  if (recorder_ != nullptr) recorder_->forget();
  return verdict;
}

void Lockstep::judge(const bench::VerdictEvent &event) {
  const auto found = std::ranges::find_if(flights_, [&](const auto &entry) {
    const Request &request = entry.second.request;
    return !entry.second.judged && request.source_id == event.source_id &&
           request.address == event.address && request.kind == event.kind && request.at == event.at;
  });
  if (found == flights_.end()) {
    differ("verdict", fmt::format("for {:04x} at {:x}", event.source_id.raw(), event.address.raw()),
           "nobody asked");
    return;
  }
  Flight &flight = found->second;
  flight.judged = true;
  flight.hit = event.hit;
  flight.to_post = event.verdict == bench::VerdictKind::kPost;
  golden::Verdict now = golden_->judge(flight.request);
  flight.later = stale_.find(flight.request, now);
  if (recorder_ != nullptr) recorder_->forget();
  if (same_kind(now, event)) {
    now = golden_->translate(flight.request);  // records the fault
    note_golden_consequences();
    if (recorder_ != nullptr) {
      // What becomes of a posting is known when its descriptor changes.
      flight.to_post ? recorder_->keep() : recorder_->request(flight.request, now);
    }
  } else if (event.verdict == bench::VerdictKind::kFault) {
    statistics_.fault_log_compared = false;
  }
  note_pages(flight.request, now);
  flight.later.insert(flight.later.begin(), std::move(now));
  if (event.verdict == bench::VerdictKind::kFault) {
    record_fault(event.reason, event.cycle, flight);
  }
}

// What a cache may hold from now on. The completion of a translation request does not tell all of
// its page, so the tables are asked what an access would meet.
void Lockstep::note_pages(const Request &request, const golden::Verdict &verdict) {
  if (request.at != AddressType::kTranslationRequest) {
    if (request.at == AddressType::kUntranslated) stale_.note(request, verdict);
    return;
  }
  for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite}) {
    Request access = request;
    access.at = AddressType::kUntranslated;
    access.kind = kind;
    const golden::Verdict page = would_be(access);
    if (std::holds_alternative<golden::Translation>(page)) stale_.note(access, page);
  }
}

void Lockstep::record_fault(FaultReason reason, std::uint64_t cycle, const Flight &flight) {
  statistics_.faults.push_back(
      {.record = golden::make_fault_record(config(), flight.request, reason),
       .request = flight.request,
       .cycle = cycle});
  if (observer_ != nullptr) {
    const Fault &fault = statistics_.faults.back();
    observer_->fault({.record = fault.record, .request = fault.request, .cycle = fault.cycle});
    if (recorder_ != nullptr) recorder_->forget();  // what the explanation looked at
  }
  disturb();  // its event message may be under way
}

bool Lockstep::legal(const Flight &flight, const Completion &completion) const {
  const bool aborted = completion.status == Completion::Status::kAborted;
  const auto agrees = [&](const golden::Verdict &verdict) {
    const auto *fault = std::get_if<golden::Fault>(&verdict);
    const bool aborts = fault != nullptr && fault->refusal == golden::Refusal::kCompleterAbort;
    if (trace::outcome_of(verdict) == outcome_beside(verdict, completion)) {
      return aborts == aborted;
    }
    // Let through to a place without RAM.
    const auto *translation = std::get_if<golden::Translation>(&verdict);
    return translation != nullptr && completion.status == Completion::Status::kMemoryError &&
           completion.address == translation->address;
  };
  return agrees(flight.at_submission) || std::ranges::any_of(flight.later, agrees);
}

// Whose memory a wrong access reached: another function would have come there by this address.
std::string Lockstep::owner_of(const Request &request, const Completion &completion) const {
  if (completion.status != Completion::Status::kOkay || !completion.address) return "";
  for (const auto &[source, traffic] : traffic_.sources()) {
    Request other = request;
    other.source_id = SourceId(source);
    const golden::Verdict verdict = would_be(other);
    const auto *translation = std::get_if<golden::Translation>(&verdict);
    if (translation == nullptr || translation->identity || !translation->domain ||
        translation->address != *completion.address) {
      continue;
    }
    return fmt::format("memory of domain {}, function {}", translation->domain->raw(),
                       golden::device_name(other.source_id));
  }
  return "";
}

void Lockstep::finish(Id id, Flight &flight, const bench::Outcome &outcome) {
  const Completion &completion = outcome.completion;
  const golden::Verdict &now = flight.later.empty() ? flight.at_submission : flight.later.front();
  const std::string what = describe(flight.request);
  if (flight.to_post) note_posting_fault(flight, outcome);
  if (!legal(flight, completion)) {
    differ(what, trace::to_string(trace::outcome_of(completion)),
           trace::to_string(trace::outcome_of(now)), owner_of(flight.request, completion));
  } else if (outcome_beside(now, completion) != trace::outcome_of(now) &&
             completion.status != Completion::Status::kMemoryError) {
    const bool cached = std::ranges::any_of(flight.later, [&](const golden::Verdict &verdict) {
      return trace::outcome_of(verdict) == outcome_beside(verdict, completion);
    });
    ++(cached ? statistics_.stale : statistics_.raced);
  }
  const std::string bytes = observed_.check(flight.request, flight.axi_id, flight.data, completion);
  if (!bytes.empty()) differ(what, bytes, "the bytes arrive where and as they should");
  count(flight, completion, outcome.done_cycle - outcome.submitted_cycle);
  if (observer_ != nullptr) {
    observer_->request(report::seen_request(flight.request, outcome, now));
  }
  finished_.push_back({id, completion});
}

void Lockstep::count_traffic(const Flight &flight, const Completion &completion, bool interrupt,
                             std::uint64_t cycles) {
  const golden::Verdict &verdict =
      flight.later.empty() ? flight.at_submission : flight.later.front();
  const Request &request = flight.request;
  const bool okay = completion.status == Completion::Status::kOkay;
  Traffic::Answer answer{.source = request.source_id,
                         .kind = request.kind,
                         .interrupt = interrupt,
                         .blocked = completion.status == Completion::Status::kBlocked,
                         .hit = flight.hit,
                         .bytes = okay ? request.bytes : 0};
  if (const auto *translation = std::get_if<golden::Translation>(&verdict); okay && translation) {
    answer.domain = translation->domain;
  }
  const auto *remapped = std::get_if<golden::Interrupt>(&verdict);
  const bool by_entry = (remapped != nullptr && remapped->remapped) ||
                        std::holds_alternative<golden::Posting>(verdict);
  if (okay && by_entry) answer.interrupt_index = index_of(request);
  answer.cycles = cycles;
  traffic_.answered(answer);
}

void Lockstep::count_translation(const Request &request, const golden::Verdict &verdict,
                                 const Completion &completion) {
  ++statistics_.translation_requests;
  const auto *golden = std::get_if<golden::TranslationCompletion>(&verdict);
  if (golden != nullptr && golden->entry.grants()) ++statistics_.golden_translations_granted;
  if (completion.status != Completion::Status::kOkay) return;
  const TranslationEntry entry{golden::from_little_endian<std::uint64_t>(completion.data)};
  if (entry.grants()) ++statistics_.translations_granted;
  grants_.granted(request.source_id, request.address, entry);
}

void Lockstep::count(const Flight &flight, const Completion &completion, std::uint64_t cycles) {
  const golden::Verdict &verdict =
      flight.later.empty() ? flight.at_submission : flight.later.front();
  if (flight.request.at == AddressType::kTranslationRequest) {
    count_translation(flight.request, verdict, completion);
    return;
  }
  const bool blocked = completion.status == Completion::Status::kBlocked;
  const auto *interrupt = std::get_if<golden::Interrupt>(&verdict);
  const bool interrupt_range = (flight.request.address.raw() >> 20) == 0xFEE;
  const bool posted = std::holds_alternative<golden::Posting>(verdict);
  const bool as_interrupt =
      completion.interrupt || interrupt != nullptr || posted || (blocked && interrupt_range);
  count_traffic(flight, completion, as_interrupt, cycles);
  if (as_interrupt) {
    ++statistics_.interrupts;
    if (blocked) {
      ++statistics_.interrupts_blocked;
    } else if (posted) {
      ++statistics_.interrupts_posted;
    } else if (interrupt != nullptr && interrupt->remapped) {
      ++statistics_.interrupts_remapped;
    } else {
      ++statistics_.interrupts_unchanged;
    }
    return;
  }
  ++(flight.request.kind == AccessKind::kRead ? statistics_.dma_reads : statistics_.dma_writes);
  if (blocked) ++statistics_.dma_blocked;
  if (!flight.granted) ++statistics_.not_granted;
  if (completion.status != Completion::Status::kOkay) return;
  statistics_.dma_bytes += flight.request.bytes;
  const auto *translation = std::get_if<golden::Translation>(&verdict);
  if (translation == nullptr) return;
  if (flight.request.at == AddressType::kTranslated) {
    ++statistics_.dma_by_device_tlb;
    if (!flight.granted) ++statistics_.not_granted_passed;
    return;
  }
  ++(translation->identity ? statistics_.dma_identity : statistics_.dma_translated);
}

}  // namespace dmar::cosim
