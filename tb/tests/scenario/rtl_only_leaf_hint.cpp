// SPDX-License-Identifier: Apache-2.0
// What the hint of an invalidation (IH=1) spares the unit: the way down the tables. What it does
// not: walks under way. An answer tells neither, the reads of tables and the clock do.
#include <fmt/format.h>

#include <array>
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
  // Starts an invalidation, and waits for it.
  void begin(const IotlbScope &scope) {
    if (queue_) {
      driver().push(iotlb_descriptor(scope));
      ticket_ = driver().push_wait();
      unit().start_write(reg::kIqt, 4, driver().tail());
      return;
    }
    driver().write64(reg::kIva, scope.address.raw() | (scope.leaf_only ? iotlb::kIvaIh : 0) |
                                    scope.address_mask);
    unit().start_write(reg::kIotlb, 8,
                       iotlb::kIvt | iotlb::kDr | iotlb::kDw |
                           (std::uint64_t{scope.granularity} << iotlb::kIirgShift) |
                           (std::uint64_t{scope.domain} << iotlb::kDidShift));
  }
  void finish() {
    unit().step_until([&] { return !unit().register_busy(); }, "the register write");
    if (queue_) {
      unit().step_until([&] { return driver().wait_completed(ticket_); }, "the invalidation");
    } else {
      driver().poll32(reg::kIotlb + 4, static_cast<std::uint32_t>(iotlb::kIvt >> 32), 0, "IVT");
    }
  }
  // Clocks from one to the other.
  unsigned duration(const IotlbScope &scope) {
    const std::uint64_t start = unit().cycle();
    begin(scope);
    finish();
    return static_cast<unsigned>(unit().cycle() - start);
  }

 private:
  bool queue_ = false;
  std::uint32_t ticket_ = 0;
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

// The page of a walk that is held at its leaf moves, and goes with the hint: the walk has read the
// leaf as it was, and must not use it.
TEST_P(LeafHintWalks, WalkAtItsLeafStartsOver) {
  for (const unsigned mask : {0U, 3U}) {
    on_both_paths([&] {
      Domain domain = start();
      const HostAddr leaf = tables().entry_address(domain, kIova, 1);
      hold_walk_at(leaf);
      const auto walking = unit().submit(read_of(kIova));
      unit().step_until([&] { return held_reads() > 0; }, "the walk");
      memory().write64(leaf, kMoreData | 3);
      driver().invalidate(page(Iova(kIova.raw() & ~((kPage << mask) - 1)), true, mask));
      release();
      EXPECT_THAT(unit().wait(walking).completion, Reaches(kMoreData));
      EXPECT_THAT(unit().access(write_of(kIova)), Reaches(kMoreData));
    });
  }
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

// A read of a walk comes back at each clock of the invalidation that covers what it has read: a
// leaf with the hint, an upper entry without it, whose tables are then written over. Nothing of it
// is left afterwards, for its page or for another one that looks for the same table just then.
TEST_P(LeafHintWalks, ReadComesBackAtEachClockOfTheInvalidation) {
  constexpr std::uint64_t kTrap = 0xC000'0000;
  const Iova neighbour(kIova.raw() ^ 32 * kPage);
  on_both_paths([&] {
    Domain domain = start();
    Domain other = tables().create_domain({.id = 1, .levels = kLevels});
    domain.map(neighbour, HostAddr(kData));
    for (const Iova mapped : {kIova, neighbour}) other.map(mapped, HostAddr(kMoreData));
    const std::array<HostAddr, 2> leaves{tables().entry_address(domain, kIova, 1),
                                         tables().entry_address(domain, neighbour, 1)};
    const auto lead_to = [&](std::uint64_t host) {
      for (const HostAddr leaf : leaves) memory().write64(leaf, host | 3);
    };
    for (unsigned level = 1; level <= kLevels; ++level) {
      const HostAddr entry = tables().entry_address(domain, kIova, level);
      const std::uint64_t first = memory().read64(entry);
      const std::uint64_t second = memory().read64(tables().entry_address(other, kIova, level));
      // A wide mask takes long at the leaves, and what comes back may be behind the sweep.
      for (const unsigned mask : {0U, 7U}) {
        if (mask != 0 && level != 1) continue;
        const IotlbScope scope = page(Iova(kIova.raw() & ~((kPage << mask) - 1)), level == 1, mask);
        const unsigned last = duration(scope);
        for (unsigned clocks = 0; clocks <= last; ++clocks) {
          SCOPED_TRACE(fmt::format("level {}, AM {}, {} clocks", level, mask, clocks));
          hold_walk_at(entry);
          const unsigned before = held_reads();
          const auto walking = unit().submit(read_of(kIova));
          unit().step_until([&] { return held_reads() > before; }, "the walk");
          memory().write64(entry, second);
          begin(scope);
          unit().step(clocks);
          release();
          unit().step(8);
          const auto follower = unit().submit(read_of(neighbour), {}, std::uint8_t{3});
          finish();
          if (level > 1) lead_to(kTrap);
          unit().wait(walking);  // by either version, as the one that follows it
          unit().wait(follower);
          EXPECT_THAT(unit().access(write_of(kIova)), Reaches(kMoreData));
          EXPECT_THAT(unit().access(read_of(neighbour)), Reaches(level > 1 ? kMoreData : kData));
          memory().write64(entry, first);
          lead_to(kData);
          driver().invalidate_all();
          if (HasFailure()) return;
        }
      }
    }
  });
}

DMAR_RTL_SCENARIO_WITH(
    LeafHintWalks, +[](const Config &config) { return config.page_selective; });

}  // namespace
}  // namespace dmar
