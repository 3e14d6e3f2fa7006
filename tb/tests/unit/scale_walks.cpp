// SPDX-License-Identifier: Apache-2.0
// Which misses join a walk, and which of them a slice asks for once.
#include <gmock/gmock.h>

#include "scale/miss_table.hpp"
#include "scale/walks.hpp"

namespace dmar::scale {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::Optional;

constexpr SourceId kSource = bdf(0, 2, 0);

Miss miss(std::uint64_t page, unsigned id = 0) {
  return {.slice = 0, .id = id, .source_id = kSource, .page = page, .context_known = true};
}

Walks one_line(Walk::State state, unsigned entries) {
  Walks walks(2, 6);
  walks[0] = {.state = state,
              .miss = miss(0x43),
              .line = true,
              .structure = Walk::Structure::kTable,
              .level = 1,
              .entries = entries};
  return walks;
}

TEST(Walks, AMissJoinsTheWalkOfItsLine) {
  EXPECT_THAT(one_line(Walk::State::kWait, 0).joinable(miss(0x47)), Optional(0U));
  EXPECT_EQ(one_line(Walk::State::kWait, 0).joinable(miss(0x48)), std::nullopt);
  EXPECT_EQ(one_line(Walk::State::kAnswer, 8).joinable(miss(0x47)), std::nullopt);
}

// Beats of the line of 0x43 are 43 42, 45 44, 47 46, 41 40.
TEST(Walks, ALateMissJoinsWhileItsBeatIsToCome) {
  const auto joins = [](unsigned entries, std::uint64_t page) {
    return one_line(Walk::State::kLine, entries).joinable(miss(page)).has_value();
  };
  EXPECT_FALSE(joins(1, 0x43));
  EXPECT_FALSE(joins(1, 0x42));
  EXPECT_TRUE(joins(1, 0x44));
  EXPECT_FALSE(joins(2, 0x44));
  EXPECT_TRUE(joins(2, 0x46));
  EXPECT_TRUE(joins(5, 0x40));
  EXPECT_FALSE(joins(6, 0x40));
  Walks poisoned = one_line(Walk::State::kLine, 1);
  poisoned[0].poisoned = true;
  EXPECT_EQ(poisoned.joinable(miss(0x40)), std::nullopt);
}

bool nothing_cached(const Miss &) { return false; }

Found found(Found::Kind kind, std::uint64_t page, bool last) {
  return {.kind = kind, .miss = miss(page), .context = {}, .last = last};
}

std::vector<unsigned> answered(MissTable &misses) {
  std::vector<Answer> answers;
  for (unsigned clock = 0; clock < 10; ++clock) misses.answer(answers);
  std::vector<unsigned> tags;
  for (const Answer &answer : answers) tags.push_back(answer.tag);
  return tags;
}

TEST(MissTable, AsksForAPageOnce) {
  MissTable misses(3, {.misses = 1, .asks_by_line = false});
  misses.push(miss(5, 10));
  misses.push(miss(5, 11));
  misses.push(miss(6, 12));
  EXPECT_EQ(misses.step(false, nothing_cached), std::nullopt);  // the link is taken
  EXPECT_THAT(misses.step(true, nothing_cached), Optional(Field(&Miss::page, 5U)));
  EXPECT_EQ(misses.step(true, nothing_cached), std::nullopt);  // waits for the same page
  EXPECT_EQ(misses.step(true, nothing_cached), std::nullopt);  // no entry is free
  misses.finish(found(Found::Kind::kAnswer, 5, true));
  EXPECT_THAT(answered(misses), ElementsAre(10U, 11U));
  EXPECT_THAT(misses.step(true, nothing_cached), Optional(Field(&Miss::page, 6U)));
}

TEST(MissTable, ByLineWaitsForWhatComesOfTheLine) {
  MissTable misses(0, {.misses = 4});
  misses.push(miss(5, 10));
  misses.push(miss(6, 11));
  misses.push(miss(7, 12));
  EXPECT_THAT(misses.step(true, nothing_cached), Optional(Field(&Miss::page, 5U)));
  EXPECT_EQ(misses.step(true, nothing_cached), std::nullopt);
  EXPECT_EQ(misses.step(true, nothing_cached), std::nullopt);
  misses.finish(found(Found::Kind::kAnswer, 5, false));
  misses.finish(found(Found::Kind::kPage, 6, true));
  EXPECT_THAT(answered(misses), ElementsAre(10U, 11U));
  EXPECT_THAT(misses.step(true, nothing_cached), Optional(Field(&Miss::page, 7U)));
}

TEST(MissTable, DoesNotAskForWhatHasComeMeanwhile) {
  MissTable misses(0, {.misses = 4});
  misses.push(miss(5, 10));
  EXPECT_EQ(misses.step(true, [](const Miss &one) { return one.page == 5; }), std::nullopt);
  EXPECT_THAT(answered(misses), ElementsAre(10U));
}

}  // namespace
}  // namespace dmar::scale
