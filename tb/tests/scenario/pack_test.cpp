// SPDX-License-Identifier: Apache-2.0
// Bugs of other units (docs/verification.md, "The pack") whose scenario fits no other file.
#include <fmt/format.h>

#include <stdexcept>

#include "golden/golden_iommu.hpp"
#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

namespace g = granularity;

class Pack : public Scenario {
 protected:
  static constexpr unsigned kRingCode = 2;  // a ring of 1024 descriptors
  static constexpr Iova kNext{kIova.raw() + kPage};
  static constexpr Iova kOnlyOnce{kIova.raw() + 2 * kPage};
  static constexpr Iova kFar{kIova.raw() ^ bit(30)};  // in other tables of the lower levels

  // kIova, kNext and kFar to `page` and the pages behind it, for kDevice in domain 1.
  static Domain fill(TableBuilder &tables, std::uint64_t page) {
    Domain domain = tables.create_domain({.id = 1});
    domain.map(kIova, HostAddr(page));
    domain.map(kNext, HostAddr(page + kPage));
    domain.map(kFar, HostAddr(page + 3 * kPage));
    tables.attach(kDevice, domain);
    return domain;
  }
};

// Row 3: batches that lost synchronisation. Long ones, waits in the middle and at the end, and
// register commands in between, which the unit refuses beside the queue without losing its place.
TEST_P(Pack, RealBug03_LongBatchesWithRegisterCommandsBetween) {
  Domain domain = start_with_page();
  driver().enable_queue(kRingCode);
  const HostAddr leaf = tables().entry_address(domain, kIova, 1);
  for (unsigned batch = 0; batch < 5; ++batch) {
    const std::uint64_t page = batch % 2 == 0 ? kMoreData : kData;
    memory().write64(leaf, page | second_stage::kRead | second_stage::kWrite);
    std::vector<std::uint32_t> tickets;
    for (unsigned n = 0; n < 240; ++n) {
      if (n % 3 == 0) {
        driver().push(context_descriptor({.granularity = 1 + n % 2, .domain = 1}));
      } else if (n % 40 == 1) {
        tickets.push_back(driver().push_wait());
      } else {
        driver().push(iotlb_descriptor({.granularity = g::kDomain, .domain = 1 + n % 3}));
      }
    }
    tickets.push_back(driver().push_wait());
    driver().ring_doorbell();
    EXPECT_EQ(driver().context_command({}), g::kReserved);
    EXPECT_EQ(driver().iotlb_command({}), g::kReserved);
    unit().settle();
    for (const std::uint32_t ticket : tickets) EXPECT_TRUE(driver().wait_completed(ticket));
    EXPECT_EQ(driver().read32(reg::kIqh), driver().tail());
    EXPECT_EQ(driver().fault_status(), 0U);
    EXPECT_THAT(access(read_of(kIova)), Reaches(page));
  }
}

// Row 7: a reserved encoding that did anything. Every value of every encoded field has an outcome.
TEST_P(Pack, RealBug07_EveryEncodingOfAContextEntry) {
  start_with_page();
  const HostAddr entry = tables().context_entry_address(kDevice);
  const std::uint64_t lo = memory().read64(entry);
  const HostAddr high(entry.raw() + 8);
  const std::uint64_t hi = memory().read64(high);
  for (unsigned type = 0; type < 4; ++type) {
    for (unsigned width = 0; width < 8; ++width) {
      memory().write64(entry, (lo & ~bits(3, 2)) | (std::uint64_t{type} << 2));
      memory().write64(high, (hi & ~bits(2, 0)) | width);
      driver().invalidate_all();
      const Completion completion = access(read_of(kIova));
      const bool known_type = type == context_entry::kSecondStage ||
                              (type == context_entry::kPassThrough && config().pass_through) ||
                              (type == context_entry::kDeviceTlb && config().device_tlb);
      const bool known_width = width < 5 && ((config().sagaw >> width) & 1) != 0;
      SCOPED_TRACE(fmt::format("TT {}, AW {}", type, width));
      if (!known_type || !known_width) {
        EXPECT_THAT(completion, Faults(FaultReason::kContextInvalid));
      } else {
        EXPECT_NE(completion.reason, FaultReason::kContextInvalid);
      }
      driver().drain_faults();
    }
  }
}

