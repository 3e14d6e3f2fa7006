// SPDX-License-Identifier: Apache-2.0
// Which requesters an interrupt entry accepts: every qualifier and every bus range.
#include <gtest/gtest.h>

#include "golden/interrupt_entry.hpp"
#include "tables/interrupt_table.hpp"

namespace dmar::golden {
namespace {

using Result = std::optional<FaultReason>;

constexpr Result kRefused{FaultReason::kInterruptSourceInvalid};

Result judge(const InterruptEntry &entry, unsigned requester) {
  return judge_interrupt_entry({}, {entry.lo(), entry.hi()},
                               SourceId(static_cast<std::uint16_t>(requester)), false);
}

TEST(GoldenInterruptSource, QualifierSaysHowManyFunctionsMatch) {
  constexpr std::array<unsigned, 4> kMatching{1, 2, 4, 8};
  for (unsigned qualifier = 0; qualifier < 4; ++qualifier) {
    for (unsigned difference = 0; difference < 0x1'0000; ++difference) {
      const bool ignored = (difference == 0) || (qualifier == 1 && difference == 4) ||
                           (qualifier == 2 && difference < 8 && difference % 2 == 0) ||
                           (qualifier == 3 && difference < 8);
      const Result result = judge(
          {.source_id = SourceId(0x3A15), .source_qualifier = qualifier, .source_validation = 1},
          0x3A15 ^ difference);
      ASSERT_EQ(result, ignored ? Result{} : kRefused) << qualifier << ' ' << difference;
    }
    unsigned matching = 0;
    for (unsigned function = 0; function < 8; ++function) {
      matching += judge({.source_id = SourceId(0x3A15),
                         .source_qualifier = qualifier,
                         .source_validation = 1},
                        0x3A10 | function) == Result{};
    }
    EXPECT_EQ(matching, kMatching[qualifier]);
  }
}

TEST(GoldenInterruptSource, EveryBusRangeIncludesItsEndsAndNothingElse) {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned last = 0; last < 256; ++last) {
      const InterruptEntry entry{
          .source_id = SourceId(static_cast<std::uint16_t>(first << 8 | last)),
          .source_validation = 2};
      for (const unsigned bus : {0U, first - 1, first, first + 1, last - 1, last, last + 1, 255U}) {
        const unsigned requester = (bus & 0xFF) << 8 | (first * 7 + last) % 256;
        const bool inside = (bus & 0xFF) >= first && (bus & 0xFF) <= last;
        ASSERT_EQ(judge(entry, requester), inside ? Result{} : kRefused)
            << first << " to " << last << ", bus " << (bus & 0xFF);
      }
    }
  }
}

TEST(GoldenInterruptSource, QualifierMeansNothingToABusRange) {
  for (unsigned qualifier = 0; qualifier < 4; ++qualifier) {
    const InterruptEntry entry{
        .source_id = SourceId(0x0508), .source_qualifier = qualifier, .source_validation = 2};
    EXPECT_EQ(judge(entry, 0x08FF), Result{});
    EXPECT_EQ(judge(entry, 0x0900), kRefused);
  }
}

TEST(GoldenInterruptSource, WithoutValidationAnybodyMatches) {
  for (unsigned requester = 0; requester < 0x1'0000; requester += 0x11) {
    EXPECT_EQ(judge({.source_id = SourceId(0x3A10), .source_qualifier = 3}, requester), Result{});
  }
}

}  // namespace
}  // namespace dmar::golden
