// SPDX-License-Identifier: Apache-2.0
// The hint of an IOTLB invalidation (VT-d 6.5.2.2, IH=1): leaf entries of the range are gone, the
// entries above them may be used on. That holds for the pages given, and for nothing else that an
// invalidation does.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "tests/scenario/freshness.hpp"

namespace dmar {
namespace {

namespace g = granularity;
using ::testing::AnyOf;

class LeafHint : public Freshness {
 protected:
  static constexpr unsigned kWidestMask = 10;  // that Linux gives
  static IotlbScope leaves(Iova address, unsigned mask = 0) {
    return {.granularity = g::kDeviceOrPage,
            .domain = 1,
            .address = address,
            .address_mask = mask,
            .leaf_only = true};
  }
  // A second set of tables for `iova`, of the same domain and with another page.
  Domain other_tables(Iova iova) {
    Domain other = tables().create_domain({.id = 1, .levels = 4});
    other.map(iova, HostAddr(kMoreData));
    return other;
  }
};

// All pages of small ranges, some of larger ones, and one on either side.
TEST_P(LeafHint, EveryMaskFromAnyAddressWithin) {
  Domain domain = attach_domain();
  start();
  constexpr std::uint64_t kBase = 0x20'0000'0000;
  constexpr std::uint64_t kAllUpTo = 16;  // pages
  const auto leaf = [&](std::uint64_t page) {
    return tables().entry_address(domain, Iova(kBase + page * kPage), 1);
  };
  const auto reaches = [&](std::uint64_t page, std::uint64_t host) {
    return access(read_of(Iova(kBase + page * kPage))).address == HostAddr(host + page * kPage);
  };
  on_both_paths([&] {
    for (unsigned mask = 0; mask <= std::min(kWidestMask, config().max_address_mask); ++mask) {
      const std::uint64_t span = std::uint64_t{1} << mask;
      const std::uint64_t first = 3 * span;
      const std::array<std::uint64_t, 2> outside{first - 1, first + span};
      std::set<std::uint64_t> inside{first, first + span / 2, first + span - 1};
      const std::uint64_t stride = std::max<std::uint64_t>(1, span / kAllUpTo);
      for (std::uint64_t n = 0; n < span; n += stride) inside.insert(first + (n + n % 7) % span);
      std::set<std::uint64_t> pages(inside);
      pages.insert(outside.begin(), outside.end());
      for (const std::uint64_t page : pages) {
        domain.map(Iova(kBase + page * kPage), HostAddr(kData + page * kPage));
      }
      // Address bits below the mask are ignored, whatever they are.
      for (const std::uint64_t given : {first, first + span / 2, first + span - 1}) {
        SCOPED_TRACE(fmt::format("AM {}, by page {}", mask, given - first));
        for (const std::uint64_t page : pages) EXPECT_TRUE(reaches(page, kData)) << page;
        for (const std::uint64_t page : pages) {
          memory().write64(leaf(page), (kMoreData + page * kPage) | 3);
        }
        driver().invalidate(leaves(Iova(kBase + given * kPage), mask));
        for (const std::uint64_t page : inside) EXPECT_TRUE(reaches(page, kMoreData)) << page;
        for (const std::uint64_t page : outside) {
          EXPECT_TRUE(reaches(page, kData) || reaches(page, kMoreData)) << page;
          driver().invalidate(leaves(Iova(kBase + page * kPage)));
          EXPECT_TRUE(reaches(page, kMoreData)) << page;
        }
        for (const std::uint64_t page : pages) {
          memory().write64(leaf(page), (kData + page * kPage) | 3);
        }
        driver().invalidate(IotlbScope{.granularity = g::kDomain, .domain = 1});
      }
      for (const std::uint64_t page : pages) domain.unmap(Iova(kBase + page * kPage));
      driver().invalidate(IotlbScope{});
    }
  });
}

// Leaf and upper entry change together. The leaf as it was is gone; old and new tables both serve
// until an invalidation without the hint.
TEST_P(LeafHint, UpperTablesMayStay) {
  Domain domain = start_with_page();
  const Domain other = other_tables(kIova);
  const HostAddr leaf = tables().entry_address(domain, kIova, 1);
  constexpr std::uint64_t kMoved = kData + 8 * kPage;
  on_both_paths([&] {
    for (unsigned level = 2; level <= 4; ++level) {
      for (const unsigned mask : {0U, 1U, 9U}) {
        SCOPED_TRACE(fmt::format("level {}, AM {}", level, mask));
        const HostAddr entry = tables().entry_address(domain, kIova, level);
        const std::uint64_t first = memory().read64(entry);
        EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
        memory().write64(leaf, kMoved | 3);
        memory().write64(entry, memory().read64(tables().entry_address(other, kIova, level)));
        driver().invalidate(leaves(kIova, mask));
        for (unsigned again = 0; again < 3; ++again) {
          EXPECT_THAT(access(read_of(kIova)), AnyOf(Reaches(kMoved), Reaches(kMoreData)));
        }
        IotlbScope all = leaves(kIova, mask);
        all.leaf_only = false;
        driver().invalidate(all);
        EXPECT_THAT(access(read_of(kIova)), Reaches(kMoreData));
        memory().write64(entry, first);
        memory().write64(leaf, kData | 3);
        driver().invalidate(IotlbScope{.granularity = g::kDomain, .domain = 1});
      }
    }
  });
}

// With and without the hint in one batch, in both orders: each is carried out as it says.
TEST_P(LeafHint, BesideInvalidationsWithoutIt) {
  Domain domain = start_with_page();
  const Iova neighbour(kIova.raw() + 0x4000'0000);  // below another entry of level 3
  domain.map(neighbour, HostAddr(kData + kPage));
  const Domain other = other_tables(kIova);
  const HostAddr leaf = tables().entry_address(domain, neighbour, 1);
  driver().enable_queue();
  for (unsigned level = 2; level <= 3; ++level) {
    const HostAddr entry = tables().entry_address(domain, kIova, level);
    const std::uint64_t first = memory().read64(entry);
    for (const bool hint_first : {false, true}) {
      SCOPED_TRACE(fmt::format("level {}, hint {}", level, hint_first ? "first" : "last"));
      EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
      EXPECT_THAT(access(read_of(neighbour)), Reaches(kData + kPage));
      memory().write64(leaf, (kData + 2 * kPage) | 3);
      IotlbScope whole = leaves(kIova);
      whole.leaf_only = false;
      std::vector<IotlbScope> batch{leaves(neighbour), whole, leaves(kIova)};
      if (!hint_first) std::ranges::reverse(batch);
      memory().write64(entry, memory().read64(tables().entry_address(other, kIova, level)));
      for (const IotlbScope &scope : batch) driver().push(iotlb_descriptor(scope));
      driver().wait_for_queue();
      EXPECT_THAT(access(read_of(kIova)), Reaches(kMoreData));
      EXPECT_THAT(access(read_of(neighbour)), Reaches(kData + 2 * kPage));
      memory().write64(entry, first);
      memory().write64(leaf, (kData + kPage) | 3);
      driver().invalidate(IotlbScope{.granularity = g::kDomain, .domain = 1});
    }
  }
}

DMAR_SCENARIO_WITH(
    LeafHint, +[](const Config &config) { return config.page_selective; });

class LeafHintElsewhere : public LeafHint {};

// IH belongs to page-selective invalidation. In a descriptor of another granularity, and left in
// IVA by an earlier command, it says nothing.
TEST_P(LeafHintElsewhere, SaysNothing) {
  Domain domain = start_with_page();
  const Domain other = other_tables(kIova);
  on_both_paths([&] {
    for (unsigned level = 2; level <= 4; ++level) {
      const HostAddr entry = tables().entry_address(domain, kIova, level);
      const std::uint64_t first = memory().read64(entry);
      const std::uint64_t second = memory().read64(tables().entry_address(other, kIova, level));
      for (const unsigned granularity : {g::kGlobal, g::kDomain}) {
        SCOPED_TRACE(fmt::format("level {}, granularity {}", level, granularity));
        IotlbScope scope = leaves(kIova);
        scope.granularity = granularity;
        EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
        memory().write64(entry, second);
        driver().invalidate(scope);
        EXPECT_THAT(access(read_of(kIova)), Reaches(kMoreData));
        memory().write64(entry, first);
        driver().invalidate(scope);
      }
    }
  });
}

DMAR_SCENARIO(LeafHintElsewhere);

class LeafHintWithoutPages : public LeafHint {};

// A unit without page-selective invalidation does the domain, says so, and software may rely on it.
TEST_P(LeafHintWithoutPages, SaysNothingWhenTheDomainIsDoneInstead) {
  Domain domain = start_with_page();
  const Domain other = other_tables(kIova);
  for (unsigned level = 2; level <= 4; ++level) {
    const HostAddr entry = tables().entry_address(domain, kIova, level);
    const std::uint64_t first = memory().read64(entry);
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
    memory().write64(entry, memory().read64(tables().entry_address(other, kIova, level)));
    EXPECT_EQ(driver().iotlb_command(leaves(kIova)), g::kDomain);
    EXPECT_THAT(access(read_of(kIova)), Reaches(kMoreData));
    memory().write64(entry, first);
    EXPECT_EQ(driver().iotlb_command(leaves(kIova)), g::kDomain);
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  }
}

DMAR_SCENARIO_WITH(
    LeafHintWithoutPages,
    +[](const Config &config) { return !config.page_selective && config.version_major < 6; });

}  // namespace
}  // namespace dmar
