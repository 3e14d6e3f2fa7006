// SPDX-License-Identifier: Apache-2.0
// When a function with a device TLB acknowledges an invalidation, and what it does wrong when told
// to.
#include <gmock/gmock.h>

#include "devices/tests/ats_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using AtsInvalidation = AtsFixture;

TEST_F(AtsInvalidation, InvalidationDropsTheEntryAndIsAcknowledged) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  fill(0x1000);
  invalidate(0x1000, 5);
  EXPECT_THAT(bus_.completed, ElementsAre(FakeAtsBus::Completed{1U << 5, 1, 0}));
  bus_.map(0x1000, 4096, 0xC000, kBoth);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_THAT(bus_.translated_to, ElementsAre(0xC000));
}

TEST_F(AtsInvalidation, IsAcknowledgedWithoutAtsToo) {
  port_.enable_translations(false);
  invalidate(0x1000, 0);
  EXPECT_EQ(bus_.completed.size(), 1u);
}

TEST_F(AtsInvalidation, WaitsForRequestsThatUseTheEntry) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  fill(0x1000);
  start_write(0x1000);
  start_read(0x1008);
  invalidate(0x1000, 3);
  EXPECT_THAT(bus_.completed, IsEmpty());
  ASSERT_TRUE(bus_.perform(Kind::kTranslated));
  EXPECT_THAT(bus_.completed, IsEmpty());
  ASSERT_TRUE(bus_.deliver());
  EXPECT_THAT(bus_.completed, IsEmpty());
  ASSERT_TRUE(bus_.drain());
  EXPECT_THAT(bus_.completed, ElementsAre(FakeAtsBus::Completed{1U << 3, 1, 0}));
}

TEST_F(AtsInvalidation, WaitsForNoOthers) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  bus_.map(0x2000, 4096, 0xA000, kBoth);
  fill(0x1000);
  fill(0x2000);
  start_write(0x1000);
  invalidate(0x2000, 3);
  EXPECT_THAT(bus_.completed, ElementsAre(FakeAtsBus::Completed{1U << 3, 1, 1}));
}

TEST_F(AtsInvalidation, SeveralInvalidationsEndInAnyOrder) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  bus_.map(0x2000, 4096, 0xA000, kBoth);
  fill(0x1000);
  fill(0x2000);
  start_write(0x1000);
  invalidate(0x1000, 1);
  invalidate(0x2000, 2);
  invalidate(0x0000, 3, 1U << 20);
  EXPECT_THAT(bus_.completed, ElementsAre(FakeAtsBus::Completed{1U << 2, 1, 1}));
  ASSERT_TRUE(bus_.drain());
  EXPECT_THAT(bus_.completed, ElementsAre(FakeAtsBus::Completed{1U << 2, 1, 1},
                                          FakeAtsBus::Completed{1U << 1 | 1U << 3, 1, 0}))
      << "one message for both";
}

TEST_F(AtsInvalidation, AnAnswerThatAnInvalidationOvertookIsNotUsed) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  Transfer &transfer = start_write(0x1000);
  ASSERT_TRUE(bus_.perform(Kind::kTranslationRequest));  // the old page
  bus_.map(0x1000, 4096, 0xC000, kBoth);
  invalidate(0x1000, 7);
  EXPECT_EQ(bus_.completed.size(), 1u) << "nobody uses the old one";
  ASSERT_TRUE(bus_.drain());
  EXPECT_EQ(transfer.status, DmaStatus::kOkay);
  EXPECT_THAT(bus_.translated_to, ElementsAre(0xC000));
  EXPECT_EQ(byte_at(0x9000), 0);
  EXPECT_EQ(port_.statistics().discarded, 1u);
}

