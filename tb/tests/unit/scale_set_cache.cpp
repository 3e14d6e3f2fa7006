// SPDX-License-Identifier: Apache-2.0
// Sets, ways, parts of an entry, and which entry is replaced.
#include <gmock/gmock.h>

#include "scale/set_cache.hpp"

namespace dmar::scale {
namespace {

using ::testing::Eq;
using ::testing::Optional;

TEST(SetCache, FindsOnlyThePartsOfAnEntryThatWereFilled) {
  SetCache cache(4, 2);
  const auto place = cache.fill(1, 7, 3);
  EXPECT_THAT(cache.find(1, 7, 3), Optional(Eq(place)));
  EXPECT_EQ(cache.find(1, 7, 2), std::nullopt);
  EXPECT_EQ(cache.find(2, 7, 3), std::nullopt);
  EXPECT_EQ(cache.fill(1, 7, 2), place);
  EXPECT_THAT(cache.find(1, 7, 2), Optional(Eq(place)));
}

TEST(SetCache, ReplacesTheFirstWayThatWasNotUsedSinceAllWere) {
  SetCache cache(1, 4);
  for (std::uint64_t key = 0; key < 4; ++key) cache.fill(0, key);
  // The fill of way 3 marked the last way, so only it is marked now.
  cache.touch({0, 0});
  EXPECT_EQ(cache.fill(0, 10).way, 1U);
  EXPECT_EQ(cache.find(0, 1), std::nullopt);
  EXPECT_NE(cache.find(0, 0), std::nullopt);
}

TEST(SetCache, DropsTheNamedPartsAlone) {
  SetCache cache(1, 2);
  cache.fill(0, 5, 0);
  cache.fill(0, 5, 1);
  cache.fill(0, 6, 0);
  cache.drop(0, [](std::uint64_t key) { return static_cast<SetCache::Parts>(key == 5 ? 1 : 0); });
  EXPECT_EQ(cache.find(0, 5, 0), std::nullopt);
  EXPECT_NE(cache.find(0, 5, 1), std::nullopt);
  EXPECT_NE(cache.find(0, 6, 0), std::nullopt);
}

TEST(SetCache, DomainsAreSpreadOverTheSets) {
  EXPECT_EQ(spread_of(0, 64), 0U);
  EXPECT_EQ(spread_of(1, 64), 32U);
  EXPECT_EQ(spread_of(2, 64), 16U);
  EXPECT_NE(spread_of(1, 64), spread_of(1 + 256 * 128, 64));
}

TEST(SetCache, RefusesSizesThatAreNone) {
  EXPECT_THROW(SetCache(3, 2), std::invalid_argument);
  EXPECT_THROW(SetCache(4, 0), std::invalid_argument);
}

}  // namespace
}  // namespace dmar::scale
