// SPDX-License-Identifier: Apache-2.0
// Where second-stage translation leads: levels, page sizes, offsets, edges of every table, widths,
// lengths and alignments (VT-d 3.7, 9.8).
#include <fmt/format.h>

#include "dmar/pattern.hpp"
#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

class Translate : public Scenario {
 protected:
  // A domain of `levels` attached to kDevice.
  Domain attach_levels(unsigned levels) {
    const Domain domain = tables().create_domain({.id = levels, .levels = levels});
    tables().attach(kDevice, domain);
    return domain;
  }
};

TEST_P(Translate, EveryDepthSupported) {
  start();
  for (unsigned levels = 3; levels <= 5; ++levels) {
    SCOPED_TRACE(levels);
    if (!levels_supported(levels)) {
      // AW is not in SAGAW: the context entry asks for what the unit lacks.
      tables().attach(kDevice, tables().create_domain({.id = 1, .levels = 4}));
      const HostAddr hi(tables().context_entry_address(kDevice).raw() + 8);
      memory().write64(hi, (memory().read64(hi) & ~std::uint64_t{7}) | (levels - 2));
      driver().invalidate_all();
      expect_fault(read_of(kIova), FaultReason::kContextInvalid);
      continue;
    }
    Domain domain = attach_levels(levels);
    driver().invalidate_all();
    const std::uint64_t top = second_stage::input_width(config(), levels);
    const Iova high((std::uint64_t{1} << (top - 1)) | 0x12'3456'7000);
    domain.map(high, HostAddr(kData));
    domain.map(Iova(0), HostAddr(kData + kPage));
    EXPECT_THAT(access(read_of(Iova(high.raw() + 0xABC), 4)), Reaches(kData + 0xABC));
    EXPECT_THAT(access(read_of(Iova(0x10))), Reaches(kData + kPage + 0x10));
  }
}

// RealBug19: the width of the context entry decides, and nothing above it is looked at.
TEST_P(Translate, RealBug19_AddressesAtTheWidthOfEachDepth) {
  start();
  for (unsigned levels = 3; levels <= 5; ++levels) {
    if (!levels_supported(levels)) continue;
    SCOPED_TRACE(levels);
    Domain domain = attach_levels(levels);
    driver().invalidate_all();
    const unsigned width = second_stage::input_width(config(), levels);
    const Iova last((std::uint64_t{1} << width) - kPage);
    domain.map(last, HostAddr(kData));
    domain.map(Iova(0), HostAddr(kMoreData));
    EXPECT_THAT(access(read_of(Iova(last.raw() + 0xFFC), 4)), Reaches(kData + 0xFFC));
    for (unsigned n = width; n < 64; ++n) {
      expect_fault(read_of(Iova(bit(n))), FaultReason::kAddressBeyondWidth);
    }
    expect_fault(write_of(Iova(~std::uint64_t{0xFFF})), FaultReason::kAddressBeyondWidth);
  }
}

TEST_P(Translate, FirstAndLastEntryOfEveryTable) {
  Domain domain = attach_domain();
  start();
  for (unsigned level = 1; level <= 4; ++level) {
    for (const std::uint64_t index : {0, 1, 255, 256, 510, 511}) {
      // Addresses of 39 bits reach one entry of the fourth table.
      if (index >= entries_reached(level)) continue;
      // Indexes of the other levels are fixed and odd, so that each page is its own.
      std::uint64_t iova = 0;
      for (unsigned other = 1; other <= 4; ++other) {
        const std::uint64_t fixed = (3 + 16 * level) & (entries_reached(other) - 1);
        iova |= (other == level ? index : fixed) << second_stage::index_shift(other);
      }
      SCOPED_TRACE(fmt::format("level {} index {}", level, index));
      const std::uint64_t host = kData + kPage * (level * 512 + index);
      domain.map(Iova(iova), HostAddr(host));
      EXPECT_THAT(access(read_of(Iova(iova + 0x40))), Reaches(host + 0x40));
    }
  }
}

TEST_P(Translate, EveryPageSize) {
  Domain domain = attach_domain();
  start();
  for (const PageSize size : {PageSize::k4K, PageSize::k2M, PageSize::k1G}) {
    const unsigned level = static_cast<unsigned>(size) + 1;
    const std::uint64_t bytes = page_bytes(size);
    const Iova iova(0x10'0000'0000 * level);
    SCOPED_TRACE(fmt::format("{:#x}", bytes));
    if (!second_stage::may_be_leaf(config(), level)) {
      // PS is reserved in a build without this size.
      domain.map(iova, HostAddr(kData));
      const HostAddr entry = tables().entry_address(domain, iova, level);
      memory().write64(entry, memory().read64(entry) | second_stage::kPageSize);
      expect_fault(read_of(iova), FaultReason::kPagingEntryReserved);
      continue;
    }
    domain.map(iova, HostAddr(kData), size);
    for (const std::uint64_t offset : {std::uint64_t{0}, bytes / 2 + 0x123, bytes - 64}) {
      EXPECT_THAT(access(read_of(Iova(iova.raw() + offset), 4)), Reaches(kData + offset));
    }
    // Each offset bit on its own, through walk and through cache.
    for (unsigned n = 6; bit(n) < bytes; ++n) {
      EXPECT_THAT(access(write_of(Iova(iova.raw() | bit(n)))), Reaches(kData | bit(n)));
    }
  }
}

