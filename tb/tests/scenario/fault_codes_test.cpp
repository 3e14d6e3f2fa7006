// SPDX-License-Identifier: Apache-2.0
// Every fault code of legacy mode (VT-d 7.1.3), with and without FPD, for every kind of request,
// and memory errors at every fetch. Each record is compared in full.
#include <fmt/format.h>

#include <array>

#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

using Reason = FaultReason;

class FaultCodes : public Scenario {
 protected:
  // The three kinds that a record tells apart.
  void expect_for_all_kinds(Iova iova, Reason reading, Reason writing) {
    expect_fault(request_of(AccessKind::kRead, iova), reading);
    expect_fault(request_of(AccessKind::kWrite, iova), writing);
    expect_fault(request_of(AccessKind::kAtomic, iova), writing);
  }
  void expect_for_all_kinds(Iova iova, Reason reason) {
    expect_for_all_kinds(iova, reason, reason);
  }
  void set_fpd(bool on) {
    const HostAddr entry = tables().context_entry_address(kDevice);
    const std::uint64_t lo = memory().read64(entry) & ~context_entry::kFpd;
    memory().write64(entry, lo | (on ? context_entry::kFpd : 0));
    driver().invalidate_all();
  }
  // Faults of a request that reached the context entry: recorded without FPD, not with it.
  void expect_qualified(const Request &request, Reason reason) {
    set_fpd(false);
    expect_fault(request, reason);
    set_fpd(true);
    expect_unrecorded_fault(request, reason);
    set_fpd(false);
  }
  void expect_unqualified(const Request &request, Reason reason) {
    set_fpd(true);
    expect_fault(request, reason);
    set_fpd(false);
  }
  HostAddr context() { return tables().context_entry_address(kDevice); }
  HostAddr context_hi() { return HostAddr(context().raw() + 8); }
};

TEST_P(FaultCodes, Code01RootNotPresent) {
  start();
  expect_for_all_kinds(kIova, Reason::kRootNotPresent);
}

TEST_P(FaultCodes, Code02ContextNotPresent) {
  start_with_page();
  tables().detach(kDevice);
  driver().invalidate_all();
  expect_for_all_kinds(kIova, Reason::kContextNotPresent);
  // FPD counts even in an entry that is not present.
  memory().write64(context(), context_entry::kFpd);
  expect_unrecorded_fault(read_of(kIova), Reason::kContextNotPresent);
}

TEST_P(FaultCodes, Code03ContextInvalid) {
  start_with_page();
  for (unsigned aw = 0; aw < 8; ++aw) {
    if (aw >= 1 && aw <= 3 && ((config().sagaw >> aw) & 1) != 0) continue;
    const Spoil spoil(memory(), context_hi(), (memory().read64(context_hi()) & ~7ULL) | aw);
    expect_qualified(read_of(kIova), Reason::kContextInvalid);
  }
  for (const unsigned type : {1U, 3U}) {
    if (type == context_entry::kDeviceTlb && config().device_tlb) continue;
    const Spoil spoil(memory(), context(), memory().read64(context()) | (type << 2));
    expect_qualified(write_of(kIova), Reason::kContextInvalid);
  }
}

TEST_P(FaultCodes, Code04AddressBeyondWidth) {
  start_with_page();
  const Iova beyond(std::uint64_t{1} << 48);
  expect_for_all_kinds(beyond, Reason::kAddressBeyondWidth);
  expect_qualified(read_of(beyond), Reason::kAddressBeyondWidth);
}

TEST_P(FaultCodes, Code05And06NoPermission) {
  Domain domain = start_with_page();
  const Iova unmapped(kIova.raw() + 4 * kPage);
  expect_for_all_kinds(unmapped, Reason::kReadNotPermitted, Reason::kWriteNotPermitted);
  expect_qualified(read_of(unmapped), Reason::kReadNotPermitted);
  expect_qualified(write_of(unmapped), Reason::kWriteNotPermitted);
  expect_fault(request_of(AccessKind::kZeroLengthRead, unmapped), Reason::kReadNotPermitted);
  domain.map(unmapped, HostAddr(kMoreData), PageSize::k4K, {.read = false, .write = true});
  expect_fault(request_of(AccessKind::kAtomic, unmapped), Reason::kReadNotPermitted);
}

