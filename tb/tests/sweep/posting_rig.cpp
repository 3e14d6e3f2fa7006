// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "posting_rig.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dmar/structures.hpp"
#include "golden/little_endian.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {
namespace {

constexpr SourceId kDevice = bdf(0, 4, 0);
constexpr unsigned kIndex = 5;
constexpr unsigned kSizeExponent = 3;
constexpr std::array<std::uint64_t, 2> kTables{0x3000'0000, 0x3001'0000};
constexpr std::array<std::uint64_t, 2> kDescriptors{0x5000'0040, 0x5000'1080};
constexpr std::array<unsigned, 2> kVectors{0x53, 0xE1};
constexpr std::array<unsigned, 2> kNotifications{0xA0, 0xA1};
constexpr std::uint64_t kBound = 20'000;
constexpr unsigned kAfterwards = 60;  // cycles in which nothing more may come

std::uint64_t control(unsigned way) { return PostedDescriptor::notify(kNotifications[way], 6); }

// Each step of a posting takes so long that the next one is not reached by chance.
RtlOptions options(std::uint64_t seed) {
  RtlOptions options{.seed = seed};
  if (seed == 1) {
    options.table_memory.min_latency = options.table_memory.max_latency = 5;
    return options;
  }
  Random random(seed, 71);
  options.table_memory = {.min_latency = 1,
                          .max_latency = 4 + static_cast<unsigned>(random.below(25)),
                          .reorder = true,
                          .stall_percent = static_cast<unsigned>(random.below(30))};
  options.device_stall_percent = static_cast<unsigned>(random.below(30));
  return options;
}

}  // namespace

PostingRig::PostingRig(const std::string &model, PostingChange change, bool cached,
                       std::uint64_t seed)
    : change_(change),
      cached_(cached),
      unit_(make_rtl(model, options(seed))),
      driver_(*unit_),
      ways_{Way{PostedDescriptor(unit_->memory(), HostAddr(kDescriptors[0])),
                InterruptTable(unit_->memory(), HostAddr(kTables[0]), kSizeExponent)},
            Way{PostedDescriptor(unit_->memory(), HostAddr(kDescriptors[1])),
                InterruptTable(unit_->memory(), HostAddr(kTables[1]), kSizeExponent)}} {
  for (unsigned way = 0; way < 2; ++way) {
    ways_[way].table.set_raw(kIndex, entry(way).lo(), entry(way).hi());
  }
  driver_.enable_queue();
  driver_.set_interrupt_table(HostAddr(kTables[0]), kSizeExponent);
  driver_.enable_interrupt_remapping();
}

PostedEntry PostingRig::entry(unsigned way) {
  return {.vector = kVectors[way], .descriptor = HostAddr(kDescriptors[way])};
}

// Only a new table brings another one.
InterruptTable &PostingRig::table(unsigned way) {
  return ways_[change_ == PostingChange::kNewTable ? way : 0].table;
}

bool PostingRig::by_queue() const {
  return change_ != PostingChange::kNewTable && change_ != PostingChange::kRemappingOff;
}

void PostingRig::tick() {
  unit_->step();
  unit_->take_verdicts();
  unit_->take_dma_accesses();
  for (const Message &message : unit_->take_messages()) {
    const auto known = std::ranges::find(kNotifications, message.data & 0xFF);
    if (known == kNotifications.end()) throw Mismatch("a message that nobody asked for");
    ++ways_.at(static_cast<std::size_t>(known - kNotifications.begin())).notifications;
  }
}