// The page that was asked for is not the one that was invalidated, but the answer holds both.
TEST_F(AtsInvalidation, ALargeAnswerIsOvertakenByAnInvalidationOfAnyOfItsPages) {
  bus_.map(0x40'0000, k2M, 0x80'0000, kBoth);
  start_write(0x40'0000);
  ASSERT_TRUE(bus_.perform(Kind::kTranslationRequest));
  bus_.unmap(0x40'0000);
  bus_.map(0x40'0000, 4096, 0x80'0000, kBoth);
  invalidate(0x41'0000, 7);
  ASSERT_TRUE(bus_.drain());
  bus_.translated_to.clear();
  EXPECT_EQ(write(0x41'0000), DmaStatus::kBlocked);
  EXPECT_THAT(bus_.translated_to, IsEmpty());
}

TEST_F(AtsInvalidation, AnAnswerOfAnotherRegionIsKept) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  start_write(0x1000);
  ASSERT_TRUE(bus_.perform(Kind::kTranslationRequest));
  invalidate(0x5000, 7);
  ASSERT_TRUE(bus_.drain());
  EXPECT_EQ(bus_.asked.size(), 1u);
  EXPECT_EQ(port_.statistics().discarded, 0u);
}

TEST(AtsPortOptions, SeveralMessagesAnswerOneInvalidation) {
  FakeAtsBus bus;
  AtsPort port(bus, {.completions = 3});
  bus.invalidate({.source_id = {}, .itag = 31, .payload = 0x1000});
  ASSERT_EQ(bus.completed.size(), 3u);
  for (const auto &message : bus.completed) {
    EXPECT_EQ(message, (FakeAtsBus::Completed{1U << 31, 3, 0}));
  }
  EXPECT_EQ(port.statistics().acknowledged, 1u);
  EXPECT_THROW(AtsPort(bus, {.completions = 0}), std::invalid_argument);
  EXPECT_THROW(AtsPort(bus, {.completions = 9}), std::invalid_argument);
}

// --- misbehaviour ---

TEST_F(AtsInvalidation, AcknowledgesEarly) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  fill(0x1000);
  port_.misbehave(AtsMisbehaviour::kAcknowledgesEarly, 1);
  start_write(0x1000);
  invalidate(0x1000, 3);
  EXPECT_THAT(bus_.completed, ElementsAre(FakeAtsBus::Completed{1U << 3, 1, 1}));
  ASSERT_TRUE(bus_.drain());
  EXPECT_EQ(bus_.completed.size(), 1u) << "and not again";
}

TEST_F(AtsInvalidation, NeverAnswers) {
  port_.misbehave(AtsMisbehaviour::kNeverAnswers, 2);
  for (std::uint8_t itag = 0; itag < 3; ++itag) invalidate(0x1000, itag);
  ASSERT_TRUE(bus_.drain());
  EXPECT_THAT(bus_.completed, ElementsAre(FakeAtsBus::Completed{1U << 2, 1, 0}));
  EXPECT_EQ(port_.statistics().invalidations, 3u);
  EXPECT_EQ(port_.statistics().acknowledged, 1u);
}

TEST_F(AtsInvalidation, AnswersTwice) {
  port_.misbehave(AtsMisbehaviour::kAnswersTwice, 1);
  invalidate(0x1000, 4);
  EXPECT_EQ(bus_.completed.size(), 2u);
  invalidate(0x1000, 4);
  EXPECT_EQ(bus_.completed.size(), 3u);
}

TEST_F(AtsInvalidation, WrongTag) {
  port_.misbehave(AtsMisbehaviour::kWrongTag, 2);
  invalidate(0x1000, 4);
  invalidate(0x1000, 31);
  EXPECT_EQ(bus_.completed.at(0).itags, 1U << 5);
  EXPECT_EQ(bus_.completed.at(1).itags, 1U << 0);
}

TEST_F(AtsInvalidation, UsesAfterInvalidation) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  fill(0x1000);
  port_.misbehave(AtsMisbehaviour::kUsesAfter, 1);
  bus_.unmap_all();
  invalidate(0x1000, 4);
  EXPECT_EQ(bus_.completed.size(), 1u);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_THAT(bus_.translated_to, ElementsAre(0x9000));
  invalidate(0x1000, 4);
  EXPECT_EQ(write(0x1000), DmaStatus::kBlocked);
}

TEST_F(AtsInvalidation, ForgesTranslatedRequests) {
  port_.enable_translations(false);
  port_.misbehave(AtsMisbehaviour::kForgesTranslated, 1);
  EXPECT_EQ(write(0xDEAD'0000), DmaStatus::kOkay);
  EXPECT_THAT(bus_.translated_to, ElementsAre(0xDEAD'0000));
  EXPECT_EQ(write(0xDEAD'0000), DmaStatus::kBlocked);
}

TEST(AtsMisbehaviours, HaveNames) {
  for (const std::string_view name : kAtsMisbehaviours) {
    ASSERT_TRUE(ats_misbehaviour_named(name));
    EXPECT_EQ(name_of(*ats_misbehaviour_named(name)), name);
  }
  EXPECT_FALSE(ats_misbehaviour_named("answers"));
}

}  // namespace
}  // namespace dmar::devices
