// SPDX-License-Identifier: Apache-2.0
// Rings of 256-bit descriptors in legacy mode (VT-d 6.5.2, IQA.DW), as drivers use them that know
// the unit could do more: head by 32 bytes, upper half, tail, fetch errors, and the change of
// width.
#include "tests/scenario/queue_scenario.hpp"

namespace dmar {
namespace {

class WideQueue : public QueueScenario {
 protected:
  static constexpr std::uint32_t kPageBytes = 4096;

  // A descriptor with something in its upper half.
  void put_upper(std::uint32_t at, std::uint64_t lo, std::uint64_t hi) {
    memory().write64(driver().slot(at + 16), lo);
    memory().write64(driver().slot(at + 24), hi);
  }
};

TEST_P(WideQueue, HeadMovesByWholeDescriptors) {
  enable(true);
  for (unsigned n = 1; n <= 5; ++n) {
    driver().wait_for_queue();
    EXPECT_EQ(head(), 32 * n);
  }
  driver().invalidate_all();
  EXPECT_EQ(head(), 32 * 9U);
  EXPECT_EQ(driver().fault_status(), 0U);
}

// Both halves are one descriptor: the second one holds what would be an error, or a status write.
TEST_P(WideQueue, UpperHalfIsNoDescriptorOfItsOwn) {
  enable(true);
  const HostAddr status(0x0700'4000);
  const QueueDescriptor trap =
      wait_descriptor({.status_write = true, .status_address = status, .status_data = 7});
  driver().push(kNothing);
  put_upper(0, trap.lo, trap.hi);
  driver().ring_doorbell();
  expect_stopped(QueueError::kReservedBit);
  EXPECT_EQ(head(), 0U);
  EXPECT_EQ(memory().read32(status), 0U);
  put_upper(0, 0, 0);
  clear_error();
  expect_running();
}

TEST_P(WideQueue, EachBitOfTheUpperHalf) {
  enable(true);
  for (unsigned n = 0; n < 128 && !HasFailure(); ++n) {
    const std::uint32_t at = driver().tail();
    // Every type in turn.
    switch (n % 4) {
      case 0:
        driver().push(kNothing);
        break;
      case 1:
        driver().push(context_descriptor({}));
        break;
      case 2:
        driver().push(iotlb_descriptor({}));
        break;
      default:
        driver().push(interrupt_descriptor({}));
        break;
    }
    put_upper(at, n < 64 ? bit(n) : 0, n < 64 ? 0 : bit(n - 64));
    driver().ring_doorbell();
    expect_stopped(QueueError::kReservedBit);
    EXPECT_EQ(head(), at);
    put_upper(at, 0, 0);
    clear_error();
    driver().poll32(reg::kIqh, ~std::uint32_t{0}, driver().tail(), "queue after repair");
  }
}

// The type counts before the upper half, as it does before any reserved bit.
TEST_P(WideQueue, TypeBeforeUpperHalf) {
  enable(true);
  driver().push(kBad);
  put_upper(0, ~std::uint64_t{0}, ~std::uint64_t{0});
  driver().ring_doorbell();
  expect_stopped(QueueError::kInvalidType);
}

TEST_P(WideQueue, FetchErrorOfEitherHalf) {
  enable(true);
  for (const std::uint32_t half : {0U, 16U}) {
    const std::uint32_t at = driver().tail();
    const HostAddr place = driver().slot(at + half);
    memory().inject_error(place, HostAddr(place.raw() + 15));
    driver().submit({kNothing});
    expect_stopped(QueueError::kFetch);
    EXPECT_EQ(head(), at);
    memory().clear_errors();
    clear_error();
    expect_running();
  }
}

TEST_P(WideQueue, WrapsOverGarbage) {
  for (std::uint64_t at = 0; at < kPageBytes; at += 8) {
    memory().write64(HostAddr(Driver::kQueue.raw() + at), ~std::uint64_t{0});
  }
  enable(true);
  std::uint32_t expected = 0;
  for (unsigned round = 0; round < 6; ++round) {
    for (unsigned n = 0; n < 44; ++n) driver().push(wait_descriptor({.fence = n % 2 == 0}));
    driver().wait_for_queue();
    expected = (expected + 45 * 32) % kPageBytes;
    EXPECT_EQ(head(), expected);
  }
  EXPECT_EQ(driver().fault_status(), 0U);
}

// IQEI 6: recovery is a tail that stands at a descriptor.
TEST_P(WideQueue, OddTail) {
  enable(true);
  for (unsigned n = 0; n < 4; ++n) driver().push(kNothing);
  for (const std::uint32_t tail : {16U, 48U, 4096U - 16, 0x7FFF0U}) {
    driver().write32(reg::kIqt, tail);
    expect_stopped(QueueError::kTailAlignment);
    const std::uint32_t at = head();
    driver().write32(reg::kIqt, at + 32);
    unit().settle();
    EXPECT_EQ(head(), at);  // IQE still stands
    clear_error();
    expect_running();
    EXPECT_EQ(head(), at + 32);
  }
}

// Bit 4 of the head is always 0 in a wide ring, also when a short one becomes wide.
TEST_P(WideQueue, ShortRingBecomesWide) {
  enable(false);
  driver().submit({kNothing});
  expect_running();
  EXPECT_EQ(head(), 16U);
  driver().write64(reg::kIqa, Driver::kQueue.raw() | iqa::kDw);
  EXPECT_EQ(head(), 0U);
  driver().write32(reg::kIqt, 16);
  expect_stopped(QueueError::kTailAlignment);
  driver().write32(reg::kIqt, 0);
  clear_error();
  expect_running();
}

// RealBug03: the wait in the last slot.
TEST_P(WideQueue, WaitInTheLastSlot) {
  enable(true);
  for (unsigned n = 0; n < 127; ++n) driver().push(kNothing);
  driver().ring_doorbell();
  driver().poll32(reg::kIqh, ~std::uint32_t{0}, kPageBytes - 32, "queue");
  driver().wait_for_queue();
  EXPECT_EQ(head(), 0U);
}

DMAR_SCENARIO_WITH(
    WideQueue, +[](const Config &config) { return config.abort_mode; });

// The causes that stop the queue before it fetches: 7, 5, 6, 1 in this order.
class QueueMode : public QueueScenario {
 protected:
  static constexpr unsigned kLegacy = 0, kScalable = 1, kReservedMode = 2, kAbort = 3;

  void latch(unsigned mode) { driver().set_root_pointer(tables().root_table(), mode); }
  void set_width(bool wide) {
    driver().write64(reg::kIqa, Driver::kQueue.raw() | (wide ? iqa::kDw : 0));
  }
};

TEST_P(QueueMode, OrderOfCauses) {
  const bool abort_mode = config().abort_mode;
  enable(false);
  latch(kReservedMode);
  set_width(true);
  driver().write32(reg::kIqt, 0x7FFF0);
  expect_stopped(QueueError::kTableMode);
  latch(kScalable);
  clear_error();
  expect_stopped(QueueError::kTableMode);
  latch(kAbort);
  set_width(false);
  clear_error();
  expect_stopped(abort_mode ? QueueError::kWidth : QueueError::kTableMode);
  latch(kLegacy);
  set_width(true);
  clear_error();
  expect_stopped(abort_mode ? QueueError::kTailAlignment : QueueError::kWidth);
  driver().write32(reg::kIqt, 0x7FFE0);
  clear_error();
  expect_stopped(abort_mode ? QueueError::kInvalidTail : QueueError::kWidth);
  set_width(false);
  clear_error();
  expect_stopped(QueueError::kInvalidTail);
  driver().write32(reg::kIqt, 0);
  clear_error();
  expect_running();
}

// In abort mode the queue works, with long descriptors only; nothing else does.
TEST_P(QueueMode, AbortModeWantsLongDescriptors) {
  start_with_page();
  latch(kAbort);
  enable(false);
  driver().submit({kNothing});
  if (!config().abort_mode) {
    expect_stopped(QueueError::kTableMode);
    expect_fault(read_of(kIova), FaultReason::kTableModeInvalid);
    return;
  }
  expect_stopped(QueueError::kWidth);
  driver().disable_queue();
  clear_error();
  enable(true);
  driver().wait_for_queue();
  driver().invalidate_all();
  if (config().interrupt_remapping) driver().invalidate(InterruptScope{});
  expect_running();
  expect_fault(read_of(kIova), FaultReason::kAbortMode);
  expect_fault(write_of(Iova(kData), 16, kOther), FaultReason::kAbortMode);
  latch(kLegacy);
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
}

DMAR_SCENARIO(QueueMode);

}  // namespace
}  // namespace dmar