RtlIommu::Handle PostingRig::send() {
  const Request request{.source_id = kDevice,
                        .address = Iova(0xFEE0'0000 | interrupt_request::kRemappable | kIndex << 5),
                        .kind = AccessKind::kWrite,
                        .bytes = 4};
  return unit_->submit(request, golden::to_little_endian(std::uint32_t{0}));
}

Outcome PostingRig::finish(RtlIommu::Handle handle) {
  const std::uint64_t start = cycle();
  while (true) {
    if (const std::optional<Outcome> outcome = unit_->poll(handle)) return *outcome;
    if (cycle() - start > kBound) throw HangError("the interrupt was not answered");
    tick();
  }
}

void PostingRig::empty_descriptors() {
  for (unsigned way = 0; way < 2; ++way) {
    ways_[way].descriptor.clear(control(way));
    ways_[way].notifications = 0;
  }
}

// Quiet, both descriptors empty, and the entry of the way in force cached or not.
void PostingRig::prepare() {
  driver_.invalidate(InterruptScope{});
  empty_descriptors();
  if (cached_) finish(send());
  for (unsigned n = 0; n < kAfterwards; ++n) tick();
  empty_descriptors();
  if (change_ == PostingChange::kNewTable) {
    driver_.write64(reg::kIrta, kTables[1 - way_] | kSizeExponent);
  }
}

void PostingRig::start_change() {
  const unsigned next = 1 - way_;
  polling_ = false;
  if (change_ == PostingChange::kNewTable) {
    return unit_->start_write(reg::kGcmd, 4, gcmd::kQie | gcmd::kIre | gcmd::kSirtp);
  }
  if (change_ == PostingChange::kRemappingOff) {
    return unit_->start_write(reg::kGcmd, 4, gcmd::kQie);
  }
  if (change_ != PostingChange::kWait) {
    table(next).set_raw(kIndex, entry(next).lo(), entry(next).hi());
    const bool all = change_ == PostingChange::kAllEntries;
    driver_.push(interrupt_descriptor({.all = all, .index = all ? 0U : kIndex}));
  }
  ticket_ = driver_.push_wait();
  unit_->start_write(reg::kIqt, 8, driver_.tail());
}

bool PostingRig::change_complete() {
  if (by_queue()) return driver_.wait_completed(ticket_);
  if (unit_->register_busy()) return false;
  if (polling_) {
    const std::uint64_t status = unit_->register_result();
    const bool off = change_ == PostingChange::kRemappingOff;
    if (off ? (status & gsts::kIres) == 0 : (status & gsts::kIrtps) != 0) return true;
  }
  polling_ = true;
  unit_->start_read(reg::kGsts, 4);
  return false;
}

// The way that the interrupt went: to one descriptor as it has to, and not to the other one.
unsigned PostingRig::way_of(const Outcome &outcome) {
  const Completion &completion = outcome.completion;
  if (completion.status != Completion::Status::kOkay) throw Mismatch("the interrupt was refused");
  if (completion.interrupt) {
    if (change_ != PostingChange::kRemappingOff) throw Mismatch("the interrupt was not posted");
    for (unsigned way = 0; way < 2; ++way) expect_untouched(way);
    return 1 - way_;
  }
  if (!outcome.posting) throw Mismatch("the interrupt went nowhere");
  const unsigned way = outcome.posting->descriptor.raw() == kDescriptors[0] ? 0 : 1;
  const PostedDescriptor &descriptor = ways_[way].descriptor;
  auto words = descriptor.words();
  const std::uint64_t vector = bit(kVectors[way] % 64);
  if ((words[kVectors[way] / 64] ^ vector) != 0 ||
      words[4] != (control(way) | PostedDescriptor::kOn)) {
    throw Mismatch(fmt::format("descriptor {} holds {:x}, {:x}, {:x}, {:x}, {:x}", way, words[0],
                               words[1], words[2], words[3], words[4]));
  }
  if (ways_[way].notifications != 1) {
    throw Mismatch(fmt::format("{} notifications", ways_[way].notifications));
  }
  expect_untouched(1 - way);
  return way;
}

void PostingRig::expect_untouched(unsigned way) {
  std::array<std::uint64_t, PostedDescriptor::kWords> empty{};
  empty[4] = control(way);
  if (ways_[way].descriptor.words() != empty || ways_[way].notifications != 0) {
    throw Mismatch(fmt::format("descriptor {} was touched as well", way));
  }
}

void PostingRig::set_remapping(bool on) {
  if (change_ != PostingChange::kRemappingOff) return;
  const std::uint32_t status = on ? gsts::kIres : 0;
  driver_.write32(reg::kGcmd, gcmd::kQie | (on ? gcmd::kIre : 0));
  driver_.poll32(reg::kGsts, gsts::kIres, status, "IRES");
}

// From now on there is one way.
void PostingRig::confirm() {
  empty_descriptors();
  const bool turned_off = change_ == PostingChange::kRemappingOff;
  const unsigned expected = change_ == PostingChange::kWait ? way_ : 1 - way_;
  const Outcome outcome = finish(send());
  for (unsigned n = 0; n < kAfterwards; ++n) tick();
  if (way_of(outcome) != expected) throw Mismatch("the old entry is still in use");
  if (!turned_off) way_ = expected;
  set_remapping(true);
}

void PostingRig::run(int offset) {
  prepare();
  const std::uint64_t origin = cycle();
  const std::uint64_t send_at = origin + static_cast<std::uint64_t>(std::max(0, -offset));
  const std::uint64_t change_at = origin + static_cast<std::uint64_t>(std::max(0, offset));
  std::optional<RtlIommu::Handle> handle;
  bool started = false;
  std::optional<std::array<std::uint64_t, PostedDescriptor::kWords>> left;
  std::uint64_t notified = 0;
  std::optional<Outcome> outcome;
  const unsigned old_way = way_;
  const auto complete = [&] { return left.has_value(); };
  while (!outcome || !complete()) {
    if (cycle() - origin > kBound) throw HangError("the change or the interrupt did not end");
    if (cycle() == send_at) handle = send();
    if (cycle() == change_at) {
      start_change();
      started = true;
    }
    tick();
    if (handle && !outcome) outcome = unit_->poll(*handle);
    if (started && !complete() && change_complete()) {
      left = ways_[old_way].descriptor.words();
      notified = ways_[old_way].notifications;
    }
  }
  for (unsigned n = 0; n < kAfterwards; ++n) tick();
  const unsigned way = way_of(*outcome);
  const bool late =
      ways_[old_way].descriptor.words() != *left || ways_[old_way].notifications != notified;
  // A wait for what is under way knows nothing of what comes after it.
  if (late && change_ != PostingChange::kWait) {
    throw Mismatch("the old way was still gone after the change was complete");
  }
  ++(way == old_way ? orders_.old_ways : orders_.new_ways);
  confirm();
  ++orders_.runs;
}

}  // namespace dmar::bench
