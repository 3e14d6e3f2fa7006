// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "fuzz/traffic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "bench/dma_burst.hpp"
#include "dmar/structures.hpp"
#include "golden/little_endian.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {
namespace {

AccessKind random_kind(Random &random) {
  const std::uint64_t roll = random.below(20);
  if (roll == 0) return AccessKind::kAtomic;
  if (roll <= 2) return AccessKind::kZeroLengthRead;
  return roll < 11 ? AccessKind::kRead : AccessKind::kWrite;
}

std::uint32_t random_bytes(Random &random) {
  if (random.percent(3)) return 4096;
  if (random.percent(50)) return 1U << random.below(5);
  return 1 + static_cast<std::uint32_t>(random.below(random.percent(90) ? 160 : 4096));
}

}  // namespace

Traffic::Traffic(RtlIommu &unit, World &world, Checkers checkers, const FuzzCase &one)
    : unit_(unit),
      world_(world),
      checkers_(checkers),
      features_(one.features),
      random_(one.seed, 42) {}

Request Traffic::interrupt_request() {
  Request request;
  request.source_id = world_.random_device();
  if (random_.percent(80)) {
    const Message message = world_.random_message();
    request.address = Iova(message.address);
    request.kind = AccessKind::kWrite;
    request.message_data = message.data;
  } else {
    request.address = Iova(0xFEE0'0000 + (random_.below(0x10'0000) & ~0x7FULL));
    request.kind = random_kind(random_);
    request.bytes = random_.percent(50) ? 4 : 1 + static_cast<std::uint32_t>(random_.below(32));
    request.message_data = static_cast<std::uint32_t>(random_.next());
  }
  // Then it is no interrupt request, and may not pass for one either.
  if (features_.has(Feature::kOddRequests) && random_.percent(5)) request.pasid = Pasid(7);
  return request;
}

Request Traffic::ats_request() {
  const bool again = last_ && random_.percent(35);
  Request request{.source_id = again ? last_->source_id : world_.random_device(),
                  .address = world_.random_page()};
  if (random_.percent(60)) {
    if (again) request.address = Iova(last_->address.raw() & ~0xFFFULL);
    request.address = Iova(request.address.raw() + 8 * random_.below(512));
    if (random_.percent(4)) request.address = Iova(0xFEE0'0000 + 8 * random_.below(0x2'0000));
    request.bytes = random_.percent(98) ? 8 : 4;
    request.at = AddressType::kTranslationRequest;
    request.no_write = random_.percent(30);
    return request;
  }
  request.at = AddressType::kTranslated;
  request.kind = random_kind(random_);
  request.bytes = random_bytes(random_);
  const std::uint64_t offset = random_.below(4096 - request.bytes + 1);
  if (learned_ && random_.percent(60)) {
    const std::uint64_t pages = std::max<std::uint64_t>(learned_->bytes() / 4096, 1);
    request.address = Iova(learned_->base() + 4096 * random_.below(pages) + offset);
  } else {
    const std::uint64_t page =
        random_.percent(70) ? world_.random_frame().raw() : request.address.raw();
    request.address = Iova(page + offset);
  }
  request.no_snoop = random_.percent(15);
  return request;
}

Request Traffic::random_request() {
  const bool interrupt = random_.percent(interrupts_);
  if (interrupt && features_.has(Feature::kInterrupts)) return interrupt_request();
  if (features_.has(Feature::kAts) && unit_.config().device_tlb && random_.percent(25)) {
    return ats_request();
  }
  // Runs to one page let requests meet in one walk.
  const bool again = last_ && random_.percent(35);
  Request request{
      .source_id = again && random_.percent(70) ? last_->source_id : world_.random_device(),
      .address = again ? Iova(last_->address.raw() & ~0xFFFULL) : world_.random_page(),
      .kind = random_kind(random_),
      .bytes = random_bytes(random_)};
  const std::uint64_t room = 4096 - request.bytes + 1;
  request.address = Iova(request.address.raw() + random_.below(room));
  if (!features_.has(Feature::kOddRequests)) {
    if (request.kind == AccessKind::kAtomic) request.kind = AccessKind::kWrite;
    if (request.kind == AccessKind::kZeroLengthRead) request.kind = AccessKind::kRead;
    return request;
  }
  if (random_.percent(1)) request.at = AddressType(1 + random_.below(3));
  if (random_.percent(1)) {
    request.pasid = Pasid(static_cast<std::uint32_t>(random_.below(1 << 20)));
  }
  request.privileged = random_.percent(10);
  request.execute = request.kind == AccessKind::kRead && random_.percent(5);
  request.no_snoop = random_.percent(15);
  return request;
}

