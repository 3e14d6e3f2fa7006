// SPDX-License-Identifier: Apache-2.0
// Walks that are under way while an invalidation runs: they may neither fill nor answer with what
// was invalidated, and they may not hold it up.
#include <fmt/format.h>

#include <array>
#include <functional>

#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class InFlight : public RtlScenario {
 protected:
  struct Target {
    std::string name;
    HostAddr word;                 // whose read is held
    std::function<void()> change;  // after which kIova leads to kMoreData
  };

  // One target for each read of a walk, in fresh tables.
  std::vector<Target> make_targets() {
    Domain domain = start_with_page();
    Domain other = tables().create_domain({.id = 2, .levels = 4});
    other.map(kIova, HostAddr(kMoreData));
    const HostAddr context = tables().context_entry_address(kDevice);
    const HostAddr root = tables().root_entry_address(kDevice);
    std::vector<Target> targets;
    // A second context table, in which the device has the other domain.
    const HostAddr copy = tables().pages().allocate();
    const std::uint64_t devfn = 16 * (kDevice.raw() & 0xFF);
    memory().write64(HostAddr(copy.raw() + devfn), other.root().raw() | 1);
    memory().write64(HostAddr(copy.raw() + devfn + 8), (std::uint64_t{2} << 8) | 2);
    targets.push_back({"root", root, [=, this] { memory().write64(root, copy.raw() | 1); }});
    targets.push_back({"context", context, [=, this] { tables().attach(kDevice, other); }});
    for (unsigned level = 4; level >= 1; --level) {
      const HostAddr entry = tables().entry_address(domain, kIova, level);
      const std::uint64_t changed = memory().read64(tables().entry_address(other, kIova, level));
      targets.push_back(
          {fmt::format("level {}", level), entry, [=, this] { memory().write64(entry, changed); }});
    }
    return targets;
  }

  static bool old_page(const bench::AxiAccess &access) {
    return access.address.address >> 12 == kData >> 12;
  }
  void expect_nothing_went_to_the_old_page() {
    for (const bench::AxiAccess &access : unit().take_dma_accesses()) {
      EXPECT_FALSE(old_page(access)) << "cycle " << access.perform_cycle;
    }
  }
};

// Hold a read of the walk, change the entry, invalidate and wait for completion, then let the old
// data arrive: nothing may fill, nothing may use it. The completion must not wait for the read.
TEST_P(InFlight, RealBug51_InFlightWalkMustNotFill) {
  for (std::size_t n = 0; n < 6; ++n) {
    for (const bool queue : {false, true}) {
      for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite}) {
        make({});
        const Target target = make_targets()[n];
        SCOPED_TRACE(fmt::format("{} held, {}", target.name, queue ? "queue" : "registers"));
        if (queue) driver().enable_queue();
        hold_walk_at(target.word);
        Request request = read_of(kIova);
        request.kind = kind;
        const auto handle = unit().submit(request);
        unit().step_until([&] { return held_reads() > 0; }, "the walk");
        target.change();
        driver().invalidate_all();  // throws when it does not complete
        EXPECT_FALSE(unit().poll(handle).has_value());
        const auto later = unit().submit(request, {}, std::uint8_t{3});
        unit().step(300);
        release();
        EXPECT_THAT(unit().wait(handle).completion, Reaches(kMoreData));
        EXPECT_THAT(unit().wait(later).completion, Reaches(kMoreData));
        for (unsigned again = 0; again < 3; ++again) {
          EXPECT_THAT(unit().access(request), Reaches(kMoreData));
        }
        expect_nothing_went_to_the_old_page();
        if (HasFailure()) return;
      }
    }
  }
}

// The same, with the page gone: the request that waited faults, and only once.
TEST_P(InFlight, RealBug51_PageUnmappedBehindTheWalk) {
  for (const bool queue : {false, true}) {
    make({});
    Domain domain = start_with_page();
    if (queue) driver().enable_queue();
    hold_walk_at(tables().entry_address(domain, kIova, 1));
    const auto handle = unit().submit(write_of(kIova));
    unit().step_until([&] { return held_reads() > 0; }, "the walk");
    domain.unmap(kIova);
    driver().invalidate(IotlbScope{.granularity = granularity::kDomain, .domain = 1});
    release();
    EXPECT_THAT(unit().wait(handle).completion, Faults(FaultReason::kWriteNotPermitted));
    EXPECT_EQ(driver().drain_faults().size(), 1U);
    expect_nothing_went_to_the_old_page();
  }
}

// The walk is held, the invalidation covers another domain: it still completes, and the walk goes
// on to its answer.
TEST_P(InFlight, InvalidationOfAnotherDomain) {
  Domain domain = start_with_page();
  hold_walk_at(tables().entry_address(domain, kIova, 2));
  const auto handle = unit().submit(read_of(kIova));
  unit().step_until([&] { return held_reads() > 0; }, "the walk");
  driver().invalidate(IotlbScope{.granularity = granularity::kDomain, .domain = 2});
  release();
  EXPECT_THAT(unit().wait(handle).completion, Reaches(kData));
}

// An error answer that arrives late belongs to nobody.
TEST_P(InFlight, LateErrorOfAnOvertakenWalk) {
  Domain domain = start_with_page();
  const HostAddr leaf = tables().entry_address(domain, kIova, 1);
  memory().inject_error(leaf, HostAddr(leaf.raw() + 7));
  hold_walk_at(leaf);
  const auto handle = unit().submit(read_of(kIova));
  unit().step_until([&] { return held_reads() > 0; }, "the walk");
  memory().clear_errors();
  driver().invalidate_all();
  release();
  EXPECT_THAT(unit().wait(handle).completion, Reaches(kData));
  EXPECT_EQ(driver().fault_status(), 0U);
}

