// SPDX-License-Identifier: Apache-2.0
// What tests of the invalidation queue have in common: a ring in either width, the stop at an
// error and the way out of it.
#ifndef DMAR_TESTS_SCENARIO_QUEUE_SCENARIO_HPP
#define DMAR_TESTS_SCENARIO_QUEUE_SCENARIO_HPP

#include <fmt/format.h>

#include <vector>

#include "tests/scenario/scenario.hpp"

namespace dmar {

class QueueScenario : public Scenario {
 protected:
  static constexpr QueueDescriptor kNothing = wait_descriptor({});
  static constexpr QueueDescriptor kBad{.lo = 0xE, .hi = 0};

  // A ring of 256-bit descriptors takes two 16-byte slots for each.
  void enable(bool wide, unsigned size_code = 0) {
    slot_bytes_ = wide ? 32 : 16;
    driver().set_tail(0);
    driver().enable_queue(size_code, Driver::kQueue, wide);
  }
  [[nodiscard]] std::uint32_t slot_bytes() const { return slot_bytes_; }
  // The widths that this unit can do.
  [[nodiscard]] std::vector<bool> widths() const {
    return config().abort_mode ? std::vector<bool>{false, true} : std::vector<bool>{false};
  }
  // Runs `body` once with each width, the queue on and empty.
  template <class Body>
  void in_each_width(Body body) {
    for (const bool wide : widths()) {
      SCOPED_TRACE(wide ? "256-bit descriptors" : "128-bit descriptors");
      enable(wide);
      body();
      driver().disable_queue();
    }
  }

  [[nodiscard]] std::uint32_t head() { return driver().read32(reg::kIqh); }
  void put(HostAddr slot, QueueDescriptor descriptor) {
    memory().write64(slot, descriptor.lo);
    memory().write64(HostAddr(slot.raw() + 8), descriptor.hi);
  }
  void clear_error() { driver().write32(reg::kFsts, fsts::kIqe); }
  void expect_stopped(QueueError cause) {
    driver().poll32(reg::kFsts, fsts::kIqe, fsts::kIqe, "IQE");
    EXPECT_EQ(driver().read64(reg::kIqercd) & 0xF, static_cast<std::uint64_t>(cause));
  }
  void expect_running() {
    unit().settle();
    EXPECT_EQ(driver().fault_status() & fsts::kIqe, 0U);
    EXPECT_EQ(head(), driver().read32(reg::kIqt));
  }
  void expect_valid(QueueDescriptor descriptor) {
    SCOPED_TRACE(fmt::format("descriptor {:016x} {:016x}", descriptor.hi, descriptor.lo));
    driver().submit({descriptor});
    driver().poll32(reg::kIqh, ~std::uint32_t{0}, driver().tail(), "the descriptor");
    EXPECT_EQ(driver().fault_status() & fsts::kIqe, 0U);
  }
  // One bad descriptor: the queue stops at it, and goes on once it is repaired and IQE cleared.
  void expect_invalid(QueueDescriptor descriptor, QueueError cause) {
    SCOPED_TRACE(fmt::format("descriptor {:016x} {:016x}", descriptor.hi, descriptor.lo));
    const std::uint32_t at = driver().tail();
    driver().submit({descriptor});
    expect_stopped(cause);
    EXPECT_EQ(head(), at);
    put(driver().slot(at), kNothing);
    clear_error();
    driver().poll32(reg::kIqh, ~std::uint32_t{0}, driver().tail(), "queue after repair");
    EXPECT_EQ(driver().fault_status() & fsts::kIqe, 0U);
  }
  // Each bit of `lo` and `hi` set alone in `good`.
  void expect_reserved(QueueDescriptor good, std::uint64_t lo, std::uint64_t hi) {
    for (unsigned n = 0; n < 64 && !HasFailure(); ++n) {
      if ((lo & bit(n)) != 0) {
        expect_invalid({good.lo | bit(n), good.hi}, QueueError::kReservedBit);
      }
      if ((hi & bit(n)) != 0) {
        expect_invalid({good.lo, good.hi | bit(n)}, QueueError::kReservedBit);
      }
    }
  }

 private:
  std::uint32_t slot_bytes_ = 16;
};

}  // namespace dmar

#endif  // DMAR_TESTS_SCENARIO_QUEUE_SCENARIO_HPP
