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

DMAR_SCENARIO(Pack);

}  // namespace
}  // namespace dmar
