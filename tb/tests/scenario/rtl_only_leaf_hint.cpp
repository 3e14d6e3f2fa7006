// SPDX-License-Identifier: Apache-2.0
// What the hint of an invalidation (IH=1) spares the unit: the way down the tables. What it does
// not: walks under way. An answer tells neither, the reads of tables and the clock do.
#include <fmt/format.h>

#include <functional>
#include <vector>

#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

namespace g = granularity;

constexpr unsigned kLevels = 4;

class LeafHintWalks : public RtlScenario {
 protected:
  IotlbScope page(Iova address, bool leaf_only, unsigned mask = 0) {
    return {.granularity = g::kDeviceOrPage,
            .domain = 1,
            .address = address,
            .address_mask = mask,
            .leaf_only = leaf_only};
  }
  // Entries of tables that a read of `address` has to fetch.
  std::uint64_t fetched(Iova address) {
    const std::uint64_t before = unit().counters().table_reads;
    EXPECT_THAT(unit().access(read_of(address)), IsOkay());
    return unit().counters().table_reads - before;
  }
  // `body` with invalidations through registers, where they can, then through the queue.
  void on_both_paths(const std::function<void()> &body) {
    for (const bool queue : {false, true}) {
      if (!queue && config().version_major >= 6) continue;
      SCOPED_TRACE(queue ? "queue" : "registers");
      make({});
      queue_ = queue;
      body();
    }
  }
  Domain start() {
    Domain domain = start_with_page();
    if (queue_) driver().enable_queue();
    return domain;
  }

 private:
  bool queue_ = false;
};

// With the hint the leaf alone is read again, without it all levels are.
TEST_P(LeafHintWalks, LeafAloneIsReadAgain) {
  on_both_paths([&] {
    start();
    EXPECT_EQ(fetched(kIova), 2 + kLevels) << "root, context and all levels";
    EXPECT_EQ(fetched(kIova), 0U);
    for (const unsigned mask : {0U, 3U, 9U, config().max_address_mask}) {
      SCOPED_TRACE(fmt::format("AM {}", mask));
      driver().invalidate(page(kIova, true, mask));
      EXPECT_EQ(fetched(kIova), 1U) << "hint";
      driver().invalidate(page(kIova, false, mask));
      EXPECT_EQ(fetched(kIova), kLevels) << "no hint";
    }
  });
}

// Without the hint, what is above the pages goes at every level, and nothing that is not.
TEST_P(LeafHintWalks, UpperEntriesGoByTheRangeBelowThem) {
  if (places("PagingCache") == 1) return;  // one way down at a time
  on_both_paths([&] {
    Domain domain = start();
    for (unsigned level = 1; level < kLevels; ++level) {
      if (second_stage::index_shift(level + 1) >= config().guest_address_width) continue;
      // A page that shares with kIova the tables down to the one of this level.
      const Iova other(kIova.raw() ^ (std::uint64_t{1} << second_stage::index_shift(level)));
      domain.map(other, HostAddr(kMoreData));
      SCOPED_TRACE(fmt::format("apart at level {}", level));
      fetched(kIova);
      fetched(other);
      driver().invalidate(page(other, true));
      EXPECT_EQ(fetched(other), 1U);
      driver().invalidate(page(other, false));
      // kIova keeps its leaf, and what is on its way only.
      EXPECT_EQ(fetched(kIova), 0U);
      EXPECT_EQ(fetched(other), kLevels);
    }
  });
}

// A walk is held at each of its reads. The leaf moves, and goes with the hint; then a table of the
// walk is replaced, and goes without it; then the page of that table is written over. Neither the
// walk that was held nor one that began meanwhile may use what it had read.
TEST_P(LeafHintWalks, WalksUnderWayMeetBothInvalidations) {
  constexpr std::uint64_t kTrap = 0xC000'0000;
  for (unsigned held = 1; held <= kLevels; ++held) {
    for (unsigned replaced = 2; replaced <= kLevels; ++replaced) {
      SCOPED_TRACE(fmt::format("held at level {}, table below level {} replaced", held, replaced));
      on_both_paths([&] {
        Domain domain = start();
        Domain other = tables().create_domain({.id = 1, .levels = kLevels});
        other.map(kIova, HostAddr(kMoreData));
        const HostAddr leaf = tables().entry_address(domain, kIova, 1);
        const HostAddr entry = tables().entry_address(domain, kIova, replaced);
        std::vector<HostAddr> freed;
        for (unsigned level = replaced - 1; level >= 1; --level) {
          freed.push_back(tables().entry_address(domain, kIova, level));
        }
        hold_walk_at(tables().entry_address(domain, kIova, held));
        const auto walking = unit().submit(read_of(kIova));
        unit().step_until([&] { return held_reads() > 0; }, "the walk");
        memory().write64(leaf, kMoreData | 3);
        driver().invalidate(page(kIova, true));
        const auto between = unit().submit(write_of(kIova), {}, std::uint8_t{3});
        unit().step(100);
        memory().write64(entry, memory().read64(tables().entry_address(other, kIova, replaced)));
        driver().invalidate(page(kIova, false));
        for (const HostAddr word : freed) memory().write64(word, kTrap | 3);
        release();
        EXPECT_THAT(unit().wait(walking).completion, Reaches(kMoreData));
        EXPECT_THAT(unit().wait(between).completion, Reaches(kMoreData));
        EXPECT_THAT(unit().access(write_of(kIova)), Reaches(kMoreData));
        EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kMoreData));
      });
      if (HasFailure()) return;
    }
  }
}

DMAR_RTL_SCENARIO_WITH(
    LeafHintWalks, +[](const Config &config) { return config.page_selective; });

}  // namespace
}  // namespace dmar
