// SPDX-License-Identifier: Apache-2.0
// Register accesses of the CPU, on both and compared. See lockstep.hpp.
#include <fmt/core.h>

#include "cosim/lockstep.hpp"
#include "dmar/registers.hpp"
#include "trace/event_text.hpp"

namespace dmar::cosim {

namespace {

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

}  // namespace

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
    if (observer_ != nullptr && offset == reg::kGcmd) observer_->look_at_owners(rtl_->cycle());
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

void Lockstep::final_check() {
  constexpr unsigned kSlice = 1000;
  constexpr unsigned kSlices = 1000;
  for (unsigned i = 0; i < kSlices && !at_rest(); ++i) run(kSlice);
  if (observer_ != nullptr) observer_->look_at_owners(rtl_->cycle());
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

}  // namespace dmar::cosim
