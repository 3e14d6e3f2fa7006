// SPDX-License-Identifier: Apache-2.0
// Translation requests that succeed (VT-d 4.1.3; PCIe ATS): what the completion entry says for each
// state of the tables, and that nothing is recorded.
#include "tests/scenario/ats_scenario.hpp"

namespace dmar {
namespace {

class AtsRequests : public AtsScenario {};

TEST_P(AtsRequests, PageWithBothRights) {
  start_ats_with_page();
  expect_entry(asking(kIova), kData | kRW);
}

TEST_P(AtsRequests, NotPresentEntryOfEachLevelIsNoAccess) {
  Domain domain = start_ats_with_page();
  for (unsigned level = 4; level >= 1; --level) {
    const Spoil spoil(memory(), tables().entry_address(domain, kIova, level), 0);
    driver().invalidate_all();
    expect_entry(asking(kIova), kNoAccess);
    expect_fault(read_of(kIova), FaultReason::kReadNotPermitted);
  }
}

// Whatever else stands in an entry without R and W means nothing.
TEST_P(AtsRequests, NotPresentEntryFullOfBitsIsNoAccess) {
  Domain domain = start_ats_with_page();
  for (unsigned level = 4; level >= 1; --level) {
    const Spoil spoil(memory(), tables().entry_address(domain, kIova, level), ~std::uint64_t{3});
    driver().invalidate_all();
    expect_entry(asking(kIova), kNoAccess);
  }
}

TEST_P(AtsRequests, WriteOnlyPageGrantsNoRead) {
  start_ats_with_page({.read = false, .write = true});
  expect_entry(asking(kIova), kData | kW);
}

TEST_P(AtsRequests, ReadOnlyPageGrantsNoWrite) {
  start_ats_with_page({.read = true, .write = false});
  expect_entry(asking(kIova), kData | kR);
}

// R and W are those of all levels together.
TEST_P(AtsRequests, EachLevelTakesRightsAway) {
  Domain domain = start_ats_with_page();
  for (unsigned level = 4; level >= 1; --level) {
    const HostAddr place = tables().entry_address(domain, kIova, level);
    const std::uint64_t good = memory().read64(place);
    for (const std::uint64_t right : {kR, kW}) {
      const Spoil spoil(memory(), place, good & ~right);
      driver().invalidate_all();
      expect_entry(asking(kIova), kData | (kRW & ~right));
    }
  }
}

TEST_P(AtsRequests, LevelsWithoutACommonRightAreNoAccess) {
  Domain domain = start_ats_with_page({.read = false, .write = true});
  const HostAddr above = tables().entry_address(domain, kIova, 3);
  const Spoil spoil(memory(), above, memory().read64(above) & ~second_stage::kWrite);
  expect_entry(asking(kIova), kNoAccess);
}

TEST_P(AtsRequests, AddressBeyondTheDomainIsNoAccess) {
  start_ats_with_page();
  for (unsigned n = 48; n < 64; ++n) {
    expect_entry(asking(Iova(kIova.raw() | bit(n))), kNoAccess);
    expect_entry(asking_to_read(Iova(kIova.raw() | bit(n))), kNoAccess);
  }
  expect_fault(read_of(Iova(bit(48))), FaultReason::kAddressBeyondWidth);
}

// The entry is that of the page, wherever in it the device looks.
TEST_P(AtsRequests, OffsetInThePageDoesNotCount) {
  start_ats_with_page();
  for (const std::uint64_t offset : {8, 16, 0x100, 0xFF8}) {
    expect_entry(asking(Iova(kIova.raw() + offset)), kData | kRW);
  }
}

// N: the page has SNP, so that accesses of the device have to snoop.
TEST_P(AtsRequests, SnoopBitOfTheLeaf) {
  if (!config().snoop_control) GTEST_SKIP() << "no snoop control in this configuration";
  start_ats_with_page({.snoop = true});
  expect_entry(asking(kIova), kData | kRW | kN);
}

TEST_P(AtsRequests, NoWriteFlagWithholdsTheWrite) {
  Domain domain = start_ats_with_page();
  const Iova write_only(kIova.raw() + kPage);
  domain.map(write_only, HostAddr(kMoreData), PageSize::k4K, {.read = false, .write = true});
  const bool known = config().no_write_flag;
  expect_entry(asking_to_read(kIova), kData | (known ? kR : kRW));
  expect_entry(asking_to_read(write_only), known ? kNoAccess : kMoreData | kW);
  expect_entry(asking(kIova), kData | kRW);
  expect_entry(asking(write_only), kMoreData | kW);
}

// Interrupts stay untranslated: W and U, without an address; no table of the domain is read.
TEST_P(AtsRequests, InterruptRange) {
  Domain domain = start_ats();
  const HostAddr top(domain.root());
  memory().inject_error(top, HostAddr(top.raw() + 4095));
  for (const std::uint64_t address : {0xFEE0'0000ULL, 0xFEE0'1008ULL, 0xFEEF'FFF8ULL}) {
    expect_entry(asking(Iova(address)), 6);
    expect_entry(asking_to_read(Iova(address)), config().no_write_flag ? 0 : 6);
  }
  expect_abort(asking(Iova(0xFEDF'F000)), FaultReason::kContextInvalid);
  expect_abort(asking(Iova(0xFEF0'0000)), FaultReason::kContextInvalid);
}

TEST_P(AtsRequests, WithoutTranslationThereIsNothingToLearn) {
  start_ats_with_page();
  driver().disable_translation();
  expect_refused(asking(kIova));
  driver().enable_translation();
  expect_entry(asking(kIova), kData | kRW);
}

// A request is one aligned read of 8 bytes.
TEST_P(AtsRequests, OtherShapesAreRefused) {
  start_ats_with_page();
  for (const std::uint32_t bytes : {1U, 4U, 12U, 16U, 64U}) {
    Request request = asking(kIova);
    request.bytes = bytes;
    expect_refused(request);
  }
  for (const std::uint64_t offset : {1U, 2U, 4U}) {
    expect_refused(asking(Iova(kIova.raw() + offset)));
  }
  for (const AccessKind kind :
       {AccessKind::kWrite, AccessKind::kAtomic, AccessKind::kZeroLengthRead}) {
    Request request = asking(kIova);
    request.kind = kind;
    expect_refused(request);
  }
}

// Nothing is accessed, so nothing is protected; what a device then sends is.
TEST_P(AtsRequests, ProtectedMemoryDoesNotCount) {
  if (!config().protected_low) GTEST_SKIP() << "no protected memory in this configuration";
  start_ats_with_page();
  driver().write32(reg::kPlmbase, kData);
  driver().write32(reg::kPlmlimit, kData);
  driver().write32(reg::kPmen, pmen::kEpm);
  driver().poll32(reg::kPmen, pmen::kPrs, pmen::kPrs, "PMEN");
  expect_entry(asking(kIova), kData | kRW);
  expect_refused(translated(AccessKind::kRead, kData));
}

// Only what has become less needs an invalidation (CAP.CM = 0), even when the entry is cached.
TEST_P(AtsRequests, MoreRightsAreSeenWithoutInvalidation) {
  Domain domain = start_ats_with_page();
  for (unsigned level = 1; level <= 4; ++level) {
    const HostAddr place = tables().entry_address(domain, kIova, level);
    const std::uint64_t good = memory().read64(place);
    for (const std::uint64_t missing : {kRW, kW, kR}) {
      memory().write64(place, good & ~missing);
      driver().invalidate_all();
      expect_entry(asking(kIova), missing == kRW ? kNoAccess : kData | (kRW & ~missing));
      if (missing == kW) {
        EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
      }
      memory().write64(place, good);
      expect_entry(asking(kIova), kData | kRW);
    }
  }
}

TEST_P(AtsRequests, FewerRightsAreSeenAfterInvalidation) {
  Domain domain = start_ats_with_page();
  expect_entry(asking(kIova), kData | kRW);
  EXPECT_THAT(access(write_of(kIova)), Reaches(kData));
  const HostAddr leaf = tables().entry_address(domain, kIova, 1);
  memory().write64(leaf, kMoreData | kR);
  driver().invalidate(IotlbScope{.granularity = granularity::kDomain, .domain = 1});
  expect_entry(asking(kIova), kMoreData | kR);
  memory().write64(leaf, 0);
  driver().invalidate(IotlbScope{.granularity = granularity::kDomain, .domain = 1});
  expect_entry(asking(kIova), kNoAccess);
}

// A success takes no fault record, not even while an earlier fault of the device is pending.
TEST_P(AtsRequests, SuccessesAreNotRecorded) {
  start_ats_with_page();
  const Request bad = read_of(Iova(kIova.raw() + kPage));
  EXPECT_THAT(access(bad), Faults(FaultReason::kReadNotPermitted));
  EXPECT_THAT(access(asking(Iova(kIova.raw() + kPage))), Completes(kNoAccess));
  EXPECT_THAT(access(asking(kIova)), Completes(kData | kRW));
  EXPECT_THAT(driver().drain_faults(), ::testing::ElementsAre(expected_record(
                                           config(), bad, FaultReason::kReadNotPermitted)));
}

DMAR_ATS_SCENARIO(AtsRequests);

}  // namespace
}  // namespace dmar
