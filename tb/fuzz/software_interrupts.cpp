// SPDX-License-Identifier: Apache-2.0
// Interrupt remapping (VT-d 5.1) and completion events.
#include "dmar/registers.hpp"
#include "fuzz/software.hpp"

namespace dmar::bench {

void Software::set_interrupt_table() {
  machine_.write(reg::kIrta, 8, machine_.world().interrupts()->pointer());
  global_command(gcmd::kSirtp, gsts::kIrtps, true);
}

void Software::start_interrupts() {
  set_interrupt_table();
  if (random_.percent(85)) toggle_remapping();
  if (random_.percent(50)) toggle_compatibility();
}

// To a table of another size with other entries, while devices send messages.
void Software::move_interrupt_table() {
  if (machine_.world().interrupts() == nullptr) return;
  if (random_.percent(80)) machine_.world().interrupts()->renew_table();
  set_interrupt_table();
}

void Software::toggle_remapping() {
  if (machine_.world().interrupts() == nullptr) return;
  const bool on = (machine_.expect_register(reg::kGsts, 4) & gsts::kIres) != 0;
  global_command(gcmd::kIre, gsts::kIres, !on);
  // It rarely stays off.
  if (!on || random_.percent(20)) return;
  pause(random_.below(200));
  global_command(gcmd::kIre, gsts::kIres, true);
}

void Software::toggle_compatibility() {
  if (machine_.world().interrupts() == nullptr) return;
  const bool on = (machine_.expect_register(reg::kGsts, 4) & gsts::kCfis) != 0;
  global_command(gcmd::kCfi, gsts::kCfis, !on);
}

// The event of a completion waits while it is masked, and goes away when software looks first.
void Software::masked_event() {
  if (!queue_on_) return;
  machine_.write(reg::kIectl, 4, event_control::kIm);
  push(wait_descriptor(false, true));
  ring();
  poll(reg::kIcs, 4, kIcsIwc, true);
  machine_.oracle().note_all_done(machine_.cycle());
  pause(random_.below(60));
  const bool look_first = random_.percent(50);
  if (look_first) machine_.write(reg::kIcs, 4, kIcsIwc);
  machine_.write(reg::kIectl, 4, 0);
  if (!look_first) machine_.write(reg::kIcs, 4, kIcsIwc);
}

PostedWorld *Software::posted_world() {
  InterruptWorld *interrupts = machine_.world().interrupts();
  return interrupts == nullptr ? nullptr : interrupts->posted();
}

void Software::take_posted() {
  if (posted_world() == nullptr) return;
  for (std::uint64_t n = random_.below(4); n > 0; --n) {
    posted_world()->take();
    pause(random_.below(60));
  }
}

void Software::spoil_posted() {
  if (posting_faults_ && posted_world() != nullptr) posted_world()->spoil();
}

void Software::repair_posted() {
  if (posted_world() != nullptr) posted_world()->repair();
}

// A bus on which nothing is exclusive for a while. It does not change in the middle of a posting.
void Software::lose_monitor() {
  if (!posting_faults_ || posted_world() == nullptr) return;
  for (const bool monitor : {false, true}) {
    machine_.traffic().stop();
    machine_.tick_until([this] { return machine_.traffic().idle(); }, "devices");
    machine_.unit().monitor_tables(monitor);
    machine_.traffic().start();
    if (!monitor) pause(random_.below(600));
  }
}

}  // namespace dmar::bench
