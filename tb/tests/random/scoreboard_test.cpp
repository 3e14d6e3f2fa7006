// SPDX-License-Identifier: Apache-2.0
// Which words a translation may still use, and for how long: every rule with a history it accepts
// and one it rejects.
#include <gmock/gmock.h>

#include "scoreboard_fixture.hpp"

namespace dmar::bench {
namespace {

using golden::ContextInvalidation;
using golden::IotlbInvalidation;
using ::testing::HasSubstr;

constexpr DomainId kDomain{5};

IotlbInvalidation page(Iova address, unsigned mask = 0, bool leaf_only = false) {
  return {.granularity = granularity::kDeviceOrPage,
          .domain = kDomain,
          .address = address,
          .address_mask = mask,
          .leaf_only = leaf_only};
}

TEST_F(ScoreboardTest, TakesTheOneLegalAnswerAndNoOther) {
  EXPECT_EQ(forward(read, kOld, {110, 120, 130}).legal, 1U);
  EXPECT_THROW(forward(read, kNew, {110, 120, 130}), Mismatch);
  EXPECT_THROW(fault(read, FaultReason::kReadNotPermitted, {110, 120, 120}), Mismatch);
  EXPECT_EQ(board.statistics().checks, 1U);
  EXPECT_EQ(board.statistics().single, 1U);
}

TEST_F(ScoreboardTest, OldAndNewAreLegalUntilTheInvalidationIsComplete) {
  remap(kNew);
  at(400);
  EXPECT_EQ(forward(read, kOld, {210, 220, 230}).legal, 2U);
  forward(read, kNew, {210, 220, 230});
  EXPECT_EQ(board.statistics().single, 0U);
  invalidate(page(kPage), 240, 300);
  forward(read, kOld, {260, 270, 300});
  EXPECT_EQ(forward(read, kNew, {305, 306, 310}).legal, 1U);
  EXPECT_THROW(forward(read, kOld, {305, 306, 310}), Mismatch);
}

// Drain: the verdict came in time, the access did not.
TEST_F(ScoreboardTest, OldAccessMayNotReachMemoryAfterCompletion) {
  remap(kNew);
  invalidate(page(kPage), 140, 200);
  forward(write, kOld, {130, 140, 199});
  EXPECT_THROW(forward(write, kOld, {130, 140, 201}), Mismatch);
}

TEST_F(ScoreboardTest, NothingIsUsedBeforeItIsThere) {
  at(150);
  remap(kNew);
  EXPECT_THROW(forward(read, kNew, {110, 120, 160}), Mismatch);
  forward(read, kNew, {110, 150, 160});
}

TEST_F(ScoreboardTest, ChangesAfterTheCommandNeedAnotherOne) {
  const auto ticket = board.invalidations().begin(page(kPage), 110);
  at(120);
  remap(kNew);
  board.invalidations().complete(ticket, 130);
  forward(read, kOld, {140, 150, 160});
}

TEST_F(ScoreboardTest, InvalidationsOfOtherPagesAndDomainsDoNotCover) {
  remap(kNew);
  invalidate(page(Iova(0x5000)), 110, 120);
  IotlbInvalidation other{.granularity = granularity::kDomain, .domain = DomainId(6)};
  invalidate(other, 120, 130);
  forward(read, kOld, {140, 150, 160});
  other.domain = kDomain;
  invalidate(other, 160, 170);
  EXPECT_THROW(forward(read, kOld, {180, 190, 200}), Mismatch);
}

TEST_F(ScoreboardTest, TheAddressMaskWidensThePage) {
  remap(kNew);
  invalidate(page(Iova(0x5000)), 110, 120);
  forward(read, kOld, {140, 150, 160});
  invalidate(page(Iova(0x5000), 1), 160, 170);
  EXPECT_THROW(forward(read, kOld, {180, 190, 200}), Mismatch);
}

TEST_F(ScoreboardTest, GlobalCoversEveryDomain) {
  remap(kNew);
  invalidate(IotlbInvalidation{.granularity = granularity::kGlobal}, 110, 120);
  EXPECT_THROW(forward(read, kOld, {140, 150, 160}), Mismatch);
}

TEST_F(ScoreboardTest, TheHintSparesInnerEntriesOnly) {
  const HostAddr table = builder.pages().allocate();
  memory.write64(HostAddr(table.raw() + 8 * 4), kNew.raw() | 3);
  memory.write64(entry(2), table.raw() | 3);
  invalidate(page(kPage, 0, true), 110, 120);
  forward(read, kOld, {140, 150, 160});
  invalidate(page(kPage), 160, 170);
  EXPECT_THROW(forward(read, kOld, {180, 190, 200}), Mismatch);
  remap(kOld);
  invalidate(page(kPage, 0, true), 200, 210);
  EXPECT_THROW(forward(read, kNew, {220, 230, 240}), Mismatch);
}

class ContextScoreboard : public ScoreboardTest {
 protected:
  ContextScoreboard() : other(builder.create_domain({.id = 6})) {
    other.map(kPage, kNew);
    at(105);
    builder.attach(kDevice, other);
  }
  void expect_stale_legal(bool legal, Memory::Time now) {
    if (legal) {
      forward(read, kOld, {now, now, now});
    } else {
      EXPECT_THROW(forward(read, kOld, {now, now, now}), Mismatch);
    }
    forward(read, kNew, {now, now, now});
  }
  Domain other;
};

TEST_F(ContextScoreboard, OldContextIsLegalUntilCovered) {
  ContextInvalidation one{
      .granularity = granularity::kDeviceOrPage, .domain = kDomain, .source_id = bdf(0, 3, 4)};
  invalidate(one, 110, 120);
  expect_stale_legal(true, 125);
  one.domain = DomainId(6);  // what the new entry names, not the old one
  one.source_id = kDevice;
  invalidate(one, 130, 140);
  expect_stale_legal(true, 145);
  invalidate(IotlbInvalidation{.granularity = granularity::kGlobal}, 150, 160);
  expect_stale_legal(true, 165);
  one.domain = kDomain;
  one.source_id = bdf(0, 3, 4);
  one.function_mask = 1;  // bit 2 does not count
  invalidate(one, 170, 180);
  expect_stale_legal(false, 185);
}

TEST_F(ContextScoreboard, DomainSelectiveCoversTheOldDomain) {
  ContextInvalidation one{.granularity = granularity::kDomain, .domain = DomainId(6)};
  invalidate(one, 110, 120);
  expect_stale_legal(true, 125);
  one.domain = kDomain;
  invalidate(one, 130, 140);
  expect_stale_legal(false, 145);
}

// Both halves are read at once: TT and SSPTPTR of one entry, DID and AW of the other, never.
TEST_F(ContextScoreboard, HalvesOfDifferentEntriesDoNotMix) {
  remap(HostAddr(0x7000'0000));
  invalidate(IotlbInvalidation{.granularity = granularity::kDomain, .domain = kDomain}, 110, 120);
  // Domain 5 is fresh, domain 6 is not: a mixture would let the old page of domain 5 pass.
  EXPECT_THROW(forward(read, kOld, {130, 140, 150}), Mismatch);
  forward(read, HostAddr(0x7000'0000), {130, 140, 150});
}

TEST_F(ScoreboardTest, RootEntriesAreAsOldAsTheContextsReachedByThem) {
  const HostAddr table = builder.pages().allocate();
  Domain other = builder.create_domain({.id = 6});
  other.map(kPage, kNew);
  memory.write64(HostAddr(table.raw() + 16 * 0x18), other.root().raw() | 1);
  memory.write64(HostAddr(table.raw() + 16 * 0x18 + 8), 0x602);
  memory.write64(builder.root_entry_address(kDevice), table.raw() | 1);
  forward(read, kOld, {110, 120, 130});
  forward(read, kNew, {110, 120, 130});
  invalidate(ContextInvalidation{.granularity = granularity::kGlobal}, 140, 150);
  EXPECT_THROW(forward(read, kOld, {160, 170, 180}), Mismatch);
  forward(read, kNew, {160, 170, 180});
}

// Not present to present needs no invalidation, so nothing that faults may be remembered.
TEST_F(ScoreboardTest, StaleFaultsAreNeverLegal) {
  memory.write64(entry(1), 0);
  at(200);
  remap(kOld);
  at(300);
  fault(read, FaultReason::kReadNotPermitted, {150, 160, 160});
  fault(read, FaultReason::kReadNotPermitted, {199, 250, 250});
  EXPECT_THROW(fault(read, FaultReason::kReadNotPermitted, {200, 250, 250}), Mismatch);
  EXPECT_THROW(fault(write, FaultReason::kWriteNotPermitted, {210, 250, 250}), Mismatch);
}

TEST_F(ScoreboardTest, PermissionsAndReasonsAreChecked) {
  memory.write64(entry(1), kOld.raw() | second_stage::kRead);
  invalidate(page(kPage), 110, 120);
  forward(read, kOld, {130, 140, 150});
  EXPECT_THROW(forward(write, kOld, {130, 140, 150}), Mismatch);
  fault(write, FaultReason::kWriteNotPermitted, {130, 140, 150});
  EXPECT_THROW(fault(write, FaultReason::kReadNotPermitted, {130, 140, 150}), Mismatch);
  EXPECT_THROW(check(write, VerdictKind::kBlock, FaultReason::kNone, {130, 140, 150}, {}),
               Mismatch);
}

TEST_F(ScoreboardTest, ErrorsOfMemoryAreVersions) {
  memory.inject_error(entry(2), HostAddr(entry(2).raw() + 7));
  at(200);
  memory.clear_errors();
  at(300);
  fault(read, FaultReason::kPagingEntryAccess, {150, 160, 160});
  forward(read, kOld, {150, 160, 170});
  EXPECT_THROW(fault(read, FaultReason::kPagingEntryAccess, {200, 210, 210}), Mismatch);
}

TEST_F(ScoreboardTest, SuppressionFollowsTheContextEntry) {
  memory.write64(entry(1), 0);
  EXPECT_FALSE(fault(read, FaultReason::kReadNotPermitted, {110, 120, 120}).may_be_suppressed);
  at(200);
  builder.attach(kDevice, domain, {.fault_processing_disable = true});
  at(300);
  const auto both = fault(read, FaultReason::kReadNotPermitted, {150, 260, 260});
  EXPECT_TRUE(both.may_be_recorded && both.may_be_suppressed);
  EXPECT_FALSE(fault(read, FaultReason::kReadNotPermitted, {210, 260, 260}).may_be_recorded);
}

TEST_F(ScoreboardTest, ControlStateChangesAtOnceAndForGood) {
  board.control().change({.translation_enabled = false, .root_table = root()}, 110);
  forward(read, kOld, {105, 115, 118});
  forward(read, HostAddr(kPage.raw()), {105, 115, 118});
  EXPECT_THROW(forward(read, HostAddr(kPage.raw()), {100, 109, 118}), Mismatch);
  board.control().settled(120);
  EXPECT_THROW(forward(read, kOld, {105, 115, 121}), Mismatch);
  forward(read, HostAddr(kPage.raw()), {125, 126, 127});
}

TEST_F(ScoreboardTest, ANewRootTableEndsWhatWasCached) {
  remap(kNew);
  const auto ticket = board.invalidations().begin_dma_flush(110);
  forward(read, kOld, {112, 113, 114});
  board.invalidations().complete(ticket, 120);
  EXPECT_THROW(forward(read, kOld, {122, 123, 124}), Mismatch);
}

TEST_F(ScoreboardTest, SnoopIsPartOfTheAnswer) {
  Request request = read;
  request.no_snoop = true;
  EXPECT_THROW(forward(request, kOld, {110, 120, 130}), Mismatch);
  snoop = false;
  forward(request, kOld, {110, 120, 130});
  EXPECT_THROW(forward(read, kOld, {110, 120, 130}), Mismatch);
}

TEST_F(ScoreboardTest, TooManyCombinationsAreAnErrorAndNotAPass) {
  for (unsigned n = 0; n < 20; ++n) {
    at(110 + n);
    for (unsigned level = 1; level <= 4; ++level) {
      memory.write64(entry(level),
                     (memory.read64(entry(level)) & ~bits(61, 52)) | (std::uint64_t{n} << 52));
    }
  }
  try {
    forward(read, kOld, {140, 150, 160});
    FAIL() << "160000 combinations were looked at";
  } catch (const Mismatch &mismatch) {
    EXPECT_THAT(mismatch.what(), HasSubstr("too many combinations"));
  }
}

TEST_F(ScoreboardTest, AFailureTellsTheWholeStory) {
  remap(kNew);
  invalidate(page(kPage), 110, 120);
  try {
    forward(read, kOld, {130, 140, 150});
    FAIL();
  } catch (const Mismatch &mismatch) {
    const std::string text = mismatch.what();
    EXPECT_THAT(text, HasSubstr("read of 4 bytes at 0x4000 by 0018"));
    EXPECT_THAT(text, HasSubstr("observed: forward to 0x50000000"));
    EXPECT_THAT(text, HasSubstr("    forward to 0x60000000"));
    EXPECT_THAT(text, HasSubstr("0x50000003 in 0..100 0x60000003 in 100..now"));
  }
}

}  // namespace
}  // namespace dmar::bench
