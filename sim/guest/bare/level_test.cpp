// SPDX-License-Identifier: Apache-2.0
// Level-triggered interrupts from the pin of the device, by an I/O APIC and the remapping table:
// one after the other, still asserted at their end, and masked. The end comes by the EOI register
// of the I/O APIC, as Linux does it, or with the one of the local APIC alone, which is broadcast.
#include "edu.hpp"
#include "interrupts.hpp"
#include "machine.hpp"
#include "tables.hpp"
#include "tests.hpp"

namespace dmar::bare {

namespace {

constexpr unsigned kInput = 20 + 6 % 4;  // INTA of slot 6, as the chipset turns the pins
constexpr unsigned kIndex = 210;
constexpr uint32_t kInARow = 3;
constexpr uint64_t kSilence = 50'000'000;  // ticks in which nothing more may come

uint8_t entry_vector = 0;
uint32_t releases_after = 0;  // interrupts that leave the pin asserted

void release_at_last() {
  if (releases_after == 0) {
    edu::release();
  } else {
    --releases_after;
  }
}
void end_by_register() { io_apic::end(entry_vector); }

// What one way to end an interrupt needs.
struct Way {
  bool by_register;
  const char *in_a_row;
  const char *asserted;
  const char *masked;
  const char *released;
};

// The pin is raised once; `wanted` interrupts must arrive, and no more.
bool comes(uint32_t before, uint32_t wanted) {
  wait_until([before, wanted] { return arrived(kLevelVector) - before >= wanted; });
  wait_until([] { return false; }, kSilence);
  return arrived(kLevelVector) - before == wanted;
}

void test_way(const Way &way) {
  // By register the entry is found by any value that both know; the interrupt is an edge to the
  // CPU, so that nothing is broadcast. Otherwise both have to have the same vector.
  entry_vector = way.by_register ? kInput : kLevelVector;
  tables::set_interrupt(kIndex, kLevelVector, local_apic_id(), !way.by_register, false, 0);
  unit::invalidate_interrupts();
  on_interrupt(kLevelVector, release_at_last, way.by_register ? end_by_register : nullptr);
  uint32_t before = arrived(kLevelVector);
  io_apic::route(kInput, kIndex, entry_vector, false);
  for (uint32_t i = 1; i <= kInARow; ++i) {
    edu::raise();
    if (!comes(before, i)) break;
  }
  check(arrived(kLevelVector) - before == kInARow, way.in_a_row, arrived(kLevelVector) - before);

  before = arrived(kLevelVector);
  releases_after = 2;
  edu::raise();
  comes(before, 3);
  check(arrived(kLevelVector) - before == 3, way.asserted, arrived(kLevelVector) - before);
  edu::release();
  releases_after = 0;

  before = arrived(kLevelVector);
  io_apic::mask(kInput);
  edu::raise();
  const bool silent = comes(before, 0);
  io_apic::route(kInput, kIndex, entry_vector, false);
  comes(before, 1);
  check(silent && arrived(kLevelVector) - before == 1, way.masked, arrived(kLevelVector) - before);
  edu::release();

  before = arrived(kLevelVector);
  io_apic::mask(kInput);
  edu::raise();
  edu::release();
  io_apic::route(kInput, kIndex, entry_vector, false);
  comes(before, 0);
  check(arrived(kLevelVector) == before, way.released, arrived(kLevelVector) - before);
  io_apic::mask(kInput);
}

}  // namespace

void test_levels() {
  edu::use_pin();
  if (io_apic::ends_by_register()) {
    test_way({.by_register = true,
              .in_a_row = "level interrupts in a row arrive, ended by register",
              .asserted = "a pin that stays asserted interrupts again, ended by register",
              .masked = "an asserted pin interrupts when it is unmasked, ended by register",
              .released = "a pin that was released behind its mask is silent, ended by register"});
  } else {
    skip("level interrupts are ended by register", "the I/O APIC has no EOI register");
  }
  test_way({.by_register = false,
            .in_a_row = "level interrupts in a row arrive, ended by broadcast",
            .asserted = "a pin that stays asserted interrupts again, ended by broadcast",
            .masked = "an asserted pin interrupts when it is unmasked, ended by broadcast",
            .released = "a pin that was released behind its mask is silent, ended by broadcast"});
}

}  // namespace dmar::bare
