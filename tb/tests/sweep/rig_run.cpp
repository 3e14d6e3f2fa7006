// SPDX-License-Identifier: Apache-2.0
// One run: caches as the situation wants them, probes and trigger at their distance, and the proof
// that the new version alone is left.
#include <fmt/format.h>

#include <algorithm>

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"
#include "rig.hpp"
#include "scoreboard/mismatch.hpp"
#include "tables/interrupt_table.hpp"

namespace dmar::bench {
namespace {

using Path = Trigger::Path;

constexpr std::uint64_t kStallCycles = 200;  // every flush alone is shorter

std::uint64_t context_command(const ContextScope &scope) {
  return ccmd::kIcc | (std::uint64_t{scope.granularity} << ccmd::kCirgShift) |
         (std::uint64_t{scope.function_mask} << ccmd::kFmShift) |
         (std::uint64_t{scope.source_id.raw()} << ccmd::kSidShift) | scope.domain;
}

std::uint64_t iotlb_command(const IotlbScope &scope) {
  return iotlb::kIvt | (std::uint64_t{scope.granularity} << iotlb::kIirgShift) |
         (std::uint64_t{scope.domain} << iotlb::kDidShift);
}

// The same entry by an address and data that no probe uses.
Request same_interrupt(Request request) {
  constexpr unsigned kPart = 3;
  const unsigned index = interrupt_request::index(request.address.raw(), request.message_data);
  const Message message = remappable_message(index - kPart, kPart);
  request.address = Iova(message.address);
  request.message_data = message.data;
  return request;
}

}  // namespace

// The invalidation names the domain that the old version used.
Trigger::Scope Rig::scope() const {
  Trigger::Scope scope = step_ == Step::kFirst ? trigger_.scope : trigger_.then;
  if (auto *context = std::get_if<ContextScope>(&scope)) {
    context->domain = versions_.domain(version_);
  }
  if (auto *pages = std::get_if<IotlbScope>(&scope)) pages->domain = versions_.domain(version_);
  return scope;
}

Rig::Command Rig::command() const {
  switch (trigger_.change) {
    case Change::kRoot:
      return {levels_ | gcmd::kSrtp, gsts::kRtps, true};
    case Change::kInterruptTable:
      return {levels_ | gcmd::kSirtp, gsts::kIrtps, true};
    case Change::kInterruptEnable:
      if (versions_.remapping(next_)) return {levels_ | gcmd::kIre, gsts::kIres, true};
      return {levels_ & ~gcmd::kIre, gsts::kIres, false};
    default:
      if (versions_.translating(next_)) return {levels_ | gcmd::kTe, gsts::kTes, true};
      return {levels_ & ~gcmd::kTe, gsts::kTes, false};
  }
}

// Operands, so that one more write is enough.
void Rig::prepare_trigger() {
  step_ = Step::kFirst;
  if (trigger_.change == Change::kRoot) write(reg::kRtaddr, 8, versions_.root(next_).raw());
  if (trigger_.change == Change::kInterruptTable) {
    write(reg::kIrta, 8, versions_.interrupt_table(next_).raw() | Versions::kInterruptSize);
  }
  if (const auto operand = page_operand()) write(reg::kIva, 8, *operand);
}

std::optional<std::uint64_t> Rig::page_operand() const {
  const Trigger::Scope given = scope();
  const auto *pages = std::get_if<IotlbScope>(&given);
  if (pages == nullptr || trigger_.path != Path::kRegisters) return std::nullopt;
  return pages->address.raw() | (pages->leaf_only ? iotlb::kIvaIh : 0) | pages->address_mask;
}

void Rig::start_write(std::uint32_t offset, unsigned bytes, std::uint64_t value) {
  oracle_.write(offset, bytes, value, cycle());
  unit_->start_write(offset, bytes, value);
}

void Rig::push_trigger(const Trigger::Scope &given) {
  if (const auto *context = std::get_if<ContextScope>(&given)) push(context_descriptor(*context));
  if (const auto *pages = std::get_if<IotlbScope>(&given)) push(iotlb_descriptor(*pages));
  const auto *interrupts = std::get_if<InterruptScope>(&given);
  if (interrupts == nullptr) return;
  InterruptScope one = *interrupts;
  do {
    push(interrupt_descriptor(one));
    one.index += 1U << one.mask;
  } while (!one.all && one.index < 2U << Versions::kInterruptSize);
}

void Rig::start_trigger() {
  const Trigger::Scope given = scope();
  if (trigger_.path == Path::kCommand) {
    const std::uint32_t value = command().value;
    start_write(reg::kGcmd, 4, value);
    levels_ = value & ~(gcmd::kSrtp | gcmd::kSirtp);
    return;
  }
  const auto *context = std::get_if<ContextScope>(&given);
  const auto *pages = std::get_if<IotlbScope>(&given);
  if (trigger_.path == Path::kQueue) {
    push_trigger(given);
    push_wait();
    start_write(reg::kIqt, 8, 16 * tail_);
  } else if (context != nullptr) {
    start_write(reg::kCcmd, 8, context_command(*context));
  } else {
    start_write(reg::kIotlb, 8, iotlb_command(*pages));
  }
}

// Called once a cycle. The second step begins when the first is complete; the tables that it frees
// are used for something else as soon as it is complete too.
bool Rig::trigger_complete() {
  if (step_ == Step::kOperand) {
    if (unit_->register_busy()) return false;
    step_ = Step::kSecond;
    start_trigger();
    return false;
  }
  if (!step_complete()) return false;
  if (!in_two_steps(trigger_.change)) return true;
  if (step_ == Step::kSecond) {
    if (next_ != version_) versions_.reuse_freed(next_);
    return true;
  }
  check_drained();
  if (next_ != version_) versions_.publish_table(next_);
  step_ = Step::kSecond;
  if (const auto operand = page_operand()) {
    step_ = Step::kOperand;
    start_write(reg::kIva, 8, *operand);
  } else {
    start_trigger();
  }
  return false;
}

// A status write is seen at once, a register when a read of it comes back.
bool Rig::step_complete() {
  if (unit_->register_busy()) return false;
  if (trigger_.path == Path::kQueue) return oracle_.status_writes_due() == 0;
  if (polling_) {
    const std::uint64_t value = unit_->register_result();
    bool done = false;
    if (trigger_.path == Path::kCommand) {
      done = ((value & command().status) != 0) == command().set;
    } else {
      const bool context = std::holds_alternative<ContextScope>(trigger_.scope);
      done = (value & (context ? ccmd::kIcc : iotlb::kIvt)) == 0;
    }
    if (done) {
      polling_ = false;
      oracle_.note_all_done(cycle());
      return true;
    }
  }
  polling_ = true;
  if (trigger_.path == Path::kCommand) {
    unit_->start_read(reg::kGsts, 4);
  } else {
    const bool context = std::holds_alternative<ContextScope>(trigger_.scope);
    unit_->start_read(context ? reg::kCcmd : reg::kIotlb, 8);
  }
  return false;
}

// No access of the old version is left at memory, not even one that has only to be answered.
void Rig::check_drained() const {
  if (next_ == version_) return;
  for (const AddressBeat &burst : unit_->dma_under_way()) {
    for (const Flight &flight : flights_) {
      const std::uint64_t old = versions_.reached(version_, flight.request);
      if (burst.address == old && old != versions_.reached(next_, flight.request)) {
        throw Mismatch(fmt::format("{:#x} is still under way after completion", burst.address));
      }
    }
  }
}

// A read and a write to every probed page, an interrupt for every probed entry: by now with one
// legal answer.
void Rig::confirm() {
  constexpr std::uint64_t kRead = 0x800;  // places in the page that no probe uses
  constexpr std::uint64_t kWrite = 0xC00;
  confirming_ = true;
  std::vector<std::uint64_t> pages;
  for (const Probe &probe : situation_.probes) {
    if (in_interrupt_range(probe.request.address.raw())) {
      submit(same_interrupt(probe.request), false);
      continue;
    }
    const std::uint64_t page = probe.request.address.raw() & ~0xFFFULL;
    if (std::ranges::find(pages, page) != pages.end()) continue;
    pages.push_back(page);
    Request request = probe.request;
    request.bytes = 16;
    request.kind = AccessKind::kRead;
    request.address = Iova(page + kRead);
    submit(request, false);
    request.kind = AccessKind::kWrite;
    request.address = Iova(page + kWrite);
    submit(request, false);
  }
  drain();
  confirming_ = false;
}

Rig::Durations Rig::measure() {
  flush_everything();
  warm_up();
  const std::uint64_t walks = unit_->counters().walks;
  const std::uint64_t start = cycle();
  auto next = situation_.probes.begin();
  tick_until(
      [&] {
        for (; next != situation_.probes.end() && next->delay <= cycle() - start; ++next) {
          submit(next->request, false);
        }
        return flights_.empty();
      },
      "the probes");
  const std::uint64_t walked = unit_->counters().walks - walks;
  if (walked < situation_.walks || (situation_.walks == 0 && walked != 0)) {
    throw Mismatch(fmt::format("{} walks instead of {}", walked, situation_.walks));
  }
  Durations durations{.probes = cycle() - start};
  next_ = trigger_.path == Path::kCommand ? 1 - version_ : version_;
  prepare_trigger();
  const std::uint64_t given = cycle();
  start_trigger();
  tick_until([this] { return trigger_complete(); }, "the trigger");
  version_ = next_;
  durations.trigger = cycle() - given;
  return durations;
}

void Rig::begin_stall(Stall stall) {
  unit_->block_dma_channels(
      {.ar = stall == Stall::kDataAr, .aw = stall == Stall::kDataAw, .w = stall == Stall::kDataW});
  unit_->block_table_channels({.ar = stall == Stall::kTableAr});
  if (stall == Stall::kTableR) {
    unit_->hold_table_answers([](const AddressBeat &, bool write) { return !write; });
  }
  unit_->accept_device_answers(stall != Stall::kDeviceR, stall != Stall::kDeviceB);
}

void Rig::end_stall() {
  unit_->hold_table_answers(nullptr);
  begin_stall(Stall::kNone);
}

void Rig::run(int offset, bool change, Stall stall) {
  flush_everything();
  // Everything older is out of the caches.
  unit_->memory().forget_history(cycle());
  warm_up();
  next_ = change || trigger_.path == Path::kCommand ? 1 - version_ : version_;
  prepare_trigger();
  const std::uint64_t gap = seed_ == 1 ? 0 : random_.below(12);
  const std::uint64_t origin = cycle() + gap;
  const std::uint64_t first_probe = origin + static_cast<std::uint64_t>(std::max(0, -offset));
  const std::uint64_t trigger_at = origin + static_cast<std::uint64_t>(std::max(0, offset));
  const bool at_device = stall == Stall::kDeviceR || stall == Stall::kDeviceB;
  const std::uint64_t stall_end = std::max(first_probe, trigger_at) + kStallCycles;
  auto next = situation_.probes.begin();
  bool started = false;
  tick_until(
      [&] {
        if (cycle() == first_probe) begin_stall(stall);
        if (cycle() == stall_end && !at_device) end_stall();
        if (cycle() + gap == trigger_at && change) versions_.publish(next_);
        for (; next != situation_.probes.end() && first_probe + next->delay <= cycle(); ++next) {
          submit(next->request, true);
        }
        if (started) return trigger_complete();
        if (cycle() == trigger_at) {
          start_trigger();
          started = true;
        }
        return false;
      },
      "the invalidation");
  check_drained();
  end_stall();
  confirm();
  // The probes that the invalidation was done before.
  for (; next != situation_.probes.end(); ++next) submit(next->request, true);
  drain();
  version_ = next_;
  ++orders_.runs;
}

}  // namespace dmar::bench
