// SPDX-License-Identifier: Apache-2.0
// Translated requests (VT-d 4.1.2, 7.1.3): the device uses what it was told, and the unit looks
// only at the context entry and at where no device may go.
#include "tests/scenario/ats_scenario.hpp"

namespace dmar {
namespace {

using Reason = FaultReason;

constexpr AccessKind kKinds[] = {AccessKind::kRead, AccessKind::kWrite, AccessKind::kAtomic,
                                 AccessKind::kZeroLengthRead};

class AtsTranslated : public AtsScenario {
 protected:
  void expect_fault_of_each_kind(std::uint64_t address, Reason reason) {
    for (const AccessKind kind : kKinds) expect_fault(translated(kind, address), reason);
  }
  void set_fpd() {
    memory().write64(context(), memory().read64(context()) | context_entry::kFpd);
    driver().invalidate_all();
  }
};

TEST_P(AtsTranslated, AddressIsUsedAsItIs) {
  start_ats();  // no page is mapped
  for (const AccessKind kind : kKinds) {
    EXPECT_THAT(access(translated(kind, kData + 0x124)), Reaches(kData + 0x124));
  }
  EXPECT_EQ(driver().fault_status(), 0U);
}

// What the device was told is where its request goes, whatever the tables have become since.
TEST_P(AtsTranslated, PageTablesAreNotRead) {
  Domain domain = start_ats_with_page();
  expect_entry(asking(kIova), kData | kRW);
  domain.unmap(kIova);
  driver().invalidate_all();
  memory().inject_error(domain.root(), HostAddr(domain.root().raw() + 4095));
  EXPECT_THAT(access(translated(AccessKind::kWrite, kData)), Reaches(kData));
}

TEST_P(AtsTranslated, Code04BeyondTheHostAddressWidth) {
  start_ats();
  for (unsigned n = config().host_address_width; n < 64; ++n) {
    expect_fault_of_each_kind(bit(n) | 0x1000, Reason::kAddressBeyondWidth);
  }
  const std::uint64_t last = bit(config().host_address_width) - kPage;
  EXPECT_THAT(access(translated(AccessKind::kRead, last)), Reaches(last));
  set_fpd();
  expect_unrecorded_fault(translated(AccessKind::kRead, bit(52)), Reason::kAddressBeyondWidth);
}

// Not even a whole DWORD is an interrupt.
TEST_P(AtsTranslated, Code0EInterruptRange) {
  start_ats();
  for (const std::uint64_t address : {0xFEE0'0000ULL, 0xFEEF'FFFCULL}) {
    expect_fault_of_each_kind(address, Reason::kInterruptRangeOutput);
  }
  EXPECT_THAT(access(translated(AccessKind::kRead, 0xFEDF'FFFC)), Reaches(0xFEDF'FFFC));
  EXPECT_THAT(access(translated(AccessKind::kRead, 0xFEF0'0000)), Reaches(0xFEF0'0000));
  set_fpd();
  expect_unrecorded_fault(translated(AccessKind::kWrite, 0xFEE0'0000),
                          Reason::kInterruptRangeOutput);
}

TEST_P(AtsTranslated, Code0DOtherTranslationTypes) {
  Domain domain = start_ats_with_page();
  tables().attach(kDevice, domain);
  driver().invalidate_all();
  expect_fault_of_each_kind(kData, Reason::kTranslationTypeBlocked);
  if (config().pass_through) {
    tables().attach_pass_through(kDevice, 1);
    driver().invalidate_all();
    expect_fault_of_each_kind(kData, Reason::kTranslationTypeBlocked);
  }
  set_fpd();
  expect_unrecorded_fault(translated(AccessKind::kWrite, kData), Reason::kTranslationTypeBlocked);
}

// Broken structures end a translated request as any other: unsupported, never aborted.
TEST_P(AtsTranslated, BrokenStructuresAreUnsupported) {
  start_ats();
  const HostAddr root = tables().root_entry_address(kDevice);
  struct Defect {
    HostAddr word;
    std::uint64_t clear, set;
    Reason reason;
  };
  for (const Defect &defect :
       {Defect{root, 1, 0, Reason::kRootNotPresent}, Defect{root, 0, 2, Reason::kRootReserved},
        Defect{context(), 1, 0, Reason::kContextNotPresent},
        Defect{context(), 0, bit(4), Reason::kContextReserved},
        Defect{context(), 0, 3U << 2, Reason::kContextInvalid},
        Defect{context_hi(), 0, 7, Reason::kContextInvalid}}) {
    const std::uint64_t good = memory().read64(defect.word);
    const Spoil spoil(memory(), defect.word, (good & ~defect.clear) | defect.set);
    driver().invalidate_all();
    expect_fault_of_each_kind(kData, defect.reason);
  }
  driver().invalidate_all();
  for (const auto &[word, reason] :
       {std::pair{root, Reason::kRootAccess}, std::pair{context(), Reason::kContextAccess}}) {
    memory().inject_error(word, HostAddr(word.raw() + 7));
    expect_fault_of_each_kind(kData, reason);
    memory().clear_errors();
  }
  for (const unsigned mode : {1U, 2U, 3U}) {
    driver().set_root_pointer(tables().root_table(), mode);
    expect_fault_of_each_kind(
        kData, mode == 3 && config().abort_mode ? Reason::kAbortMode : Reason::kTableModeInvalid);
  }
}

TEST_P(AtsTranslated, WithPasidItIsRefused) {
  start_ats();
  for (const AccessKind kind : kKinds) {
    Request request = translated(kind, kData);
    request.pasid = Pasid(3);
    expect_refused(request);
  }
}

TEST_P(AtsTranslated, WithoutTranslationItIsRefused) {
  start_ats();
  driver().disable_translation();
  for (const AccessKind kind : kKinds) expect_refused(translated(kind, kData));
}

TEST_P(AtsTranslated, ProtectedMemoryIsShut) {
  if (!config().protected_low) GTEST_SKIP() << "no protected memory in this configuration";
  start_ats();
  driver().write32(reg::kPlmbase, kData);
  driver().write32(reg::kPlmlimit, kData);
  driver().write32(reg::kPmen, pmen::kEpm);
  driver().poll32(reg::kPmen, pmen::kPrs, pmen::kPrs, "PMEN");
  for (const AccessKind kind : kKinds) expect_refused(translated(kind, kData));
  EXPECT_THAT(access(translated(AccessKind::kRead, kMoreData)), Reaches(kMoreData));
}

TEST_P(AtsTranslated, NoSnoopTravelsOn) {
  start_ats();
  Request request = translated(AccessKind::kRead, kData);
  EXPECT_TRUE(access(request).snoop);
  request.no_snoop = true;
  EXPECT_FALSE(access(request).snoop);
}

// Device and tables by the entry that a request brought: the page is where the entry says.
TEST_P(AtsTranslated, RoundTripThroughAnEntry) {
  start_ats_with_page();
  const Completion answer = access(asking(kIova));
  ASSERT_EQ(answer.data.size(), 8U);
  TranslationEntry entry;
  for (std::size_t n = 8; n-- > 0;) entry.raw = entry.raw << 8 | answer.data[n];
  EXPECT_EQ(entry.bytes(), kPage);
  const std::uint64_t address = entry.base() + 0x40;
  EXPECT_THAT(access(translated(AccessKind::kWrite, address)), Reaches(kData + 0x40));
  EXPECT_THAT(access(write_of(Iova(kIova.raw() + 0x40), 4)), Reaches(kData + 0x40));
}

DMAR_ATS_SCENARIO(AtsTranslated);

}  // namespace
}  // namespace dmar
