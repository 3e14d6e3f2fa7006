// SPDX-License-Identifier: Apache-2.0
// A function with a device TLB: which requests leave it.
#include <gmock/gmock.h>

#include "devices/tests/ats_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

using AtsPortTest = AtsFixture;

TEST_F(AtsPortTest, AsksOnceAndGoesTranslated) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  EXPECT_EQ(write(0x1010), DmaStatus::kOkay);
  EXPECT_EQ(byte_at(0x9010), 0x5A);
  EXPECT_EQ(read(0x1020), DmaStatus::kOkay);
  EXPECT_THAT(bus_.asked, ElementsAre(Pair(0x1000, false)));
  EXPECT_THAT(bus_.translated_to, ElementsAre(0x9010, 0x9020));
  EXPECT_EQ(port_.statistics().untranslated, 0u);
  EXPECT_EQ(port_.tlb().statistics().hits, 1u);
}

TEST_F(AtsPortTest, ReadsAskWithoutAWrite) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  EXPECT_EQ(read(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_THAT(bus_.asked, ElementsAre(Pair(0x1000, true), Pair(0x1000, false)));
  EXPECT_EQ(read(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(bus_.asked.size(), 2u) << "the entry permits both now";
}

TEST_F(AtsPortTest, CutsAtPagesAndAsksForEach) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  bus_.map(0x2000, 4096, 0x5000, kBoth);
  bus_.map(0x3000, 4096, 0x7000, kBoth);
  EXPECT_EQ(write(0x1FF0, 4096 + 32), DmaStatus::kOkay);
  EXPECT_EQ(byte_at(0x9FEF), 0x00);
  EXPECT_EQ(byte_at(0x9FF0), 0x5A);
  EXPECT_EQ(byte_at(0x5000), 0x5A);
  EXPECT_EQ(byte_at(0x5FFF), 0x5A);
  EXPECT_EQ(byte_at(0x700F), 0x5A);
  EXPECT_EQ(byte_at(0x7010), 0x00);
  EXPECT_EQ(bus_.asked.size(), 3u);
}

TEST_F(AtsPortTest, OneLargeEntryServesItsPages) {
  bus_.map(0x40'0000, k2M, 0x80'0000, kBoth);
  EXPECT_EQ(write(0x40'3000), DmaStatus::kOkay);
  EXPECT_EQ(write(0x5F'F000, 4096), DmaStatus::kOkay);
  EXPECT_EQ(bus_.asked.size(), 1u);
  EXPECT_EQ(byte_at(0x9F'FFFF), 0x5A);
}

TEST_F(AtsPortTest, RequestsForOnePageShareItsTranslation) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  for (unsigned i = 0; i < 4; ++i) start_write(0x1000 + 8 * i);
  EXPECT_EQ(bus_.asked.size(), 1u);
  ASSERT_TRUE(bus_.drain());
  for (const Transfer &transfer : transfers_) EXPECT_EQ(transfer.status, DmaStatus::kOkay);
}

TEST_F(AtsPortTest, WithoutAtsNothingIsAskedFor) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  fill(0x1000);
  port_.enable_translations(false);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_THAT(bus_.asked, IsEmpty());
  EXPECT_THAT(bus_.translated_to, IsEmpty());
  EXPECT_EQ(port_.statistics().untranslated, 1u);
  port_.enable_translations(true);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(bus_.asked.size(), 1u) << "entries do not survive";
}

TEST_F(AtsPortTest, WithoutPermissionTheUnitIsToSayWhy) {
  bus_.map(0x1000, 4096, 0x9000, kRead);
  EXPECT_EQ(write(0x1000), DmaStatus::kBlocked);
  EXPECT_THAT(bus_.faults, ElementsAre(0x1000));
  EXPECT_EQ(read(0x2000), DmaStatus::kBlocked);
  EXPECT_THAT(bus_.faults, ElementsAre(0x1000, 0x2000));
  EXPECT_EQ(read(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(bus_.translated_to.size(), 1u);
  EXPECT_EQ(port_.statistics().refused, 2u);
}

TEST_F(AtsPortTest, AGrantThatCameLaterIsFound) {
  bus_.map(0x1000, 4096, 0x9000, kRead);
  EXPECT_EQ(read(0x1000), DmaStatus::kOkay);
  bus_.map(0x1000, 4096, 0x9000, kBoth);  // more permission needs no invalidation
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_THAT(bus_.faults, IsEmpty());
}

TEST_F(AtsPortTest, UntranslatedOnlyIsObeyed) {
  bus_.map(0x1000, 4096, 0x9000, kBoth | TranslationEntry::kUntranslated);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_THAT(bus_.translated_to, IsEmpty());
  EXPECT_EQ(bus_.asked.size(), 2u) << "not kept";
}

TEST_F(AtsPortTest, AnAbortEndsThatRequestOnly) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  bus_.map(0x2000, 4096, 0xA000, kBoth);
  bus_.status = [](std::uint64_t page) {
    return page == 0x1000 ? TranslationAnswer::Status::kAborted
                          : TranslationAnswer::Status::kSuccess;
  };
  EXPECT_EQ(write(0x1000), DmaStatus::kBlocked);
  EXPECT_EQ(byte_at(0x9000), 0);
  EXPECT_EQ(write(0x2000), DmaStatus::kOkay);
  EXPECT_THAT(bus_.translated_to, ElementsAre(0xA000));
}

TEST_F(AtsPortTest, UnsupportedEndsTheUseOfAts) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  bus_.status = [](std::uint64_t) { return TranslationAnswer::Status::kUnsupported; };
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay) << "untranslated";
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(bus_.asked.size(), 1u);
  bus_.status = nullptr;
  port_.enable_translations(true);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(bus_.asked.size(), 1u) << "it was enabled all the time";
  port_.enable_translations(false);
  port_.enable_translations(true);
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay);
  EXPECT_EQ(bus_.asked.size(), 2u);
  EXPECT_THAT(bus_.translated_to, ElementsAre(0x9000));
}

TEST_F(AtsPortTest, AnswersOfBeforeADisableAreForgotten) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  Transfer &transfer = start_write(0x1000);
  ASSERT_TRUE(bus_.perform());
  port_.enable_translations(false);
  ASSERT_TRUE(bus_.drain());
  EXPECT_EQ(transfer.status, DmaStatus::kOkay);
  EXPECT_THAT(bus_.translated_to, IsEmpty());
  EXPECT_EQ(port_.tlb().size(), 0u);
}

TEST_F(AtsPortTest, MessagesAreNeverTranslated) {
  std::optional<DmaStatus> status;
  port_.message({.address = 0xFEE0'1000, .data = 0x42}, [&status](DmaStatus how) { status = how; });
  ASSERT_TRUE(bus_.drain());
  EXPECT_EQ(status, DmaStatus::kOkay);
  EXPECT_EQ(bus_.messages.size(), 1u);
  EXPECT_THAT(bus_.asked, IsEmpty());
}

TEST_F(AtsPortTest, CeaseEndsWhatWaitsForATranslation) {
  bus_.map(0x1000, 4096, 0x9000, kBoth);
  Transfer &transfer = start_write(0x1000);
  port_.cease();
  EXPECT_EQ(bus_.ceased, 1u);
  EXPECT_FALSE(transfer.status) << "when its answer has come";
  ASSERT_TRUE(bus_.drain());
  EXPECT_EQ(transfer.status, DmaStatus::kBlocked);
  EXPECT_THAT(bus_.translated_to, IsEmpty());
  EXPECT_EQ(write(0x1000), DmaStatus::kOkay) << "the next one is not ceased";
}

}  // namespace
}  // namespace dmar::devices
