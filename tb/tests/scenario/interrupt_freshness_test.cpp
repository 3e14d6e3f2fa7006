// SPDX-License-Identifier: Apache-2.0
// The interrupt entry cache (VT-d 6.2.6, 6.5.2.7): what an invalidation covers is gone when it
// completes; what faulted was never there.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "tests/scenario/interrupt_scenario.hpp"

namespace dmar {
namespace {

using R = FaultReason;
using ::testing::AnyOf;

constexpr InterruptEntry kOld{.vector = 0x41, .destination = 0x0300};
constexpr InterruptEntry kNew{.vector = 0x52, .destination = 0x0F00};

class InterruptFreshness : public InterruptScenario {
 protected:
  void expect_entry(unsigned index, const InterruptEntry &entry) {
    EXPECT_THAT(access(interrupt(index)), Delivers(delivered(entry)));
  }
  // The entry at `index` is cached as kOld and then is kNew in memory.
  void make_stale(unsigned index) {
    table().set(index, kOld);
    driver().invalidate(InterruptScope{});
    expect_entry(index, kOld);
    table().set(index, kNew);
  }
};

TEST_P(InterruptFreshness, OldOrNewBeforeTheInvalidation) {
  start_remapping();
  make_stale(0x25);
  EXPECT_THAT(access(interrupt(0x25)), AnyOf(Delivers(delivered(kOld)), Delivers(delivered(kNew))));
  driver().invalidate(InterruptScope{});
  expect_entry(0x25, kNew);
}

// By an index that differs in every bit that the mask covers. A mask above CAP.MHMV is accepted.
TEST_P(InterruptFreshness, IndexInvalidationWithEveryMask) {
  start_remapping();
  constexpr unsigned kIndex = 0x9A5C;
  for (unsigned mask = 0; mask < 32; ++mask) {
    SCOPED_TRACE(fmt::format("IM {}", mask));
    make_stale(kIndex);
    const unsigned covered = (1U << std::min(mask, 16U)) - 1;
    driver().invalidate(InterruptScope{.all = false, .index = kIndex ^ covered, .mask = mask});
    expect_entry(kIndex, kNew);
  }
}

// All four corners of a block of 2^IM entries.
TEST_P(InterruptFreshness, WholeBlockIsCovered) {
  start_remapping();
  for (const unsigned mask : {1U, 4U, 8U}) {
    const unsigned block = 1U << mask;
    const unsigned first = 0x4000 + block;
    for (const unsigned index : {first, first + 1, first + block / 2, first + block - 1}) {
      make_stale(index);
      driver().invalidate(InterruptScope{.all = false, .index = first, .mask = mask});
      expect_entry(index, kNew);
    }
  }
}

// However the entry was reached: by handle or by sub-handle it is one entry.
TEST_P(InterruptFreshness, HandleAndSubhandleShareTheEntry) {
  start_remapping();
  make_stale(0x43);
  driver().invalidate(InterruptScope{.all = false, .index = 0x43});
  EXPECT_THAT(access(interrupt_of(remappable_message(0x40, 3), kDevice)),
              Delivers(delivered(kNew)));
  expect_entry(0x43, kNew);
}

// Present becomes absent, good becomes bad: blocked once the invalidation is through.
TEST_P(InterruptFreshness, RevokedEntryIsBlocked) {
  start_remapping();
  for (const bool global : {true, false}) {
    make_stale(0x77);
    table().clear(0x77);
    driver().invalidate(InterruptScope{.all = global, .index = 0x77});
    expect_fault(interrupt(0x77), R::kInterruptEntryNotPresent);
    make_stale(0x78);
    table().set_raw(0x78, kNew.lo() | bit(12), kNew.hi());
    driver().invalidate(InterruptScope{.all = global, .index = 0x78});
    expect_fault(interrupt(0x78), R::kInterruptEntryReserved);
  }
}

// RealBug: a remembered fault. Every kind of fault is gone with its cause, without invalidation.
TEST_P(InterruptFreshness, FaultToGoodNeedsNoInvalidation) {
  start_remapping();
  struct Bad {
    std::uint64_t lo, hi;
    R reason;
  };
  const std::vector<Bad> bad{
      {0, 0, R::kInterruptEntryNotPresent},
      {kNew.lo() & ~bit(0), kNew.hi(), R::kInterruptEntryNotPresent},
      {kNew.lo() | bit(31), kNew.hi(), R::kInterruptEntryReserved},
      {kNew.lo() | bit(15) | bit(24), kNew.hi(), R::kInterruptEntryReserved},
      {kNew.lo(), kNew.hi() | bit(63), R::kInterruptEntryReserved},
      {kNew.lo(), bits(19, 18), R::kInterruptEntryReserved},
      {kNew.lo(), bit(18) | kOther.raw(), R::kInterruptSourceInvalid},
  };
  for (const Bad &entry : bad) {
    const unsigned index = fresh_index();
    for (unsigned round = 0; round < 2; ++round) {
      table().set_raw(index, entry.lo, entry.hi);
      for (unsigned n = 0; n < 2; ++n) expect_fault(interrupt(index), entry.reason);
      table().set(index, kNew);
      expect_entry(index, kNew);
      driver().invalidate(InterruptScope{.all = false, .index = index});
    }
  }
  const HostAddr place = table().entry_address(0x20);
  table().set(0x20, kNew);
  memory().inject_error(place, HostAddr(place.raw() + 15));
  expect_fault(interrupt(0x20), R::kInterruptEntryAccess);
  memory().clear_errors();
  expect_entry(0x20, kNew);
}

// Neighbours in the table are entries of their own: a fault of one says nothing of the other.
TEST_P(InterruptFreshness, NeighboursDoNotMix) {
  start_remapping();
  for (unsigned n = 0; n < 24; ++n) {
    table().set(0x200 + n, {.vector = 0x30 + n, .destination = n << 8});
  }
  table().clear(0x205);
  for (unsigned round = 0; round < 2; ++round) {
    for (unsigned n = 0; n < 24; ++n) {
      if (n == 5) {
        expect_fault(interrupt(0x205), R::kInterruptEntryNotPresent);
      } else {
        expect_entry(0x200 + n, {.vector = 0x30 + n, .destination = n << 8});
      }
    }
  }
}

// A new table, without invalidation where CAP.ESIRTPS promises it, with one elsewhere.
TEST_P(InterruptFreshness, SetPointerSwitchesTables) {
  constexpr HostAddr kSecond{0x3800'0000};
  start_remapping();
  table().set(0x11, kOld);
  table(kSecond).set(0x11, kNew);
  for (unsigned round = 0; round < 3; ++round) {
    expect_entry(0x11, round % 2 == 0 ? kOld : kNew);
    driver().set_interrupt_table(round % 2 == 0 ? kSecond : kTable, kLargest);
    if (!config().interrupt_pointer_flush) driver().invalidate(InterruptScope{});
    expect_entry(0x11, round % 2 == 0 ? kNew : kOld);
  }
}

// What was cached before remapping went off is gone when it comes back, by promise or by order.
TEST_P(InterruptFreshness, SwitchedOffAndOnAgain) {
  start_remapping();
  make_stale(0x12);
  driver().disable_interrupt_remapping();
  const Message raw = remappable_message(0x12);
  EXPECT_THAT(access(interrupt(0x12)), Delivers(raw));
  if (!config().interrupt_pointer_flush) driver().invalidate(InterruptScope{});
  driver().enable_interrupt_remapping();
  expect_entry(0x12, kNew);
}

// IEC and the caches of translation know nothing of each other.
TEST_P(InterruptFreshness, TranslationInvalidationsDoNoHarm) {
  start_with_page();
  start_remapping();
  table().set(0x13, kOld);
  for (unsigned n = 0; n < 3; ++n) {
    expect_entry(0x13, kOld);
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
    driver().invalidate_all();
    expect_entry(0x13, kOld);
    driver().invalidate(InterruptScope{.all = n == 0, .index = 0x13});
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  }
}

DMAR_INTERRUPT_SCENARIO(InterruptFreshness);

}  // namespace
}  // namespace dmar
