// SPDX-License-Identifier: Apache-2.0
// The machinery: time, registers, queue, requests. Runs and triggers: rig_run.cpp.
#include "rig.hpp"

#include <fmt/format.h>

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {
namespace {

constexpr HostAddr kQueue{0x3000'0000};
constexpr std::uint32_t kSlots = 256;
constexpr HostAddr kStatus{0x3000'2000};
constexpr std::uint64_t kBound = 20'000;
constexpr unsigned kFirstVersionWithoutRegisters = 6;

RtlOptions options(const Situation &situation, std::uint64_t seed) {
  RtlOptions options{.seed = seed};
  options.table_memory.min_latency = options.table_memory.max_latency = situation.table_latency;
  options.dma_memory.min_latency = options.dma_memory.max_latency = situation.dma_latency;
  if (seed == 1) return options;
  Random random(seed, 60);
  for (MemoryTiming *timing : {&options.table_memory, &options.dma_memory}) {
    timing->min_latency += static_cast<unsigned>(random.below(6));
    timing->max_latency = timing->min_latency + static_cast<unsigned>(random.below(12));
    timing->reorder = random.percent(50);
    timing->stall_percent = random.percent(50) ? 0 : static_cast<unsigned>(random.below(30));
  }
  return options;
}

// The data of an interrupt is part of the request; any other write brings its pattern.
std::vector<std::uint8_t> data_of(const Request &request) {
  std::vector<std::uint8_t> data;
  if (!in_interrupt_range(request.address.raw())) return data;
  for (unsigned k = 0; k < 4; ++k) {
    data.push_back(static_cast<std::uint8_t>(request.message_data >> (8 * k)));
  }
  return data;
}

}  // namespace

Rig::Rig(const std::string &model, const Situation &situation, const Trigger &trigger,
         std::uint64_t seed)
    : situation_(situation),
      trigger_(trigger),
      unit_(make_rtl(model, options(situation, seed))),
      ledger_(unit_->memory()),
      scoreboard_(unit_->config(), unit_->memory()),
      oracle_(unit_->config(), unit_->memory(), scoreboard_),
      versions_(unit_->memory(), unit_->config(), trigger.change),
      random_(seed, 61),
      seed_(seed),
      queue_(trigger.path == Trigger::Path::kQueue || about_interrupts(trigger.change) ||
             unit_->config().version_major >= kFirstVersionWithoutRegisters) {
  unit_->memory().record_history(true);
  start_up();
}

void Rig::tick() {
  unit_->step();
  for (const StatusWrite &write : unit_->take_status_writes()) oracle_.note_status_write(write);
  ledger_.end_cycle(unit_->take_dma_accesses());
  unit_->take_verdicts();
  collect();
}

void Rig::tick_until(const std::function<bool()> &done, const char *what) {
  const std::uint64_t start = cycle();
  while (!done()) {
    if (cycle() - start > kBound) {
      throw HangError(fmt::format("{} did not end within {} cycles", what, kBound));
    }
    tick();
  }
}

void Rig::write(std::uint32_t offset, unsigned bytes, std::uint64_t value) {
  oracle_.write(offset, bytes, value, cycle());
  unit_->start_write(offset, bytes, value);
  tick_until([this] { return !unit_->register_busy(); }, "a register write");
}

void Rig::poll(std::uint32_t offset, unsigned bytes, std::uint64_t bits, bool set) {
  const std::uint64_t start = cycle();
  while (true) {
    unit_->start_read(offset, bytes);
    tick_until([this] { return !unit_->register_busy(); }, "a register read");
    if (((unit_->register_result() & bits) != 0) == set) break;
    if (cycle() - start > kBound) {
      throw HangError(fmt::format("register {:#x}: bits {:#x} never changed", offset, bits));
    }
  }
  oracle_.note_all_done(cycle());
}

void Rig::start_up() {
  write(reg::kRtaddr, 8, versions_.root(0).raw());
  write(reg::kGcmd, 4, gcmd::kSrtp);
  poll(reg::kGsts, 4, gsts::kRtps, true);
  if (queue_) {
    write(reg::kIqa, 8, kQueue.raw());
    levels_ = gcmd::kQie;
    write(reg::kGcmd, 4, levels_);
    poll(reg::kGsts, 4, gsts::kQies, true);
  }
  if (about_interrupts(trigger_.change)) {
    write(reg::kIrta, 8, versions_.interrupt_table(0).raw() | Versions::kInterruptSize);
    write(reg::kGcmd, 4, levels_ | gcmd::kSirtp);
    poll(reg::kGsts, 4, gsts::kIrtps, true);
    levels_ |= gcmd::kIre;
    write(reg::kGcmd, 4, levels_);
    poll(reg::kGsts, 4, gsts::kIres, true);
  }
  levels_ |= gcmd::kTe;
  write(reg::kGcmd, 4, levels_);
  poll(reg::kGsts, 4, gsts::kTes, true);
}

void Rig::push(const QueueDescriptor &descriptor) {
  const HostAddr slot(kQueue.raw() + 16 * tail_);
  unit_->memory().write64(slot, descriptor.lo);
  unit_->memory().write64(HostAddr(slot.raw() + 8), descriptor.hi);
  tail_ = (tail_ + 1) % kSlots;
}

void Rig::push_wait() {
  push(
      wait_descriptor({.status_write = true, .status_address = kStatus, .status_data = ++status_}));
}

// Nothing of an earlier run is left in a cache.
void Rig::flush_everything() {
  if (queue_) {
    push(context_descriptor({}));
    push(iotlb_descriptor({}));
    if (about_interrupts(trigger_.change)) push(interrupt_descriptor({}));
    push_wait();
    write(reg::kIqt, 8, 16 * tail_);
    tick_until([this] { return oracle_.status_writes_due() == 0; }, "the queue");
    return;
  }
  const auto global = std::uint64_t{granularity::kGlobal};
  write(reg::kCcmd, 8, ccmd::kIcc | (global << ccmd::kCirgShift));
  poll(reg::kCcmd, 8, ccmd::kIcc, false);
  write(reg::kIotlb, 8, iotlb::kIvt | (global << iotlb::kIirgShift));
  poll(reg::kIotlb, 8, iotlb::kIvt, false);
}

// An AXI ID of its own for each request, as far as they go, so that none waits for another one.
void Rig::submit(const Request &request, bool probe) {
  const std::uint8_t id = next_id_++ % static_cast<std::uint8_t>(unit_->ids());
  const std::vector<std::uint8_t> data = data_of(request);
  flights_.push_back({unit_->submit(request, data, id), request, id, probe});
}

void Rig::collect() {
  std::erase_if(flights_, [this](const Flight &flight) {
    const std::optional<Outcome> outcome = unit_->poll(flight.handle);
    if (outcome) finish(flight, *outcome);
    return outcome.has_value();
  });
}

void Rig::finish(const Flight &flight, const Outcome &outcome) {
  std::optional<DmaAccess> access;
  const Completion &completion = outcome.completion;
  std::uint64_t reached = 0;
  if (completion.interrupt) reached = completion.interrupt->address;
  if (completion.address) reached = completion.address->raw();
  if (reached != 0) access = ledger_.claim(flight.request, flight.id, reached);
  const Scoreboard::Checked checked = scoreboard_.check(flight.request, data_of(flight.request),
                                                        outcome, access ? &*access : nullptr);
  if (reached == 0) throw Mismatch("a request was refused, which neither version does");
  const bool is_new = reached == versions_.reached(next_, flight.request);
  if (!is_new && reached != versions_.reached(version_, flight.request)) {
    throw Mismatch(fmt::format("an answer of neither version: {:#x}", reached));
  }
  const bool tells =
      versions_.reached(version_, flight.request) != versions_.reached(next_, flight.request);
  if (flight.probe && tells) ++(is_new ? orders_.new_answers : orders_.old_answers);
  if (confirming_ && !flight.probe && (checked.legal != 1 || !is_new)) {
    throw Mismatch(fmt::format("after completion {} answers are legal, the answer is {}",
                               checked.legal, is_new ? "new" : "old"));
  }
}

void Rig::warm_up() {
  for (const Request &request : situation_.warm) {
    submit(request, false);
    drain();
  }
}

}  // namespace dmar::bench
