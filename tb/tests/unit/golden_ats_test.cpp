// SPDX-License-Identifier: Apache-2.0
// What a device with a TLB of its own is told: completion entries bit by bit, and how requests that
// are blocked end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "dmar/ats.hpp"
#include "golden_fixture.hpp"

namespace dmar::golden {
namespace {

constexpr SourceId kDevice = bdf(0, 5, 0);

// Device 5 may use ATS.
class GoldenAts : public ::testing::Test {
 protected:
  explicit GoldenAts(const Config &config = {.device_tlb = true, .no_write_flag = true})
      : machine_(config), domain_(machine_.tables.create_domain()) {
    machine_.tables.attach(kDevice, domain_, {.device_tlb = true});
    machine_.enable_translation();
  }
  static Request asking(std::uint64_t address, bool no_write = false) {
    return {.source_id = kDevice,
            .address = Iova(address),
            .bytes = 8,
            .at = AddressType::kTranslationRequest,
            .no_write = no_write};
  }
  // The completion entry; none: no success.
  std::optional<std::uint64_t> ask(std::uint64_t address, bool no_write = false) {
    const Verdict verdict = machine_.unit.judge(asking(address, no_write));
    const auto *done = std::get_if<TranslationCompletion>(&verdict);
    if (done == nullptr) return std::nullopt;
    return done->entry.raw;
  }
  Refusal refusal(const Request &request) {
    const Verdict verdict = machine_.unit.judge(request);
    return std::get<Fault>(verdict).refusal;
  }
  Verdict translated(std::uint64_t address) {
    return machine_.unit.judge(
        {.source_id = kDevice, .address = Iova(address), .at = AddressType::kTranslated});
  }

  Machine machine_;
  Domain domain_;
};

class GoldenAtsWithoutFlag : public GoldenAts {
 protected:
  GoldenAtsWithoutFlag() : GoldenAts(Config{.device_tlb = true}) {}
};

// The values of the architecture digest.
TEST_F(GoldenAts, EntriesOfTheWorkedExample) {
  domain_.map(Iova(0x5000), HostAddr(0x12'3456'7000));
  domain_.map(Iova(0x4000'0000), HostAddr(0x1'4000'0000), PageSize::k2M, {.snoop = true});
  domain_.map(Iova(0x8000'0000), HostAddr(0x30'0000'0000), PageSize::k1G, {.snoop = true});
  EXPECT_EQ(ask(0x5000), 0x0000'0012'3456'7003U);
  EXPECT_EQ(ask(0x401F'F000), 0x0000'0001'400F'FC03U);
  EXPECT_EQ(ask(0xBFFF'F000), 0x0000'0030'1FFF'FC03U);
  EXPECT_EQ(ask(0xFEE0'0000), 0x0000'0000'0000'0006U);
  EXPECT_EQ(ask(0x6000), 0U);
}

TEST_F(GoldenAts, EachPermissionHasItsBit) {
  domain_.map(Iova(0x5000), HostAddr(0x9000), PageSize::k4K, {.read = true, .write = false});
  domain_.map(Iova(0x6000), HostAddr(0xA000), PageSize::k4K, {.read = false, .write = true});
  EXPECT_EQ(ask(0x5000), 0x9001U);
  EXPECT_EQ(ask(0x6000), 0xA002U);
  EXPECT_EQ(ask(0x6FF8), 0xA002U);  // the page, not the address asked for
}

TEST_F(GoldenAts, WithTheNoWriteFlagNothingMayBeWritten) {
  domain_.map(Iova(0x5000), HostAddr(0x9000));
  domain_.map(Iova(0x6000), HostAddr(0xA000), PageSize::k4K, {.read = false, .write = true});
  EXPECT_EQ(ask(0x5000, true), 0x9001U);
  EXPECT_EQ(ask(0x6000, true), 0U);
  EXPECT_EQ(ask(0xFEE0'0000, true), 0U);
}

TEST_F(GoldenAtsWithoutFlag, AUnitThatDoesNotKnowTheFlagGrantsWrites) {
  domain_.map(Iova(0x5000), HostAddr(0x9000));
  EXPECT_EQ(ask(0x5000, true), 0x9003U);
  EXPECT_EQ(ask(0xFEE0'0000, true), 6U);
}

TEST_F(GoldenAts, BeyondTheWidthOfTheDomainThereIsNoAccess) {
  EXPECT_EQ(ask(0x1'0000'0000'0000), 0U);
}

TEST_F(GoldenAts, OnlyOneAlignedTranslationMayBeAskedFor) {
  domain_.map(Iova(0x5000), HostAddr(0x9000));
  std::vector<Request> malformed(5, asking(0x5000));
  malformed[0].bytes = 4;
  malformed[1].bytes = 16;
  malformed[2].address = Iova(0x5004);
  malformed[3].kind = AccessKind::kZeroLengthRead;
  malformed[4].kind = AccessKind::kWrite;
  for (const Request &request : malformed) {
    EXPECT_THAT(machine_.unit.judge(request), IsBlocked(Blocked::Cause::kUnsupportedRequest));
  }
}

TEST_F(GoldenAts, LargePageOverTheInterruptRangeIsAborted) {
  domain_.map(Iova(0xC000'0000), HostAddr(0xC000'0000), PageSize::k1G);
  EXPECT_THAT(machine_.unit.judge(asking(0xC000'0000)),
              FaultsWith(FaultReason::kInterruptRangeOutput));
  EXPECT_EQ(refusal(asking(0xC000'0000)), Refusal::kCompleterAbort);
}

TEST_F(GoldenAts, AbortsAreForTranslationRequestsAlone) {
  domain_.map(Iova(0xC000'0000), HostAddr(0xFEE0'0000), PageSize::k4K);
  Request request = asking(0xC000'0000);
  EXPECT_EQ(refusal(request), Refusal::kCompleterAbort);
  request.at = AddressType::kUntranslated;
  EXPECT_EQ(refusal(request), Refusal::kUnsupportedRequest);
}

TEST_F(GoldenAts, WhatTheContextEntryForbidsIsUnsupported) {
  machine_.tables.attach(bdf(0, 6, 0), domain_);
  Request request = asking(0x5000);
  request.source_id = bdf(0, 6, 0);
  EXPECT_THAT(machine_.unit.judge(request), FaultsWith(FaultReason::kTranslationTypeBlocked));
  EXPECT_EQ(refusal(request), Refusal::kUnsupportedRequest);
}

TEST_F(GoldenAts, TranslatedRequestsAreUsedAsTheyAre) {
  EXPECT_THAT(translated(0x1234'5000), GoesTo(0x1234'5000));
  EXPECT_THAT(translated(0x4000'0000'0000), FaultsWith(FaultReason::kAddressBeyondWidth));
  EXPECT_THAT(translated(0xFEE0'0000), FaultsWith(FaultReason::kInterruptRangeOutput));
}

TEST(GoldenAtsConfig, TheFlagNeedsRequests) {
  EXPECT_NO_THROW(Machine(Config{.device_tlb = true, .no_write_flag = true}));
  EXPECT_THROW(Machine(Config{.no_write_flag = true}), std::invalid_argument);
}

}  // namespace
}  // namespace dmar::golden
