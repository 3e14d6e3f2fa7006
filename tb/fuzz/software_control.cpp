// SPDX-License-Identifier: Apache-2.0
// Global commands, protected memory, reuse of a domain id, and the fault handler.
#include <fmt/format.h>

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"
#include "fuzz/levels.hpp"
#include "fuzz/software.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {
namespace {

constexpr unsigned kTableModeShift = 10;  // RTADDR.TTM

}  // namespace

// One bit at a time, and the next one only when the status says so (VT-d 11.4.4).
void Software::global_command(std::uint32_t command, std::uint32_t status, bool on) {
  const std::uint32_t levels = levels_of(machine_.expect_register(reg::kGsts, 4));
  const std::uint32_t wanted = on ? levels | command : levels & ~command;
  const std::uint64_t begin = machine_.cycle();
  machine_.write(reg::kGcmd, 4, wanted);
  poll(reg::kGsts, 4, status, on);
  machine_.oracle().note_all_done(machine_.cycle());
  machine_.expect_register(reg::kGsts, 4);
  note_levels(levels, levels_of(wanted), begin);
  ++statistics_.control_changes;
}

// Interrupts before DMA, as the unit does it; both may be off for a moment in between.
void Software::note_levels(std::uint32_t before, std::uint32_t after, std::uint64_t begin) {
  const std::uint32_t between = (before & gsts::kTes) | (after & gsts::kIres);
  constexpr std::uint32_t kRemapping = gsts::kTes | gsts::kIres;
  bool on = (before & kRemapping) != 0;
  for (const std::uint32_t levels : {between, after}) {
    const bool next = (levels & kRemapping) != 0;
    if (next != on) machine_.faults().set_remapping(next, begin, machine_.cycle());
    on = next;
  }
}

void Software::set_root(std::uint64_t rtaddr) {
  machine_.write(reg::kRtaddr, 8, rtaddr);
  global_command(gcmd::kSrtp, gsts::kRtps, true);
}

void Software::set_translation(bool on) { global_command(gcmd::kTe, gsts::kTes, on); }

void Software::flush_write_buffer() {
  if (!machine_.config().write_buffer_flush) return;
  const std::uint32_t levels = levels_of(machine_.expect_register(reg::kGsts, 4));
  machine_.write(reg::kGcmd, 4, levels | gcmd::kWbf);
  poll(reg::kGsts, 4, gsts::kWbfs, false);
  machine_.expect_register(reg::kGsts, 4);
  ++statistics_.control_changes;
}

// A copy of the root table that gets out of date while it is in use.
void Software::switch_root() {
  set_root(machine_.world().copy_root_table().raw());
  invalidate_everything();
  change_tables();
  pause(random_.below(200));
  set_root(machine_.world().root_table().raw());
  invalidate_everything();
}

void Software::pause_translation() {
  set_translation(false);
  pause(random_.below(300));
  if (random_.percent(50)) change_tables();
  set_translation(true);
}

// A table mode that this unit does not have, or abort mode: every request faults, no table is read.
// The queue works in abort mode alone, with wide descriptors.
void Software::break_table_mode() {
  const bool abort = machine_.config().abort_mode && random_.percent(70);
  const std::uint64_t mode = abort ? rtaddr::kAbort : 1 + random_.below(2);
  set_root(machine_.world().root_table().raw() | mode << kTableModeShift);
  pause(random_.below(150));
  if (abort && queue_on_ && wide_) invalidate({random_invalidation(), random_invalidation()});
  set_root(machine_.world().root_table().raw());
}

void Software::set_protection(bool on) {
  const Config &config = machine_.config();
  if (!config.protected_low && !config.protected_high) return;
  if (on && machine_.expect_register(reg::kPmen, 4) == 0) {
    const std::uint64_t top = bit(39) - 0x20'0000;
    machine_.write(reg::kPlmbase, 4, random_.percent(50) ? 0 : 0x4000'0000);
    machine_.write(reg::kPlmlimit, 4, 0x4000'0000);
    machine_.write(reg::kPhmbase, 8, top);
    machine_.write(reg::kPhmlimit, 8, top);
  }
  machine_.write(reg::kPmen, 4, on ? pmen::kEpm : 0);
  poll(reg::kPmen, 4, pmen::kPrs, on);
  machine_.oracle().note_all_done(machine_.cycle());
  machine_.expect_register(reg::kPmen, 4);
  ++statistics_.control_changes;
}

void Software::toggle_protection() { set_protection(random_.percent(70)); }

void Software::renew_domain() {
  World &world = machine_.world();
  const auto index = static_cast<unsigned>(random_.below(world.domains()));
  const DomainId domain = world.domain_id(index);
  world.detach_domain(index);
  // Old context entries may name this domain for devices that have long moved on.
  invalidate({golden::ContextInvalidation{.granularity = granularity::kDomain, .domain = domain},
              golden::IotlbInvalidation{.granularity = granularity::kDomain, .domain = domain}});
  world.renew_domain(index);
}

// As Linux does it: from FSTS.FRI on until a record without F.
void Software::drain_faults() {
  const auto status = static_cast<std::uint32_t>(machine_.read(reg::kFsts, 4));
  if ((status & fsts::kPpf) == 0) return;
  pending_seen_ = true;
  unsigned index = fsts::fri(status);
  for (unsigned k = 0; k < 4 * machine_.config().fault_records; ++k) {
    if ((machine_.read(reg::frcd(index) + 12, 4) >> 31) == 0) break;
    machine_.read(reg::frcd(index) + 8, 4);
    machine_.read(reg::frcd(index), 8);
    const std::uint64_t begin = machine_.cycle();
    machine_.write(reg::frcd(index) + 12, 4, std::uint64_t{1} << 31);
    machine_.faults().clear_record(index, begin, machine_.cycle());
    index = (index + 1) % machine_.config().fault_records;
  }
  const std::uint64_t begin = machine_.cycle();
  machine_.write(reg::kFsts, 4, fsts::kPfo);
  machine_.faults().clear_overflow(begin, machine_.cycle());
  machine_.read(reg::kFsts, 4);
}

// What no timing can change while software waits for nothing.
void Software::check_registers() {
  for (const std::uint32_t offset :
       {reg::kVer, reg::kGsts, reg::kFedata, reg::kFeaddr, reg::kFeuaddr, reg::kIedata,
        reg::kIeaddr, reg::kIeuaddr, reg::kIcs, reg::kPmen, reg::kPlmbase, reg::kPlmlimit}) {
    machine_.expect_register(offset, 4);
  }
  for (const std::uint32_t offset :
       {reg::kCap, reg::kEcap, reg::kRtaddr, reg::kIrta, reg::kCcmd, reg::kIqh, reg::kIqt,
        reg::kIqa, reg::kIotlb, reg::kIva, reg::kIqercd, reg::kPhmbase, reg::kPhmlimit}) {
    machine_.expect_register(offset, 8);
  }
  machine_.expect_register(reg::kFsts, 4, fsts::kIqe | fsts::kIce | fsts::kIte);
  machine_.expect_register(reg::kFectl, 4, event_control::kIm);
  machine_.expect_register(reg::kIectl, 4, event_control::kIm);
  check_messages();
}

}  // namespace dmar::bench