// RealBug02: the invalidation starts at every cycle of a walk and of its fill. Until it completes
// old and new are both legal; afterwards nothing reaches the old page.
TEST_P(InFlight, RealBug02_InvalidateRacesWalkAndFill) {
  make({.table_memory = {.min_latency = 3, .max_latency = 3}});
  Domain domain = start_with_page();
  const HostAddr leaf = tables().entry_address(domain, kIova, 1);
  for (const bool queue : {false, true}) {
    for (unsigned offset = 0; offset < 110; ++offset) {
      SCOPED_TRACE(fmt::format("{} cycles, {}", offset, queue ? "queue" : "registers"));
      memory().write64(leaf, kData | 3);
      driver().invalidate_all();
      unit().take_dma_accesses();
      const auto handle = unit().submit(read_of(kIova));
      unit().step(offset);
      memory().write64(leaf, kMoreData | 3);
      begin_invalidation(queue);
      finish_invalidation();
      const std::uint64_t completed = unit().cycle();
      EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kMoreData));
      unit().wait(handle);
      EXPECT_THAT(unit().access(write_of(kIova)), Reaches(kMoreData));
      for (const bench::AxiAccess &access : unit().take_dma_accesses()) {
        EXPECT_TRUE(!old_page(access) || access.perform_cycle < completed);
      }
      if (HasFailure()) return;
    }
    if (!queue) driver().enable_queue();
  }
}

// RealBug21: an entry changes between the reads of a walk. Each entry is seen as a whole.
TEST_P(InFlight, RealBug21_TableChangesUnderTheWalk) {
  Domain domain = start_with_page();
  Domain other = tables().create_domain({.id = 1, .levels = 4});
  other.map(kIova, HostAddr(kMoreData));
  for (unsigned level = 1; level <= 4; ++level) {
    const HostAddr entry = tables().entry_address(domain, kIova, level);
    const std::uint64_t first = memory().read64(entry);
    const std::uint64_t second = memory().read64(tables().entry_address(other, kIova, level));
    for (unsigned offset = 0; offset < 90; offset += 3) {
      memory().write64(entry, first);
      driver().invalidate_all();
      const auto handle = unit().submit(read_of(kIova));
      unit().step(offset);
      memory().write64(entry, second);
      const Completion completion = unit().wait(handle).completion;
      EXPECT_TRUE(completion.address == HostAddr(kData) ||
                  completion.address == HostAddr(kMoreData));
      driver().invalidate_all();
      EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kMoreData));
    }
    memory().write64(entry, first);
  }
}

// A request that waits for a walk forgets the table that the paging-structure cache named.
TEST_P(InFlight, WaitingRequestForgetsItsTable) {
  Domain domain = start_with_page();
  const Iova neighbour(kIova.raw() + kPage);       // in the last table of kIova
  const Iova far_away(kIova.raw() + 0x4000'0000);  // in tables of its own
  domain.map(neighbour, HostAddr(kData + kPage));
  domain.map(far_away, HostAddr(kData + 2 * kPage));
  Domain other = tables().create_domain({.id = 2, .levels = 4});
  other.map(neighbour, HostAddr(kMoreData));
  unit().access(read_of(kIova));
  hold_walk_at(tables().entry_address(domain, far_away, 2));
  const auto walking = unit().submit(read_of(far_away));
  unit().step_until([&] { return held_reads() > 0; }, "the walk");
  // Where there is one walk, this one has none.
  const auto waiting = unit().submit(write_of(neighbour));
  if (walks() == 1) unit().step(200);
  memory().write64(tables().entry_address(domain, neighbour, 2),
                   memory().read64(tables().entry_address(other, neighbour, 2)));
  begin_invalidation(false);
  finish_invalidation();
  release();
  EXPECT_THAT(unit().wait(walking).completion, Reaches(kData + 2 * kPage));
  if (walks() == 1) {
    EXPECT_THAT(unit().wait(waiting).completion, Reaches(kMoreData));
  } else {
    unit().wait(waiting);  // before the invalidation or after it
  }
}

// A walk that began with a cached context-entry does not begin with it again.
TEST_P(InFlight, AnOvertakenWalkForgetsItsContext) {
  const Iova page(kIova.raw() + 0x4000'0000);
  for (const bool all : {false, true}) {
    make({});
    Domain domain = start_with_page();
    Domain other = tables().create_domain({.id = 2, .levels = 4});
    domain.map(page, HostAddr(kData));
    other.map(page, HostAddr(kMoreData));
    unit().access(read_of(kIova));
    unit().take_dma_accesses();
    hold_walk_at(tables().entry_address(domain, page, 1));
    const auto handle = unit().submit(read_of(page));
    unit().step_until([&] { return held_reads() > 0; }, "the walk");
    tables().attach(kDevice, other);
    if (all) {
      driver().invalidate_all();
    } else {
      driver().invalidate(ContextScope{
          .granularity = granularity::kDeviceOrPage, .domain = 1, .source_id = kDevice});
    }
    release();
    EXPECT_THAT(unit().wait(handle).completion, Reaches(kMoreData));
    expect_nothing_went_to_the_old_page();
  }
}

DMAR_RTL_SCENARIO(InFlight);

}  // namespace
}  // namespace dmar