TEST_P(Translate, EveryHostAddressBit) {
  Domain domain = attach_domain();
  start();
  for (unsigned n = 12; n < config().host_address_width; ++n) {
    const Iova iova(bit(20) + kPage * n);
    domain.map(iova, HostAddr(bit(n)));
    EXPECT_THAT(access(read_of(Iova(iova.raw() + 8), 4)), Reaches(bit(n) + 8));
  }
}

TEST_P(Translate, EverySourceIdBit) {
  Domain domain = tables().create_domain({.id = 3});
  domain.map(kIova, HostAddr(kData));
  start();
  for (unsigned n = 0; n < 16; ++n) {
    const SourceId source(static_cast<std::uint16_t>(1U << n));
    // Buses 0 and up: a bus without context table first, then a table without this device.
    const bool bus_known = n > 0 && n < 8;
    expect_fault(read_of(kIova, 64, source),
                 bus_known ? FaultReason::kContextNotPresent : FaultReason::kRootNotPresent);
    tables().attach(source, domain);
    EXPECT_THAT(access(read_of(kIova, 64, source)), Reaches(kData)) << n;
  }
}

TEST_P(Translate, DevicesOfDifferentDomainsAreApart) {
  Domain first = attach_domain(kDevice, 1);
  Domain second = attach_domain(kNeighbour, 2);
  attach_domain(kOther, 3);
  first.map(kIova, HostAddr(kData));
  second.map(kIova, HostAddr(kMoreData));
  start();
  for (unsigned round = 0; round < 2; ++round) {
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
    EXPECT_THAT(access(read_of(kIova, 64, kNeighbour)), Reaches(kMoreData));
    expect_fault(read_of(kIova, 64, kOther), FaultReason::kReadNotPermitted);
  }
}

TEST_P(Translate, DevicesOfOneDomainShareIt) {
  const Domain domain = start_with_page();
  tables().attach(kOther, domain);
  EXPECT_THAT(access(write_of(kIova)), Reaches(kData));
  EXPECT_THAT(access(write_of(kIova, 64, kOther)), Reaches(kData));
}

// All lengths around the interesting ones, ending at every place near the end of the page.
TEST_P(Translate, LengthsAndAlignments) {
  start_with_page();
  for (const std::uint32_t bytes :
       {1U,  2U,  3U,  4U,   5U,   7U,   8U,    9U,    15U,   16U,   17U,
        31U, 33U, 64U, 100U, 255U, 256U, 1023U, 2048U, 4080U, 4095U, 4096U}) {
    for (std::uint32_t gap = 0; gap <= 16 && bytes + gap <= kPage; gap += gap < 4 ? 1 : 6) {
      const std::uint64_t offset = kPage - bytes - gap;
      const Request write = write_of(Iova(kIova.raw() + offset), bytes);
      SCOPED_TRACE(fmt::format("{} bytes at {:#x}", bytes, offset));
      EXPECT_THAT(access(write), Reaches(kData + offset));
      std::vector<std::uint8_t> stored(bytes);
      memory().load(HostAddr(kData + offset), stored);
      EXPECT_EQ(stored, pattern(write));
      const Completion back = access(read_of(write.address, bytes));
      EXPECT_EQ(back.data, stored);
    }
  }
}

TEST_P(Translate, WritesTouchNothingElse) {
  start_with_page();
  for (std::uint32_t start = 0; start < 20; ++start) {
    memory().write64(HostAddr(kData + 96), ~std::uint64_t{0});
    memory().write64(HostAddr(kData + 104), ~std::uint64_t{0});
    memory().write64(HostAddr(kData + 112), ~std::uint64_t{0});
    const Request write = write_of(Iova(kIova.raw() + 96 + start), 3);
    access(write);
    for (unsigned k = 0; k < 24; ++k) {
      const bool inside = k >= start && k < start + 3;
      const std::uint8_t want = inside ? pattern_byte(write.address, k - start) : 0xFF;
      ASSERT_EQ(memory().read8(HostAddr(kData + 96 + k)), want) << start << " " << k;
    }
  }
}

TEST_P(Translate, SnoopFollowsRequestAndLeaf) {
  Domain domain = attach_domain();
  domain.map(kIova, HostAddr(kData));
  start();
  Request plain = write_of(kIova);
  Request no_snoop = plain;
  no_snoop.no_snoop = true;
  EXPECT_TRUE(access(plain).snoop);
  EXPECT_FALSE(access(no_snoop).snoop);
  EXPECT_FALSE(access(no_snoop).snoop);
  const HostAddr leaf = tables().entry_address(domain, kIova, 1);
  const std::uint64_t forced = memory().read64(leaf) | second_stage::kSnoop;
  memory().write64(leaf, forced);
  driver().invalidate_all();
  if (!config().snoop_control) {
    expect_fault(plain, FaultReason::kPagingEntryReserved);
    return;
  }
  EXPECT_TRUE(access(plain).snoop);
  EXPECT_TRUE(access(no_snoop).snoop);
  EXPECT_TRUE(access(no_snoop).snoop);
}

DMAR_SCENARIO(Translate);

}  // namespace
}  // namespace dmar
