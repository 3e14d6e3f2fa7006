// SPDX-License-Identifier: Apache-2.0
// Nothing gets slower: the figures in clocks, on the default build, against their targets; and
// they come out the same every time.
#include <gmock/gmock.h>

#include <string>

#include "perf/figures.hpp"

namespace dmar::perf {
namespace {

// Measured once for all tests of a process.
const std::vector<Figure> &figures() {
  static CoreLibrary library;
  static const std::vector<Figure> kFigures = measure_figures({.library = &library}, {});
  return kFigures;
}

class Figures : public ::testing::Test {
 protected:
  static const Figure &named(std::string_view name) {
    for (const Figure &figure : figures()) {
      if (figure.spec->name == name) return figure;
    }
    throw std::out_of_range(std::string(name));
  }
  static void expect_met(std::string_view name) {
    const Figure &figure = named(name);
    EXPECT_NE(figure.spec->aim, Aim::kNone) << name;
    EXPECT_TRUE(figure.met()) << name << ": " << figure.value << " " << figure.spec->unit
                              << ", target " << figure.spec->target << "; " << figure.note;
  }
};

TEST_F(Figures, HitLatency) {
  expect_met("hit_latency");
  EXPECT_EQ(named("hit_latency").value, 3);
}

TEST_F(Figures, HitThroughput) {
  expect_met("hits_one_port");
  expect_met("hits_both_ports");
}

TEST_F(Figures, MissesDoNotSlowHits) {
  expect_met("hits_beside_misses");
  expect_met("hits_beside_misses_latency");
  expect_met("hits_among_misses");
}

TEST_F(Figures, MissLatency) {
  expect_met("warm_miss");
  expect_met("cold_miss");
  CoreLibrary library;
  const Setting setting{.library = &library};
  EXPECT_EQ(warm_miss_alone(setting).reads, 1);
  EXPECT_EQ(cold_miss_alone(setting).reads, 6);
}

TEST_F(Figures, SequentialPages) {
  expect_met("sequential_20");
  expect_met("sequential_64");
}

// Several requests a page, as devices make them.
TEST_F(Figures, Streams) {
  expect_met("stream_20");
  expect_met("stream_100");
  expect_met("stream_200");
}

TEST_F(Figures, RandomPages) {
  expect_met("random_20");
  expect_met("random_64");
}

TEST_F(Figures, Invalidations) {
  expect_met("invalidation");
  expect_met("invalidation_hits");
}

TEST_F(Figures, AreTheSameInAnotherRun) {
  CoreLibrary library;
  const std::vector<Figure> again = measure_figures({.library = &library}, {});
  ASSERT_EQ(again.size(), figures().size());
  for (std::size_t i = 0; i < again.size(); ++i) {
    EXPECT_EQ(again[i].value, figures()[i].value) << again[i].spec->name;
    EXPECT_EQ(again[i].note, figures()[i].note) << again[i].spec->name;
  }
}

// What the RTL does not reset starts random, such as what was used last in a set of a cache: that
// may move which entry is replaced, and nothing else.
TEST_F(Figures, HardlyDependOnTheSeed) {
  CoreLibrary library;
  Setting setting{.library = &library};
  setting.unit.seed = 77;
  const std::vector<Figure> again = measure_figures(setting, {});
  for (std::size_t i = 0; i < again.size(); ++i) {
    const double value = figures()[i].value;
    EXPECT_NEAR(again[i].value, value, 0.02 * value + 0.1) << again[i].spec->name;
  }
}

}  // namespace
}  // namespace dmar::perf
