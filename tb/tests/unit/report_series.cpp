// SPDX-License-Identifier: Apache-2.0
// Buckets of time and of latency: every count is in the right one, and there are never too many.
#include <gmock/gmock.h>

#include <cstdint>

#include "report/histogram.hpp"
#include "report/series.hpp"

namespace dmar::report {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

TEST(Series, CountsIntoTheBucketOfTheCycle) {
  Series series;
  series.at(0).requests += 1;
  series.at(63).requests += 1;
  series.at(64).bytes += 512;
  series.at(200).faults += 1;
  ASSERT_THAT(series.buckets(), SizeIs(4));
  EXPECT_EQ(series.buckets()[0].requests, 2U);
  EXPECT_EQ(series.buckets()[1].bytes, 512U);
  EXPECT_EQ(series.buckets()[2], Bucket{});
  EXPECT_EQ(series.buckets()[3].faults, 1U);
}

TEST(Series, WidensItsBucketsAndLosesNothing) {
  Series series;
  std::uint64_t bytes = 0;
  for (std::uint64_t cycle = 0; cycle < 10'000'000; cycle += 997) {
    Bucket &bucket = series.at(cycle);
    ++bucket.requests;
    bucket.bytes += cycle % 100;
    bytes += cycle % 100;
  }
  EXPECT_LE(series.buckets().size(), Series::kMost);
  EXPECT_GT(series.buckets().size(), Series::kMost / 2);
  EXPECT_EQ(series.width() % Series::kFirstWidth, 0U);
  EXPECT_EQ(series.total().requests, 10'000'000 / 997 + 1U);
  EXPECT_EQ(series.total().bytes, bytes);
  // As many in each as there are steps of 997 in its cycles, give or take one.
  for (std::size_t i = 0; i + 1 < series.buckets().size(); ++i) {
    EXPECT_NEAR(static_cast<double>(series.buckets()[i].requests),
                static_cast<double>(series.width()) / 997, 1)
        << i;
  }
}

TEST(Series, AddsAllCountsWhenItMerges) {
  Series series;
  series.at(0) +=
      {.requests = 1, .hits = 2, .interrupts = 3, .bytes = 4, .faults = 5, .invalidations = 6};
  series.at(64) += {
      .requests = 10, .hits = 20, .interrupts = 30, .bytes = 40, .faults = 50, .invalidations = 60};
  series.at(128) += {.requests = 7};
  series.widen(128);
  EXPECT_THAT(series.buckets(), ElementsAre(Bucket{.requests = 11,
                                                   .hits = 22,
                                                   .interrupts = 33,
                                                   .bytes = 44,
                                                   .faults = 55,
                                                   .invalidations = 66},
                                            Bucket{.requests = 7}));
  series.widen(64);  // never narrower
  EXPECT_EQ(series.width(), 128U);
}

TEST(Series, TakesTheLastCycleThatThereIs) {
  Series series;
  ++series.at(~std::uint64_t{0} >> 1).requests;
  EXPECT_LE(series.buckets().size(), Series::kMost);
  EXPECT_EQ(series.total().requests, 1U);
}

TEST(LogHistogram, HasExactBucketsBelow16AndQuartersAbove) {
  for (std::uint64_t value = 0; value < 16; ++value) {
    EXPECT_EQ(LogHistogram::bucket_of(value), value);
    EXPECT_EQ(LogHistogram::first_of(value), value);
  }
  EXPECT_EQ(LogHistogram::bucket_of(16), 16U);
  EXPECT_EQ(LogHistogram::bucket_of(19), 16U);
  EXPECT_EQ(LogHistogram::bucket_of(20), 17U);
  EXPECT_EQ(LogHistogram::bucket_of(31), 19U);
  EXPECT_EQ(LogHistogram::bucket_of(32), 20U);
  EXPECT_EQ(LogHistogram::bucket_of(40), 21U);
  // Each value lies in its bucket, over the whole range.
  for (std::uint64_t value = 1; value < std::uint64_t{1} << 62; value += value / 8 + 1) {
    const std::size_t bucket = LogHistogram::bucket_of(value);
    EXPECT_LE(LogHistogram::first_of(bucket), value);
    EXPECT_GT(LogHistogram::first_of(bucket + 1), value);
  }
}

TEST(LogHistogram, CountsAndAddsUp) {
  LogHistogram all;
  EXPECT_EQ(all.min(), 0U);
  EXPECT_EQ(all.quantile(0.5), 0U);
  LogHistogram one;
  for (std::uint64_t value = 1; value <= 100; ++value) (value % 2 == 0 ? all : one).add(value);
  all.add(one);
  EXPECT_EQ(all.total(), 100U);
  EXPECT_EQ(all.min(), 1U);
  EXPECT_EQ(all.max(), 100U);
  EXPECT_DOUBLE_EQ(all.mean(), 50.5);
  EXPECT_EQ(all.quantile(0), 1U);
  EXPECT_EQ(all.quantile(0.5), 55U);  // of the bucket 48 to 55
  EXPECT_EQ(all.quantile(1), 100U);
  EXPECT_EQ(all.counts()[LogHistogram::bucket_of(32)], 8U);
  EXPECT_EQ(all.counts()[LogHistogram::bucket_of(64)], 16U);
}

}  // namespace
}  // namespace dmar::report
