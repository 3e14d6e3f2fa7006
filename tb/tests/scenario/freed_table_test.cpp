// SPDX-License-Identifier: Apache-2.0
// Tables that software has freed: after the invalidation that covers them (VT-d 6.5.2.2, IH=0)
// their pages hold other data, which may look like entries of any level. No DMA may go by it.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "tests/scenario/freshness.hpp"

namespace dmar {
namespace {

namespace g = granularity;

class FreedTables : public Freshness {
 protected:
  static constexpr std::uint64_t kTrap = 0xC000'0000;
  static constexpr unsigned kEntries = 512;
  static constexpr unsigned kId = 1;

  // Fills a page with what leads to the trap, as a leaf or by any number of tables.
  void reuse(HostAddr page) {
    for (unsigned n = 0; n < kEntries; ++n) {
      memory().write64(HostAddr(page.raw() + 8 * n), kTrap | 3);
    }
  }
  // The tables below the entry of `level` for `iova`.
  std::vector<HostAddr> tables_below(const Domain &domain, Iova iova, unsigned level) {
    std::vector<HostAddr> list;
    for (unsigned below = level - 1; below >= 1; --below) {
      list.emplace_back(tables().entry_address(domain, iova, below).raw() & ~(kPage - 1));
    }
    return list;
  }
  void free_and_reuse(const std::vector<HostAddr> &freed) {
    reuse(HostAddr(kTrap));
    for (const HostAddr page : freed) reuse(page);
  }

