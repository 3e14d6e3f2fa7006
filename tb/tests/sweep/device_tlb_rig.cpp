// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "device_tlb_rig.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "dmar/structures.hpp"
#include "golden/little_endian.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {
namespace {

constexpr SourceId kDevice = bdf(0, 4, 0);
constexpr Iova kIova{0x3'4567'8000};
constexpr std::array<std::uint64_t, 2> kHost{0x4000'0000, 0x6000'0000};
constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kBound = 20'000;
constexpr unsigned kPace = 9;           // cycles between two requests of the device
constexpr std::size_t kMostWrites = 4;  // under way at a time
constexpr unsigned kAfterwards = 150;   // cycles in which the old place is watched
constexpr unsigned kLate = 100;         // cycles that a hasty device keeps a write back

// The context entry goes as well, so that translated writes walk, longer than a wait takes that
// does not look at them.
bool with_context(std::uint64_t seed) { return seed % 2 == 0; }

RtlOptions options(std::uint64_t seed) {
  RtlOptions options{.seed = seed};
  Random random(seed, 70);
  const auto timing = [&random, seed](MemoryTiming &timing, unsigned slow) {
    timing.min_latency = timing.max_latency = slow;
    if (seed == 1) return;
    timing.max_latency += static_cast<unsigned>(random.below(20));
    timing.reorder = random.percent(50);
    timing.stall_percent = random.percent(50) ? 0 : static_cast<unsigned>(random.below(30));
  };
  timing(options.table_memory, with_context(seed) ? 30 : 3);
  timing(options.dma_memory, 24);  // longer than an invalidation of one page
  if (seed != 1) options.message_stall_percent = static_cast<unsigned>(random.below(40));
  return options;
}

}  // namespace

DeviceTlbRig::DeviceTlbRig(const std::string &model, Habit habit, Manners manners,
                           std::uint64_t seed)
    : habit_(habit),
      manners_(manners),
      seed_(seed),
      unit_(make_rtl(model, options(seed))),
      tables_(unit_->memory(), unit_->config()),
      domain_(tables_.create_domain({.id = 1, .levels = 4})),
      driver_(*unit_) {
  domain_.map(kIova, HostAddr(kHost[0]));
  tables_.attach(kDevice, domain_, {.device_tlb = true});
  driver_.set_root_pointer(tables_.root_table());
  driver_.enable_queue();
  driver_.enable_translation();
}

std::uint64_t DeviceTlbRig::host(unsigned version) const { return kHost[version]; }

void DeviceTlbRig::publish(unsigned version) {
  version_ = version;
  unit_->memory().write64(tables_.entry_address(domain_, kIova, 1),
                          host(version) | second_stage::kRead | second_stage::kWrite);
}

// Places of the page are used in turn, so that requests in flight differ.
Request DeviceTlbRig::translated_write() {
  place_ = (place_ + 16) % kPage;
  return {.source_id = kDevice,
          .address = Iova(*entry_ + place_),
          .kind = AccessKind::kWrite,
          .bytes = 16,
          .at = AddressType::kTranslated};
}

bool DeviceTlbRig::awaits_translation() const {
  return std::ranges::any_of(flights_, [](const Flight &flight) {
    return flight.request.at == AddressType::kTranslationRequest;
  });
}

void DeviceTlbRig::send(const Request &request) {
  flights_.push_back({unit_->submit(request), request});
}

void DeviceTlbRig::hold_answers(bool hold) { unit_->accept_device_answers(!hold, true); }

void DeviceTlbRig::act() {
  if (late_write_ && cycle() >= late_write_at_) {
    send(*late_write_);
    late_write_.reset();
  }
  if (!active_ || cycle() < next_act_ || flights_.size() >= kMostWrites) return;
  next_act_ = cycle() + kPace;
  if (!entry_) {
    if (awaits_translation()) return;
    send({.source_id = kDevice,
          .address = kIova,
          .bytes = 8,
          .at = AddressType::kTranslationRequest});
    return;
  }
  send(translated_write());
  if (habit_ == Habit::kAsksAgain) entry_.reset();
  if (habit_ == Habit::kMixed) {
    send({.source_id = kDevice,
          .address = Iova(kIova.raw() + place_),
          .kind = AccessKind::kWrite,
          .bytes = 16});
  }
}

void DeviceTlbRig::obey(const InvalidateRequest &request) {
  if (request.source_id != kDevice || request.base() > kIova.raw() ||
      request.base() + request.bytes() <= kIova.raw()) {
    throw Mismatch(fmt::format("an invalidate request for {:#x} of {:04x}", request.base(),
                               request.source_id.raw()));
  }
  owed_.push_back(request);
  hold_answers(false);
  if (entry_ && active_ && manners_ == Manners::kHasty) {
    late_write_ = translated_write();
    late_write_at_ = cycle() + kLate;
  } else if (entry_ && active_) {
    // The last write by the old translation is given to the port in this very cycle.
    send(translated_write());
  }
  if (manners_ != Manners::kStale) entry_.reset();
  for (Flight &flight : flights_) {
    if (flight.request.at == AddressType::kTranslationRequest && manners_ != Manners::kBelated) {
      flight.forgotten = true;
    }
    if (flight.request.at == AddressType::kTranslated) before_.push_back(flight.handle);
  }
}

