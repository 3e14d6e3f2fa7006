// SPDX-License-Identifier: Apache-2.0
// Shrinking and the names of cases, with a made-up machine in place of a real one.
#include "fuzz/shrink.hpp"

#include <gmock/gmock.h>

namespace dmar::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Fails in cycle 700 if both features are there and it gets that far.
std::optional<FuzzFailure> needs_two(const FuzzCase &one) {
  const bool has = one.features.has(Feature::kMappings) && one.features.has(Feature::kQueue);
  if (!has || one.cycles < 600) return std::nullopt;
  return make_failure("the answer is not legal", 700);
}

TEST(Shrink, KeepsWhatTheFailureNeeds) {
  const FuzzCase one{.model = "default", .seed = 9};
  const Shrunk shrunk = shrink(one, *needs_two(one), needs_two);
  EXPECT_THAT(shrunk.one.features.list(), ElementsAre(Feature::kMappings, Feature::kQueue));
  EXPECT_EQ(shrunk.one.cycles, 700U);
  EXPECT_EQ(shrunk.one.seed, 9U);
  EXPECT_EQ(shrunk.failure, *needs_two(one));
  EXPECT_GT(shrunk.runs, features().size());
}

TEST(Shrink, AnotherFailureIsNotTheSame) {
  const auto failure_of = [](const FuzzCase &one) -> std::optional<FuzzFailure> {
    if (!one.features.has(Feature::kRoots)) return make_failure("a status write is missing", 50);
    return make_failure(one.cycles == 25'000 ? "register 0x98 read 0x1 up to cycle 800"
                                             : "register 0x98 read 0x3 up to cycle 90",
                        one.cycles == 25'000 ? 800 : 90);
  };
  const FuzzCase one{.model = "default"};
  const Shrunk shrunk = shrink(one, *failure_of(one), failure_of);
  EXPECT_THAT(shrunk.one.features.list(), ElementsAre(Feature::kRoots));
  EXPECT_EQ(shrunk.one.cycles, 1U);
  EXPECT_EQ(shrunk.failure.text, "register 0x98 read 0x3 up to cycle 90");
}

// A crash has no cycle, and a machine that fails once only stays as it is.
TEST(Shrink, WhatCannotBeMadeSmallerStays) {
  const FuzzCase one{.model = "default"};
  const auto never = [](const FuzzCase &) { return std::optional<FuzzFailure>(); };
  const Shrunk shrunk = shrink(one, {.kind = "crash", .text = "crash", .cycle = 0}, never);
  EXPECT_EQ(shrunk.one, one);
}

TEST(FailureKind, IsTheFirstLineWithoutNumbers) {
  EXPECT_EQ(failure_kind("register 0x1c read 0xff00, 12 bytes\n  more"),
            "register # read #, # bytes");
  EXPECT_EQ(failure_kind("a fault"), "a fault");
}

TEST(Features, HaveDistinctNamesThatAreFound) {
  for (const FeatureInfo &one : features()) {
    EXPECT_EQ(feature_named(one.name), one.feature);
    EXPECT_TRUE(FeatureSet::all().has(one.feature));
  }
  EXPECT_THROW(feature_named("nonsense"), std::invalid_argument);
  EXPECT_EQ(FeatureSet::none().text(), "none");
  EXPECT_EQ(FeatureSet::none().with(Feature::kQueue).with(Feature::kMappings).text(),
            "mappings,queue");
}

TEST(Features, ThinOutBySeed) {
  const FeatureSet all = FeatureSet::all();
  bool differ = false;
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    EXPECT_EQ(all.thinned(seed), all.thinned(seed));
    differ = differ || all.thinned(seed) != all.thinned(seed + 1);
    EXPECT_EQ(FeatureSet::none().thinned(seed), FeatureSet::none());
  }
  EXPECT_TRUE(differ);
}

TEST(ReplayCommand, NamesTheCase) {
  FuzzCase one{.model = "tiny", .seed = 3, .cycles = 40};
  EXPECT_EQ(replay_command(one), "dmar fuzz --config tiny --seed 3 --runs 1 --cycles 40");
  one.features = one.features.without(Feature::kRoots);
  EXPECT_THAT(replay_command(one), HasSubstr(" --without roots"));
  one.features = FeatureSet::none().with(Feature::kRoots);
  EXPECT_THAT(replay_command(one), HasSubstr(" --only roots"));
}

}  // namespace
}  // namespace dmar::bench