  // Domain 1 with an empty table of `levels`, translation on.
  Domain begin(unsigned levels) {
    const Domain domain = tables().create_domain({.id = kId, .levels = levels});
    tables().attach(kDevice, domain);
    driver().invalidate_all();
    return domain;
  }
  // An address with its highest bit set.
  [[nodiscard]] Iova address_for(unsigned levels) const {
    return Iova(0x12'3450'5000 | bit(second_stage::input_width(config(), levels) - 1));
  }
  // Invalidations of all that lies below an entry of `level`: pages as far as one descriptor goes,
  // which is more than these domains use.
  std::vector<IotlbScope> covering_below(unsigned level, Iova iova) {
    std::vector<IotlbScope> scopes = covering(kId, iova, false);
    const unsigned needed = std::min(9 * (level - 1), config().max_address_mask);
    std::erase_if(scopes, [needed](const IotlbScope &scope) {
      return scope.granularity == g::kDeviceOrPage && scope.address_mask < needed;
    });
    return scopes;
  }
  // What an unmap of leaves alone asks for.
  void forget_leaf(Iova iova, unsigned mask = 0) {
    IotlbScope scope{.granularity = g::kDeviceOrPage,
                     .domain = kId,
                     .address = iova,
                     .address_mask = mask,
                     .leaf_only = true};
    if (!config().page_selective) scope.granularity = g::kDomain;
    driver().invalidate(scope);
  }
  void for_all_levels(const std::function<void(unsigned levels)> &body) {
    driver().set_root_pointer(tables().root_table());
    driver().enable_translation();
    for (unsigned levels = 3; levels <= 5; ++levels) {
      if (!levels_supported(levels)) continue;
      SCOPED_TRACE(fmt::format("{} levels", levels));
      on_both_paths([&] { body(levels); });
    }
  }
};

// As Linux does it: leaves cleared and their pages invalidated, with the hint; then an upper entry,
// invalidated without the hint; then the tables below it go to somebody else. Or all in one.
TEST_P(FreedTables, LeadNowhere) {
  for_all_levels([&](unsigned levels) {
    for (unsigned level = 2; level <= levels; ++level) {
      const Iova iova = address_for(levels);
      for (const IotlbScope &scope : covering_below(level, iova)) {
        for (const bool hint_first : {false, true}) {
          SCOPED_TRACE(fmt::format("entry of level {}, granularity {} AM {}, {}", level,
                                   scope.granularity, scope.address_mask,
                                   hint_first ? "leaves before" : "at once"));
          Domain domain = begin(levels);
          // Two pages of one table; where it lies in the range, one of another table.
          std::vector<Iova> pages{iova, Iova(iova.raw() + kPage)};
          if (level >= 3) pages.emplace_back(iova.raw() ^ 0x20'0000);
          std::vector<HostAddr> freed;
          for (const Iova page : pages) {
            domain.map(page, HostAddr(kData));
            const std::vector<HostAddr> below = tables_below(domain, page, level);
            freed.insert(freed.end(), below.begin(), below.end());
          }
          for (const Iova page : pages) EXPECT_THAT(access(write_of(page)), Reaches(kData));
          const HostAddr entry = tables().entry_address(domain, iova, level);
          for (const Iova page : pages) domain.unmap(page);
          if (hint_first) {
            for (const Iova page : pages) forget_leaf(page);
          }
          memory().write64(entry, 0);
          driver().invalidate(scope);
          free_and_reuse(freed);
          for (const Iova page : pages) {
            expect_fault(read_of(page), FaultReason::kReadNotPermitted);
            expect_fault(write_of(page), FaultReason::kWriteNotPermitted);
            // Beside it, where nothing was.
            expect_fault(read_of(Iova(page.raw() ^ 4 * kPage)), FaultReason::kReadNotPermitted);
          }
          // From not present to other tables: no invalidation.
          for (const Iova page : pages) domain.map(page, HostAddr(kMoreData));
          for (const Iova page : pages) EXPECT_THAT(access(read_of(page)), Reaches(kMoreData));
          if (HasFailure()) return;
        }
      }
    }
  });
}

// A table that was never empty: the entry above it changes to another table with the same pages.
TEST_P(FreedTables, ReplacedByOthers) {
  for_all_levels([&](unsigned levels) {
    for (unsigned level = 2; level <= levels; ++level) {
      const Iova iova = address_for(levels);
      const Iova neighbour(iova.raw() + kPage);
      for (const IotlbScope &scope : covering_below(level, iova)) {
        SCOPED_TRACE(fmt::format("entry of level {}, granularity {} AM {}", level,
                                 scope.granularity, scope.address_mask));
        Domain domain = begin(levels);
        Domain other = tables().create_domain({.id = kId, .levels = levels});
        for (const Iova page : {iova, neighbour}) {
          domain.map(page, HostAddr(kData));
          other.map(page, HostAddr(kMoreData));
        }
        EXPECT_THAT(access(read_of(iova)), Reaches(kData));
        const std::vector<HostAddr> freed = tables_below(domain, iova, level);
        memory().write64(tables().entry_address(domain, iova, level),
                         memory().read64(tables().entry_address(other, iova, level)));
        driver().invalidate(scope);
        free_and_reuse(freed);
        EXPECT_THAT(access(read_of(neighbour)), Reaches(kMoreData));
        EXPECT_THAT(access(read_of(iova)), Reaches(kMoreData));
        EXPECT_THAT(access(write_of(iova)), Reaches(kMoreData));
        if (HasFailure()) return;
      }
    }
  });
}

// A super page takes the place of a table, and gives it back to another one. What goes then is a
// leaf: with the hint, by the pages that it covered.
TEST_P(FreedTables, SuperPageInTheirPlaceAndBack) {
  for_all_levels([&](unsigned levels) {
    for (const unsigned level : {2U, 3U}) {
      if (!second_stage::may_be_leaf(config(), level)) continue;
      const std::uint64_t bytes = kPage << (9 * (level - 1));
      const Iova base(address_for(levels).raw() & ~(bytes - 1));
      const auto at = [base](std::uint64_t offset) { return Iova(base.raw() + offset); };
      for (const IotlbScope &scope : covering_below(level, at(bytes / 2))) {
        SCOPED_TRACE(fmt::format("level {}, granularity {} AM {}", level, scope.granularity,
                                 scope.address_mask));
        Domain domain = begin(levels);
        const std::vector<std::uint64_t> offsets{0, bytes / 2, bytes - kPage};
        std::vector<HostAddr> freed;
        for (const std::uint64_t offset : offsets) {
          domain.map(at(offset), HostAddr(kData));
          const std::vector<HostAddr> below = tables_below(domain, at(offset), level);
          freed.insert(freed.end(), below.begin(), below.end());
        }
        for (const std::uint64_t offset : offsets) {
          EXPECT_THAT(access(read_of(at(offset))), Reaches(kData));
        }
        const HostAddr entry = tables().entry_address(domain, base, level);
        memory().write64(entry, kMoreData | second_stage::kPageSize | 3);
        driver().invalidate(scope);
        free_and_reuse(freed);
        for (const std::uint64_t offset : offsets) {
          EXPECT_THAT(access(read_of(at(offset))), Reaches(kMoreData + offset));
          EXPECT_THAT(access(write_of(at(offset ^ kPage))), Reaches(kMoreData + (offset ^ kPage)));
        }
        memory().write64(entry, 0);
        forget_leaf(at(bytes / 2), 9 * (level - 1));
        for (const std::uint64_t offset : offsets) {
          expect_fault(read_of(at(offset)), FaultReason::kReadNotPermitted);
        }
        for (const std::uint64_t offset : offsets) domain.map(at(offset), HostAddr(kData));
        for (const std::uint64_t offset : offsets) {
          EXPECT_THAT(access(write_of(at(offset))), Reaches(kData));
          expect_fault(read_of(at(offset ^ kPage)), FaultReason::kReadNotPermitted);
        }
        if (HasFailure()) return;
      }
    }
  });
}

DMAR_SCENARIO(FreedTables);

class FreedTablesByMask : public FreedTables {};

// A mask that is wider than one table reaches each of the tables in it, wherever it is given.
TEST_P(FreedTablesByMask, EveryTableUnderTheMask) {
  constexpr unsigned kTables = 8;
  for_all_levels([&](unsigned levels) {
    const Iova base(address_for(levels).raw() & ~(std::uint64_t{0x3FFF'FFFF}));
    for (const unsigned mask : {10U, 12U, 14U, 18U}) {
      if (mask > config().max_address_mask) continue;
      SCOPED_TRACE(fmt::format("AM {}", mask));
      Domain domain = begin(levels);
      const std::uint64_t span = kPage << mask;
      const std::uint64_t stride = std::max<std::uint64_t>(span / kTables, 0x20'0000);
      std::vector<Iova> pages;
      std::vector<HostAddr> freed;
      for (std::uint64_t at = 0; at < span; at += stride) pages.emplace_back(base.raw() + at);
      for (const Iova page : pages) {
        domain.map(page, HostAddr(kData));
        freed.push_back(tables_below(domain, page, 2).front());
      }
      for (const Iova page : pages) EXPECT_THAT(access(read_of(page)), Reaches(kData));
      for (const Iova page : pages) memory().write64(tables().entry_address(domain, page, 2), 0);
      driver().invalidate(IotlbScope{.granularity = g::kDeviceOrPage,
                                     .domain = kId,
                                     .address = pages[pages.size() / 2],
                                     .address_mask = mask});
      free_and_reuse(freed);
      for (const Iova page : pages) {
        expect_fault(read_of(Iova(page.raw() + kPage)), FaultReason::kReadNotPermitted);
        expect_fault(write_of(page), FaultReason::kWriteNotPermitted);
      }
      if (HasFailure()) return;
    }
  });
}

DMAR_SCENARIO_WITH(
    FreedTablesByMask, +[](const Config &config) { return config.page_selective; });

}  // namespace
}  // namespace dmar
