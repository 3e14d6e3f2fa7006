// SPDX-License-Identifier: Apache-2.0
// Source verification (VT-d 5.1.5.1, 9.9): SVT, SQ and SID against every requester that matters.
#include <fmt/format.h>

#include <array>

#include "tests/scenario/interrupt_scenario.hpp"

namespace dmar {
namespace {

using R = FaultReason;

class InterruptSource : public InterruptScenario {
 protected:
  static constexpr SourceId kSource = bdf(0x3A, 2, 5);
  static constexpr unsigned kNone = 0, kExact = 1, kBuses = 2, kReserved = 3;  // SVT

  // Faults are not recorded (FPD), which keeps these tests short; the record has its own.
  unsigned entry_for(unsigned validation, unsigned qualifier, SourceId source_id) {
    const unsigned index = fresh_index();
    table().set(index, {.fpd = true,
                        .vector = index & 0xFF,
                        .source_id = source_id,
                        .source_qualifier = qualifier,
                        .source_validation = validation});
    return index;
  }
  void expect_accepted(unsigned index, SourceId requester, bool accepted) {
    const Completion completion = access(interrupt(index, requester));
    const std::string where = fmt::format("requester {:04x}", requester.raw());
    if (accepted) {
      EXPECT_THAT(completion, IsOkay()) << where;
    } else {
      EXPECT_THAT(completion, Faults(R::kInterruptSourceInvalid)) << where;
    }
  }
};

TEST_P(InterruptSource, NoVerification) {
  start_remapping();
  for (unsigned qualifier = 0; qualifier < 4; ++qualifier) {
    const unsigned index = entry_for(kNone, qualifier, kSource);
    for (const SourceId requester : {kSource, kDevice, SourceId(0), SourceId(0xFFFF)}) {
      expect_accepted(index, requester, true);
    }
  }
}

// Every pair of functions of one device, and every other bit of the source id, under each SQ.
TEST_P(InterruptSource, FunctionsUnderEachQualifier) {
  constexpr std::array<unsigned, 4> kIgnored{0, 4, 6, 7};
  start_remapping();
  for (unsigned qualifier = 0; qualifier < 4; ++qualifier) {
    SCOPED_TRACE(fmt::format("SQ {}", qualifier));
    for (unsigned named = 0; named < 8; ++named) {
      const unsigned index = entry_for(kExact, qualifier, bdf(0x3A, 2, named));
      for (unsigned function = 0; function < 8; ++function) {
        expect_accepted(index, bdf(0x3A, 2, function),
                        ((named ^ function) & ~kIgnored[qualifier]) == 0);
      }
    }
    const unsigned index = entry_for(kExact, qualifier, kSource);
    for (unsigned n = 3; n < 16; ++n) {
      expect_accepted(index, SourceId(static_cast<std::uint16_t>(kSource.raw() ^ (1U << n))),
                      false);
    }
  }
}

// The start is the upper byte, the end the lower one; both belong to the range.
TEST_P(InterruptSource, BusRanges) {
  struct Range {
    unsigned start, end;
  };
  start_remapping();
  for (const Range range : {Range{5, 8}, Range{7, 7}, Range{0, 0}, Range{0, 0xFF},
                            Range{0xFF, 0xFF}, Range{8, 5}, Range{0xFF, 0}, Range{0x7F, 0x80}}) {
    SCOPED_TRACE(fmt::format("buses {:02x} to {:02x}", range.start, range.end));
    for (const unsigned qualifier : {0U, 3U}) {
      const unsigned index = entry_for(
          kBuses, qualifier, SourceId(static_cast<std::uint16_t>(range.start << 8 | range.end)));
      for (const unsigned bus : {0U, 4U, 5U, 6U, 7U, 8U, 9U, 0x7FU, 0x80U, 0xFEU, 0xFFU}) {
        for (const unsigned device : {0U, 31U}) {
          expect_accepted(index, bdf(bus, device, device % 8),
                          range.start <= bus && bus <= range.end);
        }
      }
    }
  }
}

// Reserved, whether the source would do or not.
TEST_P(InterruptSource, ReservedType) {
  start_remapping();
  for (const SourceId named : {kDevice, kOther}) {
    for (unsigned qualifier = 0; qualifier < 4; ++qualifier) {
      expect_entry_fault(
          {.source_id = named, .source_qualifier = qualifier, .source_validation = kReserved},
          R::kInterruptEntryReserved);
    }
  }
}

// RealBug: a cached entry must not serve a requester that it was not verified for.
TEST_P(InterruptSource, CachedEntryIsVerifiedAgain) {
  start_remapping();
  const unsigned index = fresh_index();
  const InterruptEntry entry{.source_id = kDevice, .source_validation = kExact};
  table().set(index, entry);
  for (unsigned n = 0; n < 3; ++n) {
    EXPECT_THAT(access(interrupt(index)), Delivers(delivered(entry)));
    expect_fault(interrupt(index, kOther), R::kInterruptSourceInvalid);
    expect_fault(interrupt(index, kNeighbour), R::kInterruptSourceInvalid);
  }
}

DMAR_INTERRUPT_SCENARIO(InterruptSource);

}  // namespace
}  // namespace dmar
