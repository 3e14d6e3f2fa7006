// SPDX-License-Identifier: Apache-2.0
// An operating system takes over a unit that firmware, a boot loader or a crashed kernel left
// running, in the order of a common driver: stale faults, queue, interrupts, translation.
#include <optional>

#include "tests/scenario/interrupt_scenario.hpp"

namespace dmar {
namespace {

using R = FaultReason;
using ::testing::IsEmpty;

class Reinitialise : public InterruptScenario {
 protected:
  static constexpr HostAddr kSecondTable{0x3800'0000};
  static constexpr HostAddr kSecondQueue{0x0900'0000};
  static constexpr unsigned kIndex = 0x21;

  // All functions on, both events unmasked, the caches warm.
  void leave_running(bool wide_queue) {
    start_with_page();
    driver().enable_queue(2, Driver::kQueue, wide_queue);
    if (config().interrupt_remapping) {
      table().set(kIndex, {.vector = 0x41});
      use_table(9, config().extended_interrupt_mode);
      driver().allow_compatibility(true);
      driver().enable_interrupt_remapping();
      EXPECT_THAT(access(interrupt(kIndex)), IsOkay());
    }
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
    driver().set_event(reg::kFectl, {0xFEE0'1000, 0x31});
    driver().set_event(reg::kIectl, {0xFEE0'2000, 0x32});
  }
  // More faults than there are records, and a completion that nobody took note of.
  void leave_faults() {
    driver().submit({wait_descriptor({.interrupt = true})});
    for (unsigned n = 0; n <= config().fault_records; ++n) {
      access(read_of(Iova(0x5000), 16, bdf(0x90, n / 8, n % 8)));
    }
    EXPECT_NE(driver().fault_status() & fsts::kPfo, 0U);
  }
  void leave_stopped_queue() {
    driver().submit({{.lo = 0xE, .hi = 0}});
    driver().poll32(reg::kFsts, fsts::kIqe, fsts::kIqe, "IQE");
  }

  // The new driver knows nothing but the registers.
  void take_over() {
    Driver fresh(unit());
    take_over_queue(fresh);
    if (config().interrupt_remapping) take_over_interrupts(fresh);
    take_over_translation(fresh);
    if ((fresh.fault_status() & (fsts::kPpf | fsts::kPfo)) != 0) fresh.drain_faults();
    fresh.set_event(reg::kFectl, {0xFEE0'3000, 0x51});
  }

  void expect_all_new() {
    unit().settle();
    unit().take_messages();
    EXPECT_THAT(access(read_of(kIova)), Reaches(kMoreData));
    if (config().interrupt_remapping) {
      EXPECT_THAT(access(interrupt(kIndex)), Delivers(delivered({.vector = 0x77})));
      EXPECT_THAT(access(interrupt_of({0xFEE0'1000, 0x41}, kDevice)),
                  Faults(R::kInterruptCompatibilityBlocked));
      driver().drain_faults();
    }
    EXPECT_EQ(driver().fault_status(), 0U);
    unit().settle();
    unit().take_messages();
    expect_fault(read_of(Iova(0x5000)), R::kReadNotPermitted);
    unit().settle();
    EXPECT_THAT(unit().take_messages(), ::testing::ElementsAre(Message{0xFEE0'3000, 0x51}));
  }

 private:
  void take_over_queue(Driver &fresh) {
    fresh.drain_faults();
    fresh.write32(reg::kFsts, fsts::kPfo | fsts::kIqe | 0x82);
    const std::uint32_t status = fresh.read32(reg::kGsts);
    if ((status & gsts::kQies) != 0) {
      for (unsigned n = 0; n < 100; ++n) {  // a stopped queue never gets there
        if (fresh.read32(reg::kIqt) == fresh.read32(reg::kIqh)) break;
      }
      fresh.disable_queue();
    }
    fresh.write32(reg::kFsts, fsts::kIqe);
    fresh.write32(reg::kIcs, kIcsIwc);
    fresh.mask(reg::kIectl);
    fresh.enable_queue(0, kSecondQueue);
  }
  void take_over_interrupts(Driver &fresh) {
    InterruptTable second(memory(), kSecondTable, kLargest);
    second.set(kIndex, {.vector = 0x77});
    if ((fresh.read32(reg::kGsts) & gsts::kIres) != 0) {
      fresh.invalidate(InterruptScope{});
      fresh.disable_interrupt_remapping();
    }
    fresh.set_interrupt_table(kSecondTable, kLargest);
    if (!config().interrupt_pointer_flush) fresh.invalidate(InterruptScope{});
    fresh.enable_interrupt_remapping();
    if ((fresh.read32(reg::kGsts) & gsts::kCfis) != 0) fresh.allow_compatibility(false);
  }
  void take_over_translation(Driver &fresh) {
    second_.emplace(memory(), config(), HostAddr(0x2000'0000), HostAddr(0x2100'0000));
    Domain domain = second_->create_domain({.id = 1, .levels = 4});
    second_->attach(kDevice, domain);
    domain.map(kIova, HostAddr(kMoreData));
    if ((fresh.read32(reg::kGsts) & gsts::kTes) != 0) fresh.disable_translation();
    fresh.flush_write_buffer();
    fresh.set_root_pointer(second_->root_table());
    if (!config().root_pointer_flush) fresh.invalidate_all();
    fresh.enable_translation();
    if (config().protected_low || config().protected_high) {
      fresh.write32(reg::kPmen, 0);
      fresh.poll32(reg::kPmen, pmen::kPrs, 0, "PMEN off");
    }
  }

  std::optional<TableBuilder> second_;
};

TEST_P(Reinitialise, AfterReset) {
  take_over();
  expect_all_new();
}

TEST_P(Reinitialise, EverythingRunning) {
  leave_running(false);
  take_over();
  expect_all_new();
}

TEST_P(Reinitialise, FaultsLeftBehind) {
  leave_running(false);
  leave_faults();
  take_over();
  expect_all_new();
}

TEST_P(Reinitialise, QueueStoppedByAnError) {
  leave_running(false);
  leave_faults();
  leave_stopped_queue();
  take_over();
  expect_all_new();
}

// Protected memory on, as firmware leaves it on some machines; it covers the new queue.
TEST_P(Reinitialise, ProtectedMemoryOn) {
  if (config().protected_low) {
    driver().write32(reg::kPlmbase, 0);
    driver().write32(reg::kPlmlimit, 0x3FFF'FFFF);
    driver().write32(reg::kPmen, pmen::kEpm);
    driver().poll32(reg::kPmen, pmen::kPrs, pmen::kPrs, "PMEN on");
  }
  leave_running(false);
  take_over();
  expect_all_new();
}

// The head of a ring of 256-bit descriptors is of no use to one of 128-bit descriptors.
TEST_P(Reinitialise, QueueOfTheOtherWidth) {
  leave_running(config().abort_mode);
  driver().wait_for_queue();
  take_over();
  expect_all_new();
}

DMAR_SCENARIO(Reinitialise);

}  // namespace
}  // namespace dmar