TEST_P(Pack, RealBug07_EveryTableMode) {
  start_with_page();
  for (unsigned mode = 0; mode < 4; ++mode) {
    driver().set_root_pointer(tables().root_table(), mode);
    if (mode == rtaddr::kLegacy) {
      EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
    } else if (mode == rtaddr::kAbort && config().abort_mode) {
      EXPECT_THAT(access(read_of(kIova)), Faults(FaultReason::kAbortMode));
    } else {
      EXPECT_THAT(access(read_of(kIova)), Faults(FaultReason::kTableModeInvalid));
    }
    driver().drain_faults();
  }
  driver().set_root_pointer(tables().root_table());
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
}

// Row 9: the capability bit was wrong. Where CAP.RWBF is set the flush completes and new tables are
// in force after it and the invalidation; elsewhere the command does nothing.
TEST_P(Pack, RealBug09_WriteBufferFlush) {
  constexpr std::uint64_t kRwbf = bit(4);
  EXPECT_EQ((driver().read64(reg::kCap) & kRwbf) != 0, config().write_buffer_flush);
  Domain domain = start_with_page();
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  memory().write64(tables().entry_address(domain, kIova, 1), kMoreData | 3);
  driver().flush_write_buffer();
  driver().invalidate(IotlbScope{});
  EXPECT_THAT(access(read_of(kIova)), Reaches(kMoreData));
  EXPECT_EQ(driver().read32(reg::kGsts) & gsts::kWbfs, 0U);
  EXPECT_NE(driver().read32(reg::kGsts) & gsts::kTes, 0U);
}

// Row 23: domain 0 was kept for a cache that is not there. With CAP.CM=0 it is an id like others:
// it tags, is invalidated alone, and what is not present is never remembered under it.
TEST_P(Pack, RealBug23_DomainZeroIsAnOrdinaryTag) {
  constexpr std::uint64_t kCachingMode = bit(7);
  EXPECT_EQ(driver().read64(reg::kCap) & kCachingMode, 0U);
  Domain zero = attach_domain(kDevice, 0);
  Domain one = attach_domain(kNeighbour, 1);
  one.map(kIova, HostAddr(kMoreData));
  start();
  EXPECT_THAT(access(read_of(kIova)), Faults(FaultReason::kReadNotPermitted));
  zero.map(kIova, HostAddr(kData));
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  EXPECT_THAT(access(read_of(kIova, 16, kNeighbour)), Reaches(kMoreData));
  memory().write64(tables().entry_address(zero, kIova, 1), (kData + kPage) | 3);
  driver().invalidate(IotlbScope{.granularity = g::kDomain, .domain = 0});
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData + kPage));
  EXPECT_THAT(access(read_of(kIova, 16, kNeighbour)), Reaches(kMoreData));
  tables().detach(kDevice);
  driver().invalidate(ContextScope{.granularity = g::kDomain, .domain = 0});
  EXPECT_THAT(access(read_of(kIova)), Faults(FaultReason::kContextNotPresent));
}

// Row 24: CAP.ND=7 is reserved. No unit can be made with it; sim/lint/run.sh shows the same of the
// RTL.
TEST_P(Pack, RealBug24_ReservedDomainCount) {
  constexpr unsigned kReserved = 7;
  EXPECT_LT(driver().read64(reg::kCap) & bits(2, 0), kReserved);
  Config wrong = config();
  wrong.domain_id_code = kReserved;
  EXPECT_THROW(GoldenIommu{wrong}, std::invalid_argument);
}

// Row 29: software relied on register-based invalidation. From version 6 on a command ends at once,
// reports that nothing was done, and does nothing; the queue works in every version.
TEST_P(Pack, RealBug29_RegisterCommandsByVersion) {
  const bool registers = config().version_major < 6;
  Domain domain = start_with_page();
  EXPECT_EQ(driver().context_command({}), registers ? g::kGlobal : g::kReserved);
  EXPECT_EQ(driver().iotlb_command({}), registers ? g::kGlobal : g::kReserved);
  EXPECT_EQ(driver().read64(reg::kCcmd) & ccmd::kIcc, 0U);
  EXPECT_EQ(driver().read64(reg::kIotlb) & iotlb::kIvt, 0U);
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  memory().write64(tables().entry_address(domain, kIova, 1), kMoreData | 3);
  driver().enable_queue();
  driver().invalidate(IotlbScope{});
  EXPECT_THAT(access(read_of(kIova)), Reaches(kMoreData));
}

