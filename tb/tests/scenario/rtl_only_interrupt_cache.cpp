// SPDX-License-Identifier: Apache-2.0
// What the interrupt entry cache holds, seen through the monitor port: hits after the first
// request, selective invalidation that leaves the rest, no memory of faults; and requests in flight
// while an invalidation runs.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "bench/table_port_rules.hpp"
#include "tables/interrupt_table.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

using R = FaultReason;

constexpr InterruptEntry kOld{.vector = 0x41};
constexpr InterruptEntry kNew{.vector = 0x52};
constexpr Message kOldMessage{0xFEE0'0000, 0x4041};
constexpr Message kNewMessage{0xFEE0'0000, 0x4052};

class InterruptCache : public RtlScenario {
 protected:
  void start_remapping() {
    driver().enable_queue();
    driver().set_interrupt_table(table().base(), 15);
    driver().invalidate(InterruptScope{});
    driver().enable_interrupt_remapping();
  }
  InterruptTable table() { return {memory(), HostAddr(0x3000'0000), 15}; }
  bench::Outcome send(unsigned index, SourceId source_id = kDevice) {
    const Request request = interrupt_of(remappable_message(index), source_id);
    return unit().wait(unit().submit(request, message_bytes(request)));
  }
  bool hits(unsigned index) {
    const bench::Outcome outcome = send(index);
    EXPECT_THAT(outcome.completion, IsOkay());
    return outcome.verdict.hit;
  }
  // Neighbouring entries that the cache of every model but the smallest has room for.
  [[nodiscard]] static unsigned room() { return std::min(8U, places("InterruptCache")); }
};

TEST_P(InterruptCache, SecondRequestHits) {
  start_remapping();
  for (unsigned index = 0x40; index < 0x44; ++index) {
    table().set(index, kOld);
    EXPECT_FALSE(hits(index));
    const std::uint64_t reads = unit().counters().table_reads;
    EXPECT_TRUE(hits(index));
    EXPECT_TRUE(send(index, kNeighbour).verdict.hit);  // the cache does not ask who
    EXPECT_EQ(unit().counters().table_reads, reads);
  }
}

// One read of 16 bytes for an entry, nothing else.
TEST_P(InterruptCache, OneReadForAnEntry) {
  start_remapping();
  table().set(0x40, kOld);
  std::vector<bench::AxiAccess> seen;
  unit().observe_table_accesses([&](const bench::AxiAccess &access) { seen.push_back(access); });
  send(0x40);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].address.address, table().entry_address(0x40).raw());
  EXPECT_EQ(seen[0].address.len, 0U);
  EXPECT_EQ(seen[0].address.size, 4U);
  unit().observe_table_accesses(nullptr);
}

TEST_P(InterruptCache, IndexInvalidationLeavesTheOthers) {
  start_remapping();
  const unsigned count = room();
  for (unsigned n = 0; n < count; ++n) table().set(0x40 + n, kOld);
  for (const unsigned mask : {0U, 1U, 2U, 3U}) {
    SCOPED_TRACE(fmt::format("IM {}", mask));
    for (unsigned n = 0; n < count; ++n) hits(0x40 + n);
    // What is not covered is still there.
    driver().invalidate(InterruptScope{.all = false, .index = 0x48, .mask = mask});
    for (unsigned n = 0; n < count; ++n) EXPECT_TRUE(hits(0x40 + n));
    driver().invalidate(InterruptScope{.all = false, .index = 0x40, .mask = mask});
    for (unsigned n = 0; n < count; ++n) EXPECT_EQ(hits(0x40 + n), n >> mask != 0) << n;
  }
  driver().invalidate(InterruptScope{});
  for (unsigned n = 0; n < count; ++n) EXPECT_FALSE(hits(0x40 + n));
}

// Nor those that share a set with what is named.
TEST_P(InterruptCache, IndexInvalidationLeavesTheSameSet) {
  start_remapping();
  const unsigned sets = parameter("InterruptCacheSets");
  const unsigned ways = std::min(parameter("InterruptCacheWays"), 4U);
  for (unsigned n = 0; n < ways; ++n) table().set(0x40 + n * sets, kOld);
  for (unsigned n = 0; n < ways; ++n) hits(0x40 + n * sets);
  driver().invalidate(InterruptScope{.all = false, .index = 0x40});
  for (unsigned n = ways; n-- > 0;) EXPECT_EQ(hits(0x40 + n * sets), n != 0) << n;
}

// Reads of entries that end one right after the other fill each its own place.
TEST_P(InterruptCache, EntriesThatComeTogetherAreKept) {
  start_remapping();
  const unsigned count = std::min({room(), walks(), parameter("WriteSlots")});
  for (unsigned n = 0; n < count; ++n) table().set(0x40 + n, kOld);
  unit().hold_table_answers([](const bench::AddressBeat &burst, bool write) {
    return !write && burst.id <= bench::kLastWalkId;
  });
  std::vector<bench::RtlIommu::Handle> handles;
  for (unsigned n = 0; n < count; ++n) {
    const Request request = interrupt_of(remappable_message(0x40 + n), kDevice);
    handles.push_back(unit().submit(request, message_bytes(request)));
  }
  unit().step(200);
  release();
  for (const auto handle : handles) EXPECT_THAT(unit().wait(handle).completion, IsOkay());
  for (unsigned n = 0; n < count; ++n) EXPECT_TRUE(hits(0x40 + n)) << n;
}

// Invalidations of translation leave interrupt entries alone, and the other way round.
TEST_P(InterruptCache, CachesAreIndependent) {
  start_with_page();
  start_remapping();
  table().set(0x40, kOld);
  const auto page_hits = [&] { return unit().wait(unit().submit(read_of(kIova))).verdict.hit; };
  hits(0x40);
  page_hits();
  driver().invalidate_all();
  EXPECT_TRUE(hits(0x40));
  EXPECT_FALSE(page_hits());
  driver().invalidate(InterruptScope{});
  EXPECT_TRUE(page_hits());
  EXPECT_FALSE(hits(0x40));
}

// RealBug: nothing that faults is remembered; every request asks memory again. What is good in
// itself may be cached and still refuse this requester.
TEST_P(InterruptCache, FaultsAreNeverCached) {
  start_remapping();
  const auto faulting = [&](unsigned index, R reason) {
    for (unsigned n = 0; n < 3; ++n) {
      const std::uint64_t reads = unit().counters().table_reads;
      const bench::Outcome outcome = send(index);
      EXPECT_THAT(outcome.completion, Faults(reason));
      EXPECT_FALSE(outcome.verdict.hit);
      EXPECT_EQ(unit().counters().table_reads, reads + 1);
    }
    driver().drain_faults();
    table().set(index, kNew);
    EXPECT_FALSE(hits(index));
  };
  faulting(0x50, R::kInterruptEntryNotPresent);
  table().set_raw(0x51, kOld.lo() | bit(13), kOld.hi());
  faulting(0x51, R::kInterruptEntryReserved);
  table().set(0x52, kOld);
  memory().inject_error(table().entry_address(0x52),
                        HostAddr(table().entry_address(0x52).raw() + 15));
  for (unsigned n = 0; n < 2; ++n) {
    EXPECT_THAT(send(0x52).completion, Faults(R::kInterruptEntryAccess));
  }
  memory().clear_errors();
  EXPECT_FALSE(hits(0x52));
}

// The read of the entry is under way when it changes and its invalidation completes: the old data,
// which comes later, is neither used nor kept.
TEST_P(InterruptCache, RealBug51_InFlightFetchMustNotFill) {
  start_remapping();
  for (unsigned round = 0; round < 4; ++round) {
    const unsigned index = 0x60 + round;
    table().set(index, kOld);
    hold_walk_at(table().entry_address(index));
    const unsigned before = held_reads();
    const Request request = interrupt_of(remappable_message(index), kDevice);
    const auto handle = unit().submit(request, message_bytes(request));
    unit().step_until([&] { return held_reads() > before; }, "the fetch");
    if (round == 3) {
      table().clear(index);
    } else {
      table().set(index, kNew);
    }
    driver().invalidate(InterruptScope{.all = round == 0, .index = index, .mask = round});
    unit().step(100);
    release();
    if (round == 3) {
      EXPECT_THAT(unit().wait(handle).completion, Faults(R::kInterruptEntryNotPresent));
      EXPECT_THAT(send(index).completion, Faults(R::kInterruptEntryNotPresent));
    } else {
      EXPECT_THAT(unit().wait(handle).completion, Delivers(kNewMessage));
      EXPECT_THAT(send(index).completion, Delivers(kNewMessage));
    }
  }
}

// A message that was let go is older than the invalidation: that waits until memory has taken it.
TEST_P(InterruptCache, InvalidationWaitsForTheMessageOnItsWay) {
  start_remapping();
  table().set(0x70, kOld);
  for (const bool cached : {false, true}) {
    SCOPED_TRACE(cached);
    hold_dma(false, true);
    const Request request = interrupt_of(remappable_message(0x70), kDevice);
    unit().take_verdicts();
    const auto handle = unit().submit(request, message_bytes(request));
    unit().step_until([&] { return !unit().take_verdicts().empty(); }, "the verdict");
    table().set(0x70, kNew);
    driver().push(interrupt_descriptor({.all = false, .index = 0x70}));
    const std::uint32_t ticket = driver().push_wait();
    driver().ring_doorbell();
    unit().step(1500);
    EXPECT_FALSE(driver().wait_completed(ticket));
    EXPECT_FALSE(unit().poll(handle).has_value());
    release();
    EXPECT_THAT(unit().wait(handle).completion, Delivers(cached ? kNewMessage : kOldMessage));
    driver().wait_for_queue();
    EXPECT_TRUE(driver().wait_completed(ticket));
    EXPECT_THAT(send(0x70).completion, Delivers(kNewMessage));
  }
}

// Many requests for one absent entry and for many: merged or not, each is answered.
TEST_P(InterruptCache, BurstsOfMisses) {
  start_remapping();
  for (unsigned n = 0; n < 48; ++n) table().set(0x100 + n, {.vector = 0x30 + n});
  std::vector<bench::RtlIommu::Handle> handles;
  const auto submit = [&](unsigned index) {
    const Request request = interrupt_of(remappable_message(index), kDevice);
    handles.push_back(unit().submit(request, message_bytes(request)));
  };
  for (unsigned n = 0; n < 96; ++n) submit(0x100 + (n % 2 == 0 ? n / 2 : 0));
  for (unsigned n = 0; n < 96; ++n) {
    const unsigned vector = 0x30 + (n % 2 == 0 ? n / 2 : 0);
    EXPECT_THAT(unit().wait(handles[n]).completion, Delivers(Message{0xFEE0'0000, 0x4000 + vector}))
        << n;
  }
}

// Interrupts, translations and their invalidations at once: all is answered, nothing stands still.
TEST_P(InterruptCache, BesideTranslation) {
  start_with_page();
  start_remapping();
  table().set(0x40, kOld);
  std::vector<bench::RtlIommu::Handle> reads, messages;
  for (unsigned round = 0; round < 6; ++round) {
    for (unsigned n = 0; n < 6; ++n) {
      reads.push_back(unit().submit(read_of(kIova)));
      const Request request = interrupt_of(remappable_message(0x40), kDevice);
      messages.push_back(unit().submit(request, message_bytes(request)));
    }
    driver().invalidate(InterruptScope{.all = false, .index = 0x40});
    driver().invalidate(IotlbScope{});
  }
  for (const auto handle : reads) EXPECT_THAT(unit().wait(handle).completion, Reaches(kData));
  for (const auto handle : messages) {
    EXPECT_THAT(unit().wait(handle).completion, Delivers(kOldMessage));
  }
}

DMAR_RTL_SCENARIO_WITH(
    InterruptCache, +[](const Config &config) { return config.interrupt_remapping; });

}  // namespace
}  // namespace dmar