void Traffic::submit(const Request &request) {
  const Key key{request.source_id, request.address, request.kind};
  if (flights_.contains(key)) return;
  std::vector<std::uint8_t> data;
  if (is_write(request.kind)) {
    data.resize(request.bytes);
    for (std::uint8_t &byte : data) byte = static_cast<std::uint8_t>(random_.next());
    if (in_interrupt_range(request.address.raw()) && request.bytes == 4) {
      const auto bytes = golden::to_little_endian(request.message_data);
      data.assign(bytes.begin(), bytes.end());
    }
  }
  const auto id = static_cast<std::uint8_t>(random_.below(unit_.ids()));
  const RtlIommu::Handle handle = unit_.submit(request, data, id);
  flights_.emplace(key, Flight{.handle = handle, .request = request, .data = data, .id = id});
  ++issued_;
}

void Traffic::issue() {
  if (unit_.cycle() >= mood_ends_) {
    constexpr std::array<unsigned, 5> kLimits{1, 4, 12, 24, 32};
    constexpr std::array<unsigned, 5> kChances{2, 15, 40, 80, 100};
    limit_ = kLimits[random_.below(kLimits.size())];
    chance_ = kChances[random_.below(kChances.size())];
    constexpr std::array<unsigned, 4> kInterrupts{2, 5, 15, 60};
    interrupts_ = kInterrupts[random_.below(kInterrupts.size())];
    if (!features_.has(Feature::kOverlap)) limit_ = 1;
    mood_ends_ = unit_.cycle() + 50 + random_.below(400);
  }
  if (stopped_ || flights_.size() >= limit_ || !random_.percent(chance_)) return;
  last_ = random_request();
  submit(*last_);
}

void Traffic::note_verdicts() {
  for (const VerdictEvent &event : unit_.take_verdicts()) {
    const bool fault = event.verdict == VerdictKind::kFault;
    if (!fault && event.verdict != VerdictKind::kPost) continue;
    Flight &flight = flights_.at({event.source_id, event.address, event.kind});
    flight.fault = fault ? checkers_.faults.fault(flight.request, event.reason, event.cycle)
                         : checkers_.faults.posting(event.cycle);
  }
}

// The record of its fault was there before the device was answered.
void Traffic::finish_posting(Flight &flight, const Outcome &outcome,
                             const Scoreboard::Checked &checked) {
  PostedWorld *posted = world_.interrupts()->posted();
  if (posted != nullptr) posted->note_posted(checked.postings, outcome);
  const FaultReason reason = outcome.completion.reason;
  if (reason == FaultReason::kNone) return checkers_.faults.posted(flight.fault.value());
  checkers_.faults.posting_fault(
      flight.fault.value(),
      {.record = golden::make_fault_record(unit_.config(), flight.request, reason),
       .from = outcome.posting.value().cycle,
       .until = outcome.done_cycle,
       .may_be_recorded = checked.may_be_recorded,
       .may_be_suppressed = checked.may_be_suppressed});
}

void Traffic::finish(Flight &flight, const Outcome &outcome) {
  const VerdictKind verdict = outcome.verdict.verdict;
  std::optional<DmaAccess> access;
  if (outcome.completion.address || outcome.completion.interrupt) {
    const std::uint64_t address = outcome.completion.interrupt
                                      ? outcome.completion.interrupt->address
                                      : outcome.completion.address->raw();
    access = checkers_.ledger.claim(flight.request, flight.id, address);
  }
  const Scoreboard::Checked checked =
      checkers_.scoreboard.check(flight.request, flight.data, outcome, access ? &*access : nullptr);
  last_legal_ = checked.legal;
  if (verdict == VerdictKind::kPost) finish_posting(flight, outcome, checked);
  if (verdict == VerdictKind::kComplete && !outcome.completion.data.empty()) {
    const TranslationEntry entry{
        golden::from_little_endian<std::uint64_t>(outcome.completion.data)};
    if (entry.grants() && !entry.has(TranslationEntry::kUntranslated)) learned_ = entry;
  }
  if (verdict == VerdictKind::kFault) {
    checkers_.faults.resolve(flight.fault.value(), checked.may_be_recorded,
                             checked.may_be_suppressed);
  }
}

void Traffic::collect() {
  note_verdicts();
  for (auto flight = flights_.begin(); flight != flights_.end();) {
    const std::optional<Outcome> outcome = unit_.poll(flight->second.handle);
    if (outcome) finish(flight->second, *outcome);
    flight = outcome ? flights_.erase(flight) : std::next(flight);
  }
}

}  // namespace dmar::bench