void DeviceTlbRig::complete() {
  if (owed_.empty()) return;
  const bool accepted = std::ranges::all_of(
      before_, [this](RtlIommu::Handle handle) { return unit_->accepted(handle); });
  if (!accepted) return;
  before_.clear();
  for (const InvalidateRequest &request : std::exchange(owed_, {})) {
    unit_->send_completion({.source_id = kDevice, .itags = 1U << request.itag, .count = 1});
  }
}

void DeviceTlbRig::finish(const Flight &flight, const Outcome &outcome) {
  if (outcome.completion.status != Completion::Status::kOkay) {
    throw Mismatch("a request was refused, which neither version does");
  }
  if (flight.request.at != AddressType::kTranslationRequest) return;
  const TranslationEntry entry{
      golden::from_little_endian<std::uint64_t>(std::span(outcome.completion.data).first(8))};
  const bool known = entry.base() == host(0) || entry.base() == host(1);
  if (!entry.has(TranslationEntry::kRead) || !entry.has(TranslationEntry::kWrite) || !known ||
      entry.bytes() != kPage) {
    throw Mismatch(fmt::format("completion entry {:#x} is of neither version", entry.raw));
  }
  const bool is_new = entry.base() == host(version_);
  ++(is_new ? orders_.new_answers : orders_.old_answers);
  if (!flight.forgotten) entry_ = entry.base();
}

void DeviceTlbRig::look_at_memory() {
  for (const AxiAccess &access : unit_->take_dma_accesses()) {
    const bool is_new = (access.address.address & ~(kPage - 1)) == host(version_);
    ++(is_new ? orders_.new_writes : orders_.old_writes);
    if (complete_ && !is_new) {
      throw Mismatch(
          fmt::format("{:#x} was written after the wait was complete", access.address.address));
    }
  }
}

void DeviceTlbRig::tick() {
  unit_->step();
  unit_->take_verdicts();
  look_at_memory();
  std::erase_if(flights_, [this](const Flight &flight) {
    const std::optional<Outcome> outcome = unit_->poll(flight.handle);
    if (outcome) finish(flight, *outcome);
    return outcome.has_value();
  });
  for (const InvalidateRequest &request : unit_->take_invalidate_requests()) obey(request);
  complete();
  act();
}

void DeviceTlbRig::ring() {
  if (with_context(seed_)) driver_.push(context_descriptor({}));
  driver_.push(iotlb_descriptor(
      {.granularity = granularity::kDeviceOrPage, .domain = domain_.id().raw(), .address = kIova}));
  driver_.push({.lo = 3U | (std::uint64_t{kDevice.raw()} << 32), .hi = kIova.raw()});
  ticket_ = driver_.push_wait();
  unit_->start_write(reg::kIqt, 8, driver_.tail());
}

void DeviceTlbRig::wait_until_complete() {
  const std::uint64_t start = cycle();
  while (!driver_.wait_completed(ticket_)) {
    if (cycle() - start > kBound) throw HangError("the wait descriptor did not complete");
    tick();
  }
}

void DeviceTlbRig::run(int offset) {
  // Quiet, and nothing cached anywhere.
  active_ = complete_ = false;
  while (!flights_.empty()) tick();
  entry_.reset();
  ring();
  wait_until_complete();
  while (unit_->register_busy()) tick();
  if (habit_ != Habit::kAsksOnce && habit_ != Habit::kOvertaken) {
    active_ = true;
    const std::uint64_t writes = orders_.new_writes;
    while (orders_.new_writes == writes) tick();
    active_ = habit_ != Habit::kAsksAgain;
  }
  const std::uint64_t origin = cycle();
  const std::uint64_t device_at = origin + static_cast<std::uint64_t>(std::max(0, -offset));
  const std::uint64_t ring_at = origin + static_cast<std::uint64_t>(std::max(0, offset));
  bool rung = false;
  while (!rung || cycle() <= device_at) {
    if (cycle() == device_at) {
      active_ = true;
      hold_answers(habit_ == Habit::kOvertaken && owed_.empty() && !rung);
      next_act_ = cycle();
    }
    if (cycle() == ring_at) {
      publish(1 - version_);
      ring();
      rung = true;
    }
    tick();
  }
  wait_until_complete();
  for (const AddressBeat &burst : unit_->dma_under_way()) {
    if ((burst.address & ~(kPage - 1)) != host(version_)) {
      throw Mismatch(fmt::format("{:#x} is still under way after completion", burst.address));
    }
  }
  complete_ = true;
  for (unsigned n = 0; n < kAfterwards; ++n) tick();
  ++orders_.runs;
}

}  // namespace dmar::bench
