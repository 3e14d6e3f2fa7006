// SPDX-License-Identifier: Apache-2.0
// Drivers that break rules: the unit may do one thing or the other, but nothing that is illegal for
// requests, and must go on working.
#include "dmar/registers.hpp"
#include "fuzz/levels.hpp"
#include "fuzz/software.hpp"

namespace dmar::bench {
namespace {

constexpr std::uint32_t kSwitched = gcmd::kTe | gcmd::kIre | gcmd::kCfi;

}  // namespace

// Until the status says what was asked for; then nothing is under way.
void Software::settle_commands(std::uint32_t levels) {
  for (const std::uint32_t status : {gsts::kTes, gsts::kIres, gsts::kCfis}) {
    poll(reg::kGsts, 4, status, (levels & status) != 0);
  }
  machine_.oracle().note_all_done(machine_.cycle());
  machine_.expect_register(reg::kGsts, 4);
  ++statistics_.control_changes;
}

// Several commands in one write. Levels and their status bits have the same places.
void Software::many_commands() {
  const bool interrupts = machine_.world().interrupts() != nullptr;
  const std::uint32_t before = levels_of(machine_.expect_register(reg::kGsts, 4));
  std::uint32_t after = before;
  if (has(Feature::kTranslation) && random_.percent(40)) after ^= gcmd::kTe;
  if (interrupts && has(Feature::kRemapping)) {
    after ^= static_cast<std::uint32_t>(random_.next()) & (gcmd::kIre | gcmd::kCfi);
  }
  std::uint32_t once = 0;
  if (random_.percent(60)) once |= gcmd::kSrtp;
  if (interrupts && has(Feature::kRemapping) && random_.percent(60)) {
    once |= gcmd::kSirtp;
    if (random_.percent(50)) machine_.world().interrupts()->renew_table();
    machine_.write(reg::kIrta, 8, machine_.world().interrupts()->pointer());
  }
  if (machine_.config().write_buffer_flush && random_.percent(50)) once |= gcmd::kWbf;
  const std::uint64_t begin = machine_.cycle();
  machine_.write(reg::kGcmd, 4, after | once);
  if ((once & gcmd::kSrtp) != 0) poll(reg::kGsts, 4, gsts::kRtps, true);
  if ((once & gcmd::kSirtp) != 0) poll(reg::kGsts, 4, gsts::kIrtps, true);
  poll(reg::kGsts, 4, gsts::kWbfs, false);
  settle_commands(after);
  note_levels(before, after, begin);
  if ((after & gcmd::kTe) == 0) set_translation(true);
}

// Another root pointer before the last one is in force.
void Software::hasty_pointers() {
  if (!has(Feature::kRoots)) return;
  const std::uint32_t levels = levels_of(machine_.expect_register(reg::kGsts, 4));
  const std::uint64_t root = machine_.world().root_table().raw();
  for (const std::uint64_t table : {machine_.world().copy_root_table().raw(), root}) {
    machine_.write(reg::kRtaddr, 8, table);
    machine_.write(reg::kGcmd, 4, levels | gcmd::kSrtp);
    pause(random_.below(8));
  }
  poll(reg::kGsts, 4, gsts::kRtps, true);
  settle_commands(levels);
}

// Levels go to and fro without waiting. A pointer command at the end shows that what was under way
// is over. One kind of remapping stays on all the time, or no record could be foretold.
void Software::hasty_commands() {
  const std::uint32_t levels = levels_of(machine_.expect_register(reg::kGsts, 4));
  if (machine_.world().interrupts() == nullptr || !has(Feature::kRemapping)) return;
  const std::uint32_t kept = random_.percent(50) ? gcmd::kTe : gcmd::kIre;
  if ((levels & kept) == 0) return;
  for (std::uint64_t k = 2 + random_.below(3); k != 0; --k) {
    const auto flips = static_cast<std::uint32_t>(random_.next()) & kSwitched & ~kept;
    machine_.write(reg::kGcmd, 4, levels ^ flips);
    pause(random_.below(20));
  }
  machine_.write(reg::kGcmd, 4, levels);
  machine_.write(reg::kRtaddr, 8, machine_.world().root_table().raw());
  machine_.write(reg::kGcmd, 4, levels | gcmd::kSrtp);
  poll(reg::kGsts, 4, gsts::kRtps, true);
  settle_commands(levels);
}

// The queue goes off in the middle of its work; how far it got will never be known.
void Software::leave_queue() {
  if (!queue_on_) return;
  for (std::uint64_t k = 1 + random_.below(12); k != 0; --k) {
    const bool wait = random_.percent(30);
    push(wait ? wait_descriptor(true, false) : encode(random_invalidation()));
  }
  ring();
  pause(random_.below(120));
  machine_.oracle().give_up();
  set_queue(false);
  if (!may_use_registers() || random_.percent(70)) set_queue(true);
}

// While the queue is on, registers refuse to invalidate; so they do from version 6 on.
void Software::registers_beside_queue() {
  if (!queue_on_ && machine_.config().version_major < 6) return;
  const std::uint64_t granularity = 1 + random_.below(3);
  if (random_.percent(50)) {
    machine_.write(reg::kCcmd, 8, ccmd::kIcc | granularity << ccmd::kCirgShift);
    poll(reg::kCcmd, 8, ccmd::kIcc, false);
    machine_.expect_register(reg::kCcmd, 8);
  } else {
    machine_.write(reg::kIotlb, 8, iotlb::kIvt | granularity << iotlb::kIirgShift);
    poll(reg::kIotlb, 8, iotlb::kIvt, false);
    machine_.expect_register(reg::kIotlb, 8);
  }
}

}  // namespace dmar::bench
