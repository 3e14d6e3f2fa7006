// SPDX-License-Identifier: Apache-2.0
// IOTLB invalidation (VT-d 6.5.2.2): every granularity, address masks, page sizes, tables on the
// way, and changes that need no invalidation.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tests/scenario/freshness.hpp"

namespace dmar {
namespace {

namespace g = granularity;

class FreshPages : public Freshness {};

// RealBug31: a global invalidation that does not invalidate. All of them, both ways.
TEST_P(FreshPages, RealBug31_EveryGranularityRemovesAChangedLeaf) {
  Domain domain = start_with_page();
  const HostAddr leaf = tables().entry_address(domain, kIova, 1);
  on_both_paths([&] {
    std::uint64_t host = kData;
    for (const IotlbScope &scope : covering(1, kIova)) {
      SCOPED_TRACE(fmt::format("granularity {} AM {}", scope.granularity, scope.address_mask));
      EXPECT_THAT(access(read_of(kIova)), Reaches(host));
      host ^= kData ^ kMoreData;
      memory().write64(leaf, host | 3);
      driver().invalidate(scope);
      EXPECT_THAT(access(read_of(kIova)), Reaches(host));
      EXPECT_THAT(access(write_of(kIova)), Reaches(host));
    }
    memory().write64(leaf, kData | 3);
    driver().invalidate_all();
  });
}

TEST_P(FreshPages, UnmappedPageIsGone) {
  Domain domain = start_with_page();
  on_both_paths([&] {
    for (const IotlbScope &scope : covering(1, kIova)) {
      EXPECT_THAT(access(write_of(kIova)), Reaches(kData));
      domain.unmap(kIova);
      driver().invalidate(scope);
      expect_fault(write_of(kIova), FaultReason::kWriteNotPermitted);
      expect_fault(read_of(kIova), FaultReason::kReadNotPermitted);
      domain.map(kIova, HostAddr(kData));  // from not present: no invalidation
      EXPECT_THAT(access(write_of(kIova)), Reaches(kData));
    }
  });
}

TEST_P(FreshPages, ReducedRightsAreInForce) {
  Domain domain = start_with_page();
  const HostAddr leaf = tables().entry_address(domain, kIova, 1);
  on_both_paths([&] {
    for (const IotlbScope &scope : covering(1, kIova)) {
      EXPECT_THAT(access(write_of(kIova)), Reaches(kData));
      memory().write64(leaf, kData | second_stage::kRead);
      driver().invalidate(scope);
      expect_fault(write_of(kIova), FaultReason::kWriteNotPermitted);
      EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
      memory().write64(leaf, kData | 3);
      // More rights need no invalidation: a faulting request is looked up again.
      EXPECT_THAT(access(write_of(kIova)), Reaches(kData));
    }
  });
}

// RealBug36: pages all over the range of each mask, given by any address within it.
TEST_P(FreshPages, RealBug36_EveryAddressMask) {
  if (!config().page_selective) {
    EXPECT_EQ(driver().read64(reg::kCap) & bit(39), 0U);
    return;
  }
  Domain domain = attach_domain();
  start();
  on_both_paths([&] {
    for (unsigned mask = 0; mask <= config().max_address_mask; ++mask) {
      const std::uint64_t span = kPage << mask;
      const std::uint64_t base = 0x20'0000'0000 + 4 * span;
      const std::set<std::uint64_t> offsets{0, span / 2, span - kPage};
      std::set<std::uint64_t> pages;
      for (const std::uint64_t offset : offsets) pages.insert((base + offset) & ~(kPage - 1));
      for (const std::uint64_t page : pages) {
        domain.map(Iova(page), HostAddr(kData));
        EXPECT_THAT(access(read_of(Iova(page))), Reaches(kData));
      }
      for (const std::uint64_t page : pages) {
        memory().write64(tables().entry_address(domain, Iova(page), 1), kMoreData | 3);
      }
      driver().invalidate(IotlbScope{.granularity = g::kDeviceOrPage,
                                     .domain = 1,
                                     .address = Iova(*pages.rbegin()),
                                     .address_mask = mask});
      for (const std::uint64_t page : pages) {
        EXPECT_THAT(access(read_of(Iova(page))), Reaches(kMoreData)) << "AM " << mask;
        domain.unmap(Iova(page));
      }
      driver().invalidate(IotlbScope{});
    }
  });
}

// A hit on an entry larger than the range goes too: overlap, not containment.
TEST_P(FreshPages, AnyPartOfALargePageRemovesIt) {
  Domain domain = attach_domain();
  start();
  for (const PageSize size : {PageSize::k2M, PageSize::k1G}) {
    const unsigned level = static_cast<unsigned>(size) + 1;
    if (!second_stage::may_be_leaf(config(), level)) continue;
    const std::uint64_t bytes = page_bytes(size);
    const Iova iova(0x10'0000'0000 * level);
    domain.map(iova, HostAddr(kData), size);
    const HostAddr leaf = tables().entry_address(domain, iova, level);
    on_both_paths([&] {
      for (const std::uint64_t at : {std::uint64_t{0}, bytes / 2, bytes - kPage}) {
        const Iova inside(iova.raw() + at);
        for (const IotlbScope &scope : covering(1, inside, true)) {
          memory().write64(leaf, kData | second_stage::kPageSize | 3);
          driver().invalidate(IotlbScope{});
          // Cached from both ends of the page.
          EXPECT_THAT(access(read_of(iova)), Reaches(kData));
          EXPECT_THAT(access(read_of(Iova(iova.raw() + bytes - 64))), Reaches(kData + bytes - 64));
          memory().write64(leaf, kMoreData | second_stage::kPageSize | 3);
          driver().invalidate(scope);
          EXPECT_THAT(access(read_of(iova)), Reaches(kMoreData));
          EXPECT_THAT(access(read_of(inside)), Reaches(kMoreData + at));
          EXPECT_THAT(access(read_of(Iova(iova.raw() + bytes - 64))),
                      Reaches(kMoreData + bytes - 64));
        }
      }
    });
  }
  if (config().super_pages == 0) {
    EXPECT_THROW(domain.map(Iova(0), HostAddr(kData), PageSize::k2M), std::invalid_argument);
  }
}

// RealBug08: shatter a large page into small ones and merge them again.
TEST_P(FreshPages, RealBug08_ShatterAndMerge) {
  if ((config().super_pages & 1) == 0) {
    EXPECT_EQ(driver().read64(reg::kCap) & bits(35, 34), 0U);
    return;
  }
  Domain domain = attach_domain();
  start();
  const Iova iova(0x4000'0000);
  domain.map(iova, HostAddr(kData), PageSize::k2M);
  const HostAddr pde = tables().entry_address(domain, iova, 2);
  const std::uint64_t large = memory().read64(pde);
  const HostAddr table = tables().pages().allocate();
  for (unsigned n = 0; n < 512; ++n) {
    memory().write64(HostAddr(table.raw() + 8 * n), (kMoreData + kPage * (511 - n)) | 3);
  }
  on_both_paths([&] {
    for (const IotlbScope &scope : covering(1, iova, false)) {
      // A mask that covers the whole large page; smaller ones cover only a part of the change.
      if (scope.granularity == g::kDeviceOrPage && scope.address_mask < 9) continue;
      for (const unsigned n : {0U, 1U, 255U, 511U}) {
        EXPECT_THAT(access(read_of(Iova(iova.raw() + kPage * n))), Reaches(kData + kPage * n));
      }
      memory().write64(pde, table.raw() | 3);
      driver().invalidate(scope);
      for (const unsigned n : {0U, 1U, 255U, 511U}) {
        EXPECT_THAT(access(read_of(Iova(iova.raw() + kPage * n))),
                    Reaches(kMoreData + kPage * (511 - n)));
      }
      memory().write64(pde, large);
      driver().invalidate(scope);
    }
  });
}

// Swings the entry of each level to a copy of the table below with another leaf.
TEST_P(FreshPages, NonLeafChangesAreCovered) {
  Domain domain = start_with_page();
  Domain other = tables().create_domain({.id = 1, .levels = 4});
  other.map(kIova, HostAddr(kMoreData));
  on_both_paths([&] {
    for (unsigned level = 2; level <= 4; ++level) {
      const HostAddr entry = tables().entry_address(domain, kIova, level);
      const std::uint64_t first = memory().read64(entry);
      const std::uint64_t second = memory().read64(tables().entry_address(other, kIova, level));
      for (const IotlbScope &scope : covering(1, kIova, false)) {
        SCOPED_TRACE(fmt::format("level {}, granularity {}", level, scope.granularity));
        EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
        memory().write64(entry, second);
        driver().invalidate(scope);
        EXPECT_THAT(access(read_of(kIova)), Reaches(kMoreData));
        // A page below the same table, not looked up before.
        memory().write64(entry, first);
        driver().invalidate(scope);
      }
    }
  });
}

// With the tables on the way cached, a neighbour must not be found through the old table.
TEST_P(FreshPages, NeighbourThroughAReplacedTable) {
  Domain domain = start_with_page();
  const Iova neighbour(kIova.raw() + kPage);
  Domain other = tables().create_domain({.id = 1, .levels = 4});
  other.map(neighbour, HostAddr(kMoreData));
  domain.map(neighbour, HostAddr(kData + kPage));
  for (unsigned level = 2; level <= 4; ++level) {
    const HostAddr entry = tables().entry_address(domain, kIova, level);
    const Spoil restore(memory(), entry, memory().read64(entry));
    driver().invalidate_all();
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));  // caches the way down
    memory().write64(entry, memory().read64(tables().entry_address(other, neighbour, level)));
    driver().invalidate(IotlbScope{.granularity = g::kDomain, .domain = 1});
    EXPECT_THAT(access(read_of(neighbour)), Reaches(kMoreData));
  }
}

// DID bits above the width of CAP.ND and address bits above MGAW are ignored.
TEST_P(FreshPages, OperandBitsBeyondTheirWidthAreIgnored) {
  Domain domain = start_with_page();
  const HostAddr leaf = tables().entry_address(domain, kIova, 1);
  const unsigned did_bits = domain_id_bits(config());
  std::uint64_t host = kData;
  const auto check = [&](const IotlbScope &scope) {
    EXPECT_THAT(access(read_of(kIova)), Reaches(host));
    host ^= kData ^ kMoreData;
    memory().write64(leaf, host | 3);
    driver().invalidate(scope);
    EXPECT_THAT(access(read_of(kIova)), Reaches(host));
  };
  on_both_paths([&] {
    for (unsigned n = did_bits; n < 16; ++n) {
      check({.granularity = g::kDomain, .domain = 1U | 1U << n});
    }
    if (!config().page_selective) return;
    for (unsigned n = config().guest_address_width; n < 64; ++n) {
      check({.granularity = g::kDeviceOrPage, .domain = 1, .address = Iova(kIova.raw() | bit(n))});
    }
  });
}

// More pages than any cache of these builds holds, twice over, then all changed at once.
TEST_P(FreshPages, RealBug46_MorePagesThanTheCachesHold) {
  Domain domain = attach_domain();
  constexpr unsigned kPages = 300;
  const auto iova = [](unsigned n) { return Iova(0x10'0000 + n * 0x21'1000ULL); };
  for (unsigned n = 0; n < kPages; ++n) domain.map(iova(n), HostAddr(kData + n * kPage));
  start();
  const auto expect_all = [&](std::uint64_t base) {
    std::vector<Request> requests;
    for (unsigned n = 0; n < kPages; ++n) requests.push_back(read_of(iova(n), 16));
    const auto completions = unit().access_all(requests);
    for (unsigned n = 0; n < kPages; ++n) {
      ASSERT_THAT(completions[n], Reaches(base + n * kPage)) << n;
    }
  };
  expect_all(kData);
  expect_all(kData);
  for (unsigned n = 0; n < kPages; ++n) {
    memory().write64(tables().entry_address(domain, iova(n), 1), (kMoreData + n * kPage) | 3);
  }
  driver().invalidate(IotlbScope{.granularity = g::kDomain, .domain = 1});
  expect_all(kMoreData);
  expect_all(kMoreData);
}

DMAR_SCENARIO(FreshPages);

}  // namespace
}  // namespace dmar
