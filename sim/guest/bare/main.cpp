// SPDX-License-Identifier: Apache-2.0
// Tests of a remapping unit at FED9'0000h without an operating system: translation of the DMA of
// one device, faults, invalidation, interrupts.
#include "edu.hpp"
#include "interrupts.hpp"
#include "machine.hpp"
#include "tests.hpp"
#include "unit.hpp"

extern "C" [[noreturn]] void bare_main();

void bare_main() {
  using namespace dmar::bare;
  serial_start();
  print("remapping unit, bare metal\n");
  if (!check(unit::present(), "there is a remapping unit") ||
      !check(edu::start(), "there is an edu")) {
    finish();
  }
  interrupts_start();
  const unit::Features features = unit::features();
  if (!check(features.queued_invalidation, "the unit has queued invalidation") ||
      !check(features.three_levels || features.four_levels, "the unit has 3 or 4 levels")) {
    finish();
  }
  if (test_dma(features)) test_interrupts(features);
  if (unit::second_present()) {
    check(unit::second_at_reset(), "nothing of all this came to the second unit");
  }
  finish();
}
