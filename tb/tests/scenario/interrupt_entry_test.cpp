// SPDX-License-Identifier: Apache-2.0
// Every field and every bit of an interrupt table entry (VT-d 9.9): the message it stands for, or
// the fault.
#include <fmt/format.h>

#include "tests/scenario/interrupt_scenario.hpp"

namespace dmar {
namespace {

using R = FaultReason;

constexpr unsigned kSmall = 8;  // 512 entries are enough here

class InterruptEntryFields : public InterruptScenario {
 protected:
  static bool delivery_mode_exists(unsigned mode) { return mode != 3 && mode != 6; }
};

// DM, RH, TM and DLM in all combinations.
TEST_P(InterruptEntryFields, ModesInAllCombinations) {
  start_remapping(kSmall);
  for (unsigned mix = 0; mix < 64; ++mix) {
    const InterruptEntry entry{.logical = (mix & 1) != 0,
                               .redirection_hint = (mix & 2) != 0,
                               .level = (mix & 4) != 0,
                               .delivery_mode = mix >> 3,
                               .vector = 0x40 + mix,
                               .destination = mix << 8};
    SCOPED_TRACE(fmt::format("mix {:#x}", mix));
    if (delivery_mode_exists(mix >> 3)) {
      expect_delivered(entry);
    } else {
      expect_entry_fault(entry, R::kInterruptEntryReserved);
    }
  }
}

TEST_P(InterruptEntryFields, Vectors) {
  start_remapping(kSmall);
  for (const unsigned vector : {0U, 1U, 2U, 4U, 8U, 0x10U, 0x20U, 0x40U, 0x80U, 0xFFU}) {
    expect_delivered({.vector = vector});
  }
}

// An xAPIC id has 8 bits; the rest of the field is reserved.
TEST_P(InterruptEntryFields, ShortDestinations) {
  start_remapping(kSmall);
  expect_delivered({.destination = 0xFF00});
  for (unsigned n = 0; n < 32; ++n) {
    SCOPED_TRACE(fmt::format("destination bit {}", n));
    const InterruptEntry entry{.destination = 1U << n};
    if (n >= 8 && n < 16) {
      expect_delivered(entry);
    } else {
      expect_entry_fault(entry, R::kInterruptEntryReserved);
    }
  }
}

// What the requester wrote into address and data is replaced altogether (SHV=0).
TEST_P(InterruptEntryFields, RequestContributesNothing) {
  start_remapping(kSmall);
  const InterruptEntry entry{.vector = 0x52, .destination = 0x0F00};
  table().set(fresh_index(), entry);
  for (const std::uint32_t data : {0U, 0xFFFF'FFFFU, 0x8052U, 0x0001'0000U}) {
    Request request = interrupt(0x100);
    request.message_data = data;
    EXPECT_THAT(access(request), Delivers(delivered(entry))) << data;
  }
}

// Each of the 128 bits of a plain entry turned over alone.
TEST_P(InterruptEntryFields, EachBitAlone) {
  start_remapping(kSmall);
  const InterruptEntry plain{.vector = 0, .destination = 0};
  const std::uint64_t reserved_lo = bits(15, 12) | bits(31, 24) | bits(39, 32) | bits(63, 48);
  const std::uint64_t reserved_hi = bits(63, 20);
  for (unsigned n = 0; n < 128; ++n) {
    SCOPED_TRACE(fmt::format("bit {}", n));
    const std::uint64_t lo = n < 64 ? bit(n) : 0;
    const std::uint64_t hi = n < 64 ? 0 : bit(n - 64);
    const unsigned index = fresh_index();
    table().set_raw(index, plain.lo() ^ lo, plain.hi() ^ hi);
    const Request request = interrupt(index);
    if (n == 0) {
      expect_fault(request, R::kInterruptEntryNotPresent);
    } else if (n == 83) {  // SVT = 10: bus 0 to bus 0, and the device is on it
      EXPECT_THAT(access(request), Delivers(delivered(plain)));
    } else if (n == 82) {  // SVT = 01: requester 0
      expect_fault(request, R::kInterruptSourceInvalid);
    } else if (n == 15 && config().posted_interrupts) {
      EXPECT_THAT(access(request), IsPosted());  // to the descriptor at 0
      unit().settle();
      unit().take_messages();
    } else if ((reserved_lo & lo) != 0 || (reserved_hi & hi) != 0) {
      expect_fault(request, R::kInterruptEntryReserved);
    } else {
      EXPECT_THAT(access(request), IsOkay());
    }
  }
}

// An absent entry is nothing but absent, whatever else it holds; FPD counts.
TEST_P(InterruptEntryFields, AbsentEntriesAreNotLookedAt) {
  start_remapping(kSmall);
  for (const bool fpd : {false, true}) {
    const unsigned index = fresh_index();
    table().set_raw(index, ~std::uint64_t{fpd ? 1U : 3U}, ~std::uint64_t{0});
    if (fpd) {
      expect_unrecorded_fault(interrupt(index), R::kInterruptEntryNotPresent);
    } else {
      expect_fault(interrupt(index), R::kInterruptEntryNotPresent);
    }
  }
}

// IM=1 with posting not built, alone and in an entry that would be a good posted one.
TEST_P(InterruptEntryFields, PostedFormatIsRefused) {
  if (config().posted_interrupts) GTEST_SKIP() << "CAP.PI: posted format is no error here";
  start_remapping(kSmall);
  expect_entry_fault({}, R::kInterruptEntryReserved, bit(15));
  expect_entry_fault({.vector = 0xA3, .destination = 0x3456'7FC0}, R::kInterruptEntryReserved,
                     bit(15), std::uint64_t{0x12} << 32);
}

DMAR_INTERRUPT_SCENARIO(InterruptEntryFields);

class InterruptEntryExtended : public InterruptScenario {};

// An x2APIC id has 32 bits; the upper 24 go to the upper half of the address.
TEST_P(InterruptEntryExtended, LongDestinations) {
  start_remapping(kSmall, true);
  for (unsigned n = 0; n < 32; ++n) {
    SCOPED_TRACE(fmt::format("destination bit {}", n));
    expect_delivered({.destination = 1U << n}, true);
  }
  expect_delivered({.logical = true, .redirection_hint = true, .destination = ~0U}, true);
  expect_delivered({.level = true, .delivery_mode = 1, .destination = 0x0001'2345}, true);
}

TEST_P(InterruptEntryExtended, OtherReservedBitsStayReserved) {
  start_remapping(kSmall, true);
  const std::uint64_t lo = bits(15, 12) | bits(31, 24);
  for (unsigned n = 0; n < 128; ++n) {
    if (n < 64 ? (lo & bit(n)) == 0 : n < 84) continue;
    SCOPED_TRACE(fmt::format("bit {}", n));
    expect_entry_fault({.destination = 0x0001'2345}, R::kInterruptEntryReserved,
                       n < 64 ? bit(n) : 0, n < 64 ? 0 : bit(n - 64));
  }
}

// The mode comes with the table: the same entry means one id and then the other, or none.
TEST_P(InterruptEntryExtended, ModeIsLatchedWithTheTable) {
  start_remapping(kSmall);
  driver().disable_interrupt_remapping();
  const InterruptEntry both{.destination = 0x0500};
  const InterruptEntry wide{.destination = 0x0001'0500};
  table().set(1, both);
  table().set(2, wide);
  for (const bool extended : {false, true, false}) {
    use_table(kSmall, extended);
    driver().write64(reg::kIrta, kTable.raw() | (extended ? 0 : irta::kEime) | kSmall);
    driver().enable_interrupt_remapping();
    EXPECT_THAT(access(interrupt(1)), Delivers(delivered(both, extended)));
    if (extended) {
      EXPECT_THAT(access(interrupt(2)), Delivers(delivered(wide, true)));
    } else {
      expect_fault(interrupt(2), R::kInterruptEntryReserved);
    }
    driver().disable_interrupt_remapping();
  }
}

DMAR_SCENARIO_WITH(
    InterruptEntryExtended, +[](const Config &config) { return config.extended_interrupt_mode; });

}  // namespace
}  // namespace dmar