// A stream of pages, of which the entry of one cannot be read: it faults alone, although a unit may
// read its neighbours along with it.
TEST_P(FaultCodes, Code07AmongReadableNeighbours) {
  Domain domain = start_with_page();
  const Iova first(0x40'0000);
  for (unsigned n = 0; n < 24; ++n) {
    domain.map(Iova(first.raw() + n * kPage), HostAddr(kMoreData + n * kPage));
  }
  for (unsigned bad = 8; bad < 16; ++bad) {
    SCOPED_TRACE(bad);
    const HostAddr entry = tables().entry_address(domain, Iova(first.raw() + bad * kPage), 1);
    memory().inject_error(entry, HostAddr(entry.raw() + 7));
    for (const bool forget : {false, true}) {
      driver().invalidate_all();
      for (unsigned n = 0; n < 24; ++n) {
        if (forget) driver().invalidate_all();
        const Request request = read_of(Iova(first.raw() + n * kPage));
        if (n == bad) {
          expect_fault(request, Reason::kPagingEntryAccess);
        } else {
          EXPECT_THAT(unit().access(request), Reaches(kMoreData + n * kPage)) << n;
        }
      }
    }
    memory().clear_errors();
  }
}

TEST_P(FaultCodes, Code0CReservedPagingEntry) {
  Domain domain = start_with_page();
  const HostAddr leaf = tables().entry_address(domain, kIova, 1);
  memory().write64(leaf, memory().read64(leaf) | bit(62));
  expect_for_all_kinds(kIova, Reason::kPagingEntryReserved);
  expect_qualified(read_of(kIova), Reason::kPagingEntryReserved);
}

TEST_P(FaultCodes, Code0AAnd0BReservedRootAndContext) {
  start_with_page();
  {
    const HostAddr root = tables().root_entry_address(kDevice);
    const Spoil spoil(memory(), root, memory().read64(root) | bit(1));
    driver().invalidate_all();
    expect_for_all_kinds(kIova, Reason::kRootReserved);
  }
  const Spoil spoil(memory(), context(), memory().read64(context()) | bit(4));
  driver().invalidate_all();
  expect_for_all_kinds(kIova, Reason::kContextReserved);
  expect_qualified(read_of(kIova), Reason::kContextReserved);
}

TEST_P(FaultCodes, Code0DTypeBlocked) {
  start_with_page();
  Request request = write_of(kIova);
  request.at = AddressType::kTranslated;
  expect_qualified(request, Reason::kTranslationTypeBlocked);
}

TEST_P(FaultCodes, Code0EOutputInInterruptRange) {
  Domain domain = start_with_page();
  domain.map(Iova(0x9000), HostAddr(0xFEE0'0000));
  expect_qualified(write_of(Iova(0x9000)), Reason::kInterruptRangeOutput);
}

// Codes 29h, 30h and 31h are raised before any entry is read, so FPD cannot suppress them.
TEST_P(FaultCodes, Code29And31AreUnqualified) {
  start_with_page();
  expect_unqualified(read_of(Iova(0xFEE0'0000)), Reason::kInterruptRequestInvalid);
  Request request = write_of(kIova);
  request.pasid = Pasid(7);
  expect_unqualified(request, Reason::kPasidInLegacyMode);
}

TEST_P(FaultCodes, Code30TableModeInvalid) {
  start_with_page();
  set_fpd(true);
  for (const unsigned mode : {1U, 2U, 3U}) {
    if (mode == 3 && config().abort_mode) continue;
    driver().set_root_pointer(tables().root_table(), mode);
    expect_for_all_kinds(kIova, Reason::kTableModeInvalid);
    Request request = read_of(kIova);
    request.pasid = Pasid(1);
    expect_fault(request, Reason::kTableModeInvalid);  // the mode counts before the PASID
    request.pasid.reset();
    request.at = AddressType::kTranslated;
    expect_fault(request, Reason::kTableModeInvalid);
    expect_fault(read_of(Iova(0xFEE0'0000)), Reason::kInterruptRequestInvalid);
  }
  driver().set_root_pointer(tables().root_table(), 0);
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
}

// TTM=11 where the unit can do it: no table is read, nothing else is looked at, FPD has no say.
TEST_P(FaultCodes, Code33AbortMode) {
  start_with_page();
  set_fpd(true);
  driver().set_root_pointer(tables().root_table(), 3);
  const Reason reason = config().abort_mode ? Reason::kAbortMode : Reason::kTableModeInvalid;
  memory().inject_error(tables().root_table(), HostAddr(tables().root_table().raw() + 4095));
  expect_for_all_kinds(kIova, reason);
  expect_fault(read_of(Iova(~std::uint64_t{0xFFF}), 16, kOther), reason);
  Request request = read_of(kIova);
  request.pasid = Pasid(1);
  expect_fault(request, reason);
  request.pasid.reset();
  request.at = AddressType::kTranslated;
  expect_fault(request, reason);
  request.at = AddressType::kReserved;
  expect_refused(request);
  EXPECT_THAT(access(interrupt_of({0xFEE0'1000, 0x41}, kDevice)), IsOkay());
  memory().clear_errors();
  driver().set_root_pointer(tables().root_table(), 0);
  driver().invalidate_all();
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
}

// RealBug40: an error of memory is not "not present". Each fetch on its own.
TEST_P(FaultCodes, RealBug40_Code03_07_08_09MemoryErrors) {
  Domain domain = start_with_page();
  struct Fetch {
    HostAddr address;
    Reason reason;
    bool qualified;
  };
  const std::array fetches{
      Fetch{tables().root_entry_address(kDevice), Reason::kRootAccess, false},
      Fetch{context(), Reason::kContextAccess, false},
      Fetch{tables().entry_address(domain, kIova, 4), Reason::kContextInvalid, true},
      Fetch{tables().entry_address(domain, kIova, 3), Reason::kPagingEntryAccess, true},
      Fetch{tables().entry_address(domain, kIova, 2), Reason::kPagingEntryAccess, true},
      Fetch{tables().entry_address(domain, kIova, 1), Reason::kPagingEntryAccess, true}};
  for (const auto &[address, reason, qualified] : fetches) {
    SCOPED_TRACE(fmt::format("fetch at {:#x}", address.raw()));
    memory().inject_error(address, HostAddr(address.raw() + 7));
    driver().invalidate_all();
    expect_for_all_kinds(kIova, reason);
    if (qualified) {
      expect_qualified(read_of(kIova), reason);
    } else {
      expect_unqualified(read_of(kIova), reason);
    }
    // RealBug41: nothing of the failed walk is kept.
    memory().clear_errors();
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  }
}

TEST_P(FaultCodes, MemoryErrorOnThePermittedAccess) {
  start_with_page();
  memory().inject_error(HostAddr(kData), HostAddr(kData + kPage - 1));
  for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite, AccessKind::kAtomic}) {
    const Completion completion = access(request_of(kind, kIova));
    EXPECT_EQ(completion.status, Completion::Status::kMemoryError);
    EXPECT_EQ(completion.reason, Reason::kNone);
  }
  EXPECT_EQ(driver().fault_status(), 0U);
  memory().clear_errors();
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
}

// RealBug47: no fetch ever goes beyond the host address width.
TEST_P(FaultCodes, RealBug47_RootPointerBeyondTheWidth) {
  for (unsigned n = config().host_address_width; n < 64; ++n) {
    driver().set_root_pointer(HostAddr(bit(n)));
    driver().invalidate_all();
    if (n == config().host_address_width) driver().enable_translation();
    expect_fault(read_of(kIova), Reason::kRootAccess);
  }
}

// RealBug49: source id and address arrive in the record bit by bit.
TEST_P(FaultCodes, RealBug49_EveryBitOfARecord) {
  start();
  for (unsigned n = 0; n < 16; ++n) {
    expect_fault(read_of(kIova, 64, SourceId(static_cast<std::uint16_t>(1U << n))),
                 Reason::kRootNotPresent);
  }
  for (unsigned n = 12; n < 64; ++n) {
    expect_fault(write_of(Iova(bit(n))), Reason::kRootNotPresent);
  }
  expect_fault(write_of(Iova(kIova.raw() + 0xFF0), 8), Reason::kRootNotPresent);
}

DMAR_SCENARIO(FaultCodes);

}  // namespace
}  // namespace dmar
