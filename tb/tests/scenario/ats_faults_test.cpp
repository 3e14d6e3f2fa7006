// SPDX-License-Identifier: Apache-2.0
// Translation requests that fail (VT-d 7.1.3, column of translation requests without PASID): which
// end as unsupported requests, which as completer aborts, and what is recorded of them.
#include <functional>
#include <string>
#include <vector>

#include "tests/scenario/ats_scenario.hpp"

namespace dmar {
namespace {

using Reason = FaultReason;

class AtsFaults : public AtsScenario {
 protected:
  void set_fpd(bool on) {
    const std::uint64_t lo = memory().read64(context()) & ~context_entry::kFpd;
    memory().write64(context(), lo | (on ? context_entry::kFpd : 0));
    driver().invalidate_all();
  }
  // With FPD in the context entry only faults found before it are recorded.
  void expect_unsupported(const Request &request, Reason reason, bool qualified) {
    set_fpd(false);
    expect_fault(request, reason);
    set_fpd(true);
    if (qualified) {
      expect_unrecorded_fault(request, reason);
    } else {
      expect_fault(request, reason);
    }
    set_fpd(false);
  }
  void expect_aborted(const Request &request, Reason reason, bool qualified) {
    set_fpd(false);
    expect_abort(request, reason);
    set_fpd(true);
    if (qualified) {
      expect_unrecorded_abort(request, reason);
    } else {
      expect_abort(request, reason);
    }
    set_fpd(false);
  }
  void fail(HostAddr word) { memory().inject_error(word, HostAddr(word.raw() + 7)); }
};

TEST_P(AtsFaults, Code01RootNotPresentIsUnsupported) {
  start_ats_with_page();
  const HostAddr root = tables().root_entry_address(kDevice);
  set_fpd(true);
  const Spoil spoil(memory(), root, memory().read64(root) & ~root_entry::kPresent);
  driver().invalidate_all();
  expect_fault(asking(kIova), Reason::kRootNotPresent);
}

TEST_P(AtsFaults, Code02ContextNotPresentIsUnsupported) {
  start_ats_with_page();
  const Spoil spoil(memory(), context(), memory().read64(context()) & ~context_entry::kPresent);
  expect_unsupported(asking(kIova), Reason::kContextNotPresent, true);
}

TEST_P(AtsFaults, Code03ContextInvalidIsAborted) {
  Domain domain = start_ats_with_page();
  {
    const Spoil spoil(memory(), context_hi(), memory().read64(context_hi()) | 7);
    expect_aborted(asking(kIova), Reason::kContextInvalid, true);
  }
  {
    const Spoil spoil(memory(), context(), memory().read64(context()) | 3U << 2);
    expect_aborted(asking(kIova), Reason::kContextInvalid, true);
  }
  fail(tables().entry_address(domain, kIova, 4));
  expect_aborted(asking(kIova), Reason::kContextInvalid, true);
}

TEST_P(AtsFaults, Code07LowerEntryAccessIsAborted) {
  Domain domain = start_ats_with_page();
  for (unsigned level = 3; level >= 1; --level) {
    fail(tables().entry_address(domain, kIova, level));
    expect_aborted(asking(kIova), Reason::kPagingEntryAccess, true);
    memory().clear_errors();
  }
  expect_entry(asking(kIova), kData | kRW);
}

TEST_P(AtsFaults, Code08RootAccessIsAborted) {
  start_ats_with_page();
  fail(tables().root_entry_address(kDevice));
  expect_aborted(asking(kIova), Reason::kRootAccess, false);
}

TEST_P(AtsFaults, Code09ContextAccessIsAborted) {
  start_ats_with_page();
  fail(context());
  expect_aborted(asking(kIova), Reason::kContextAccess, false);
}

TEST_P(AtsFaults, Code0ARootReservedIsAborted) {
  start_ats_with_page();
  const HostAddr root = tables().root_entry_address(kDevice);
  const Spoil spoil(memory(), root, memory().read64(root) | bit(1));
  expect_aborted(asking(kIova), Reason::kRootReserved, false);
}

TEST_P(AtsFaults, Code0BContextReservedIsAborted) {
  start_ats_with_page();
  const Spoil spoil(memory(), context(), memory().read64(context()) | bit(4));
  expect_aborted(asking(kIova), Reason::kContextReserved, true);
}

TEST_P(AtsFaults, Code0CReservedEntryOfEachLevelIsAborted) {
  Domain domain = start_ats_with_page();
  for (unsigned level = 4; level >= 1; --level) {
    const HostAddr place = tables().entry_address(domain, kIova, level);
    const Spoil spoil(memory(), place, memory().read64(place) | bit(62));
    expect_aborted(asking(kIova), Reason::kPagingEntryReserved, true);
  }
}

// A reserved bit counts in an entry that grants one right, even when nothing is granted in the end.
TEST_P(AtsFaults, Code0CBeforeTheRights) {
  Domain domain = start_ats_with_page({.read = false, .write = true});
  const HostAddr above = tables().entry_address(domain, kIova, 2);
  const Spoil rights(memory(), above, memory().read64(above) & ~second_stage::kWrite);
  const HostAddr leaf = tables().entry_address(domain, kIova, 1);
  const Spoil spoil(memory(), leaf, memory().read64(leaf) | bit(62));
  expect_aborted(asking(kIova), Reason::kPagingEntryReserved, true);
}

TEST_P(AtsFaults, Code0DTypeBlockedIsUnsupported) {
  Domain domain = start_ats_with_page();
  tables().attach(kDevice, domain);
  expect_unsupported(asking(kIova), Reason::kTranslationTypeBlocked, true);
  if (!config().pass_through) return;
  tables().attach_pass_through(kDevice, 1);
  expect_unsupported(asking(kIova), Reason::kTranslationTypeBlocked, true);
}

TEST_P(AtsFaults, Code0EOutputInTheInterruptRangeIsAborted) {
  Domain domain = start_ats();
  domain.map(kIova, HostAddr(0xFEE0'0000));
  expect_aborted(asking(kIova), Reason::kInterruptRangeOutput, true);
}

TEST_P(AtsFaults, Code30TableModeIsAborted) {
  start_ats_with_page();
  for (const unsigned mode : {1U, 2U, 3U}) {
    if (mode == 3 && config().abort_mode) continue;
    driver().set_root_pointer(tables().root_table(), mode);
    expect_abort(asking(kIova), Reason::kTableModeInvalid);
  }
}

TEST_P(AtsFaults, Code31PasidIsUnsupported) {
  start_ats_with_page();
  Request request = asking(kIova);
  request.pasid = Pasid(7);
  expect_unsupported(request, Reason::kPasidInLegacyMode, false);
  request.address = Iova(0xFEE0'0000);
  expect_unsupported(request, Reason::kPasidInLegacyMode, false);
}

TEST_P(AtsFaults, Code33AbortModeIsUnsupported) {
  if (!config().abort_mode) GTEST_SKIP() << "no abort mode in this configuration";
  start_ats_with_page();
  driver().set_root_pointer(tables().root_table(), 3);
  expect_fault(asking(kIova), Reason::kAbortMode);
}

// The structures count before the interrupt range, whose requests read no page table.
TEST_P(AtsFaults, InterruptRangeComesAfterTheStructures) {
  Domain domain = start_ats_with_page();
  const Request request = asking(Iova(0xFEE0'0000));
  expect_entry(request, 6);
  tables().attach(kDevice, domain);
  expect_unsupported(request, Reason::kTranslationTypeBlocked, true);
  const Spoil spoil(memory(), context(), memory().read64(context()) | bit(5));
  expect_aborted(request, Reason::kContextReserved, true);
}

// Of two defects the earlier one counts, with its class of answer.
TEST_P(AtsFaults, EarlierDefectDecidesTheAnswer) {
  Domain domain = start_ats_with_page();
  const HostAddr leaf = tables().entry_address(domain, kIova, 1);
  const Spoil reserved(memory(), leaf, memory().read64(leaf) | bit(62));
  expect_aborted(asking(kIova), Reason::kPagingEntryReserved, true);
  tables().attach(kDevice, domain);
  expect_unsupported(asking(kIova), Reason::kTranslationTypeBlocked, true);
  const Spoil broken(memory(), context_hi(), memory().read64(context_hi()) | bit(40));
  expect_aborted(asking(kIova), Reason::kContextReserved, true);
}

// The record says which kind of request it was, bit by bit.
TEST_P(AtsFaults, RecordHoldsTheAddressType) {
  start();
  Request request = asking(Iova(0x1234'5000));
  EXPECT_THAT(access(request), Faults(Reason::kRootNotPresent));
  EXPECT_THAT(driver().drain_faults(),
              ::testing::ElementsAre(FaultEntry{.lo = 0x1234'5000, .hi = 0xD000'0001'0000'0020}));
  request.at = AddressType::kTranslated;
  EXPECT_THAT(access(request), Faults(Reason::kRootNotPresent));
  EXPECT_THAT(driver().drain_faults(),
              ::testing::ElementsAre(FaultEntry{.lo = 0x1234'5000, .hi = 0xE000'0001'0000'0020}));
}

DMAR_ATS_SCENARIO(AtsFaults);

}  // namespace
}  // namespace dmar
