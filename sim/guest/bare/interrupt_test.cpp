// SPDX-License-Identifier: Apache-2.0
// Interrupts of the device through the interrupt remapping table: messages and its pin.
#include "edu.hpp"
#include "interrupts.hpp"
#include "machine.hpp"
#include "tables.hpp"
#include "tests.hpp"

namespace dmar::bare {

namespace {

constexpr uint32_t kMany = 10;
constexpr uint64_t kSilence = 200'000'000;  // ticks in which nothing more may come

// Entries of the table.
constexpr unsigned kMessage = 5;
constexpr unsigned kForeign = 6;  // of another device
constexpr unsigned kPin = 200;
constexpr unsigned kAbsent = 77;

bool enable() {
  using namespace tables;
  const uint8_t cpu = local_apic_id();
  set_interrupt(kMessage, kMsiVector, cpu, false, true, edu::kSource);
  set_interrupt(kForeign, kForeignVector, cpu, false, true, edu::kSource + 8);
  // The I/O APIC has a requester id of its own in some machines.
  set_interrupt(kPin, kPinVector, cpu, true, false, 0);
  unit::set_interrupt_table(interrupt_table(), kInterruptEntriesLog2);
  return check(unit::command(unit::kInterruptTable), "the interrupt table is taken") &&
         check(unit::invalidate_interrupts(), "an interrupt invalidation ends") &&
         check(unit::command(unit::kInterrupts), "interrupt remapping is on");
}

// Raises one after the other; each must arrive once.
void expect_each(uint8_t vector, const char *name, bool release) {
  const uint32_t before = arrived(vector);
  for (uint32_t i = 1; i <= kMany; ++i) {
    edu::raise();
    if (!wait_until([vector, before, i] { return arrived(vector) >= before + i; })) break;
    if (release) edu::release();
  }
  wait_until([] { return false; }, kSilence);
  check(arrived(vector) == before + kMany, name, arrived(vector) - before);
}

void test_message() {
  edu::use_message(tables::message_address(kMessage), 0);
  expect_each(kMsiVector, "every MSI arrives once", true);
}

void test_blocked(unsigned index, uint8_t reason, const char *name) {
  edu::use_message(tables::message_address(index), 0);
  const uint32_t events = arrived(kFaultVector);
  edu::raise();
  wait_until([events] { return arrived(kFaultVector) != events; });
  edu::release();
  const unit::Fault fault = unit::take_fault();
  check(fault.valid && fault.reason == reason && fault.source == edu::kSource &&
            fault.information >> 48 == index,
        name, fault.information | fault.reason);
}

uint32_t left_asserted = 2;

void release_at_third() {
  if (left_asserted == 0) {
    edu::release();
  } else {
    --left_asserted;
  }
}

void test_pin() {
  const unsigned input = edu::pin_input();
  if (input >= 24) {
    skip("every pin interrupt arrives once", "the firmware has given the device no line");
    return;
  }
  edu::use_pin();
  on_interrupt(kPinVector, edu::release);
  route_pin(input, kPin);
  expect_each(kPinVector, "every pin interrupt arrives once", false);
  on_interrupt(kPinVector, release_at_third);
  const uint32_t before = arrived(kPinVector);
  edu::raise();
  wait_until([before] { return arrived(kPinVector) - before >= 3; });
  wait_until([] { return false; }, kSilence);
  check(arrived(kPinVector) - before == 3, "a pin that stays asserted interrupts again",
        arrived(kPinVector) - before);
  edu::release();
  mask_pin(input);
}

}  // namespace

void test_interrupts(const unit::Features &features) {
  if (!features.interrupt_remapping) {
    skip("interrupts are remapped", "the unit has no interrupt remapping");
    return;
  }
  if (!enable()) return;
  test_message();
  if (edu::hostile()) {
    test_blocked(kAbsent, 0x22, "an interrupt without entry is a fault");
    test_blocked(kForeign, 0x26, "an interrupt of another device is a fault");
    check(arrived(kForeignVector) == 0, "an interrupt of another device does not arrive",
          arrived(kForeignVector));
  } else {
    skip("foreign interrupts are faults", "QEMU's own unit blocks them in silence");
  }
  test_pin();
  test_levels();
}

}  // namespace dmar::bare
