// SPDX-License-Identifier: Apache-2.0
// Invalidation messages of two units that choose their ITags differently.
#include <gmock/gmock.h>

#include "cosim/invalidation_pairs.hpp"

namespace dmar::cosim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr SourceId kFlushed = bdf(1, 0, 0);
constexpr SourceId kBystander = bdf(0, 2, 0);

InvalidateRequest message(std::uint8_t itag, std::uint64_t payload = 0x1000,
                          SourceId source = kFlushed) {
  return {.source_id = source, .itag = itag, .payload = payload};
}
InvalidateCompletion answer(std::uint32_t itags, std::uint8_t count = 1,
                            SourceId source = kFlushed) {
  return {.source_id = source, .itags = itags, .count = count};
}

TEST(InvalidationPairs, AnswersHaveTheTagsOfTheGoldenModel) {
  InvalidationPairs pairs;
  pairs.due(message(0, 0x1000));
  pairs.due(message(1, 0x2000));
  ASSERT_TRUE(pairs.sent(message(7, 0x1000), 10));
  ASSERT_TRUE(pairs.sent(message(8, 0x2000), 11));
  EXPECT_EQ(pairs.count(), 2U);
  EXPECT_EQ(pairs.answered(answer(1U << 8)).golden, answer(1U << 1));
  EXPECT_EQ(pairs.answered(answer(1U << 7)).golden, answer(1U << 0));
  EXPECT_EQ(pairs.count(), 0U);
}

TEST(InvalidationPairs, OneMessageAnswersSeveral) {
  InvalidationPairs pairs;
  for (std::uint8_t i = 0; i < 3; ++i) {
    pairs.due(message(i));
    ASSERT_TRUE(pairs.sent(message(static_cast<std::uint8_t>(31 - i)), i));
  }
  EXPECT_EQ(pairs.answered(answer(1U << 31 | 1U << 29)).golden, answer(1U << 0 | 1U << 2));
  EXPECT_EQ(pairs.count(), 1U);
}

TEST(InvalidationPairs, WhatIsNotDueIsNotPaired) {
  InvalidationPairs pairs;
  EXPECT_FALSE(pairs.sent(message(0), 0));
  pairs.due(message(0, 0x1000));
  EXPECT_FALSE(pairs.sent(message(0, 0x2000), 0)) << "another address";
  EXPECT_FALSE(pairs.sent(message(0, 0x1000, kBystander), 0)) << "another device";
  EXPECT_THAT(pairs.take_due(), SizeIs(1));
  EXPECT_THAT(pairs.take_due(), IsEmpty());
}

TEST(InvalidationPairs, ATagThatIsOutCannotBeSentAgain) {
  InvalidationPairs pairs;
  pairs.due(message(0));
  pairs.due(message(1));
  ASSERT_TRUE(pairs.sent(message(5), 0));
  EXPECT_FALSE(pairs.sent(message(5), 1));
  pairs.answered(answer(1U << 5));
  EXPECT_TRUE(pairs.sent(message(5), 2));
}

TEST(InvalidationPairs, WaitsForAllMessagesOfAnAnswer) {
  InvalidationPairs pairs;
  pairs.due(message(0));
  ASSERT_TRUE(pairs.sent(message(3), 0, 77));
  EXPECT_THAT(pairs.answered(answer(1U << 3, 2)).carried_out, IsEmpty());
  EXPECT_EQ(pairs.count(), 1U);
  const InvalidationPairs::Answer last = pairs.answered(answer(1U << 3, 2));
  EXPECT_EQ(last.golden, answer(1U << 0, 2));
  ASSERT_THAT(last.carried_out, SizeIs(1));
  EXPECT_EQ(last.carried_out[0].request, message(0));
  EXPECT_EQ(last.carried_out[0].moment, 77U);
  EXPECT_EQ(pairs.count(), 0U);
}

// What is wrong for the unit has to be wrong for the golden model.
TEST(InvalidationPairs, AWrongTagIsWrongForBoth) {
  InvalidationPairs pairs;
  pairs.due(message(0));
  pairs.due(message(1));
  ASSERT_TRUE(pairs.sent(message(9), 0));
  EXPECT_EQ(pairs.answered(answer(1U << 0)).golden, answer(1U << 2)) << "0 and 1 are in use there";
  EXPECT_EQ(pairs.count(), 1U);
  EXPECT_EQ(pairs.answered(answer(1U << 9, 1, kBystander)).golden, answer(1U << 0, 1, kBystander));
  EXPECT_EQ(pairs.count(), 1U) << "of another device";
}

TEST(InvalidationPairs, GivesUpWhatIsOld) {
  InvalidationPairs pairs;
  pairs.due(message(0));
  pairs.due(message(1));
  ASSERT_TRUE(pairs.sent(message(4), 100));
  ASSERT_TRUE(pairs.sent(message(5), 200));
  EXPECT_EQ(pairs.age(250), 150U);
  EXPECT_THAT(pairs.give_up(99), IsEmpty());
  EXPECT_THAT(pairs.give_up(150), ElementsAre(message(0)));
  EXPECT_EQ(pairs.count(), 1U);
  EXPECT_EQ(pairs.age(250), 50U);
  pairs.give_up(200);
  EXPECT_EQ(pairs.age(250), 0U);
}

}  // namespace
}  // namespace dmar::cosim
