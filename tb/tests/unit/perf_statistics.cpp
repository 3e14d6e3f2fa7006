// SPDX-License-Identifier: Apache-2.0
// Counting clocks.
#include <gmock/gmock.h>

#include "perf/pages.hpp"
#include "perf/statistics.hpp"

namespace dmar::perf {
namespace {

using ::testing::ElementsAre;

TEST(Histogram, KnowsItsValues) {
  Histogram histogram;
  EXPECT_EQ(histogram.total(), 0U);
  EXPECT_EQ(histogram.mean(), 0);
  EXPECT_EQ(histogram.max(), 0U);
  for (const unsigned value : {3U, 5U, 3U, 9U}) histogram.add(value);
  EXPECT_EQ(histogram.total(), 4U);
  EXPECT_EQ(histogram.mean(), 5);
  EXPECT_EQ(histogram.min(), 3U);
  EXPECT_EQ(histogram.max(), 9U);
  EXPECT_EQ(histogram.quantile(0.5), 3U);
  EXPECT_EQ(histogram.quantile(0.75), 5U);
  EXPECT_EQ(histogram.quantile(0.99), 9U);
}

TEST(Histogram, AddsAnother) {
  Histogram one;
  one.add(std::uint64_t{1});
  Histogram other;
  other.add(std::uint64_t{2});
  other.add(std::uint64_t{2});
  one.add(other);
  EXPECT_EQ(one.total(), 3U);
  EXPECT_THAT(one.counts(), ElementsAre(0, 1, 2));
}

TEST(PageOrders, VisitEveryPageOnce) {
  PageOrder order = shuffled(100, 3);
  EXPECT_EQ(order, shuffled(100, 3));
  EXPECT_NE(order, shuffled(100, 4));
  EXPECT_NE(order, in_sequence(100));
  std::sort(order.begin(), order.end());
  EXPECT_EQ(order, in_sequence(100));
}

}  // namespace
}  // namespace dmar::perf