// Row 52: the flush that comes with a new root pointer was advertised and not done. The capability
// register alone decides what software leaves out; after that nothing of the old tables is used: no
// page, no table on the way to a page that nobody touched yet, no context entry, under one domain
// id, with translation on and with translation off meanwhile.
TEST_P(Pack, RealBug52_RootPointerFlushAsAdvertised) {
  constexpr std::uint64_t kEsrtps = bit(63);
  const bool promised = (driver().read64(reg::kCap) & kEsrtps) != 0;
  EXPECT_EQ(promised, config().root_pointer_flush);
  fill(tables(), kData).map(kOnlyOnce, HostAddr(kData + 2 * kPage));
  TableBuilder second(memory(), config(), HostAddr(0x2000'0000), HostAddr(0x2100'0000));
  const Domain other = fill(second, kMoreData);
  second.attach(kNeighbour, other);
  start();
  for (unsigned round = 0; round < 6; ++round) {
    const bool first = round % 2 == 0;
    SCOPED_TRACE(fmt::format("round {}", round));
    const std::uint64_t page = first ? kData : kMoreData;
    EXPECT_THAT(access(read_of(kIova)), Reaches(page));
    EXPECT_THAT(access(write_of(kIova)), Reaches(page));
    if (first) {
      EXPECT_THAT(access(read_of(kOnlyOnce)), Reaches(kData + 2 * kPage));
      expect_fault(read_of(kIova, 64, kNeighbour), FaultReason::kContextNotPresent);
    } else {
      expect_fault(read_of(kOnlyOnce), FaultReason::kReadNotPermitted);
      EXPECT_THAT(access(read_of(kIova, 64, kNeighbour)), Reaches(kMoreData));
    }
    const bool off_meanwhile = round >= 2;
    if (off_meanwhile) driver().disable_translation();
    driver().set_root_pointer(first ? second.root_table() : tables().root_table());
    if (!promised) driver().invalidate_all();
    if (off_meanwhile) driver().enable_translation();
    // The walk of the first page begins at the root; from then on the context entry is known, and
    // a walk may begin at any table that is.
    const std::uint64_t then = first ? kMoreData : kData;
    EXPECT_THAT(access(read_of(kFar)), Reaches(then + 3 * kPage));
    EXPECT_THAT(access(read_of(kNext)), Reaches(then + kPage));
  }
}

// Row 54: a fault at the root table was recorded without the PASID. A record has all that its
// request and this unit have: address, requester and kind of just this request, whatever was
// recorded before it; and no PASID, which a unit with ECAP.PASID = 0 reports as zeros.
TEST_P(Pack, RealBug54_RootTableFaultsHaveAllFields) {
  constexpr std::uint64_t kPasidSupport = bit(40);
  EXPECT_EQ(driver().read64(reg::kEcap) & kPasidSupport, 0U);
  start_with_page();
  const HostAddr here = tables().root_entry_address(kDevice);
  const std::uint64_t root = memory().read64(here);
  const auto expect_each_kind = [&](FaultReason reason, std::uint64_t address) {
    driver().invalidate_all();
    for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite, AccessKind::kAtomic}) {
      SCOPED_TRACE(fmt::format("kind {}", static_cast<unsigned>(kind)));
      expect_fault(request_of(kind, Iova(kIova.raw() ^ address)), reason);
      Request with_pasid = request_of(kind, Iova(kIova.raw() ^ (address >> 1)), kNeighbour);
      with_pasid.pasid = Pasid(0xF'FFFF ^ static_cast<std::uint32_t>(address >> 12));
      expect_fault(with_pasid, FaultReason::kPasidInLegacyMode);
    }
  };
  for (unsigned n = 13; n < 32; ++n) {
    memory().write64(here, root | bit(1));
    expect_each_kind(FaultReason::kRootReserved, bit(n));
    memory().write64(here, 0);
    expect_each_kind(FaultReason::kRootNotPresent, ~bit(n) & bits(37, 12));
    memory().write64(here, root);
    memory().inject_error(here, HostAddr(here.raw() + 15));
    expect_each_kind(FaultReason::kRootAccess, bit(n) | bit(12));
    memory().clear_errors();
  }
  // The table mode belongs to the root table, too; it counts before the PASID.
  driver().set_root_pointer(tables().root_table(), 1);
  Request request = write_of(kIova);
  request.pasid = Pasid(0x5'5555);
  expect_fault(request, FaultReason::kTableModeInvalid);
  driver().set_root_pointer(tables().root_table());
  driver().invalidate_all();
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
}

DMAR_SCENARIO(Pack);

}  // namespace
}  // namespace dmar
