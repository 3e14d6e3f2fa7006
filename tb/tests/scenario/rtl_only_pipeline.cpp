// SPDX-License-Identifier: Apache-2.0
// What docs/architecture.md promises of the lookup pipeline: fixed hit latency, one request a
// clock, hits that overtake misses, merged and parallel walks, answers in any order.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class Pipeline : public RtlScenario {
 protected:
  // From the address at the device port to the verdict on the monitor port: three clocks in the
  // lane, and one to ask where an address is taken into a slot first.
  [[nodiscard]] std::uint64_t hit_latency() const { return slots() == 1 ? 3 : 4; }

  static std::uint64_t latency(const bench::Outcome &outcome) {
    return outcome.verdict.cycle - outcome.begun_cycle();
  }
  std::vector<bench::Outcome> run(const std::vector<Request> &requests) {
    std::vector<bench::RtlIommu::Handle> handles;
    for (const Request &request : requests) handles.push_back(unit().submit(request));
    std::vector<bench::Outcome> outcomes;
    for (const auto handle : handles) outcomes.push_back(unit().wait(handle));
    return outcomes;
  }
  // Cycles from the first submission to the last answer.
  std::uint64_t duration(const std::vector<Request> &requests) {
    const std::uint64_t start = unit().cycle();
    for (const bench::Outcome &outcome : run(requests)) {
      EXPECT_THAT(outcome.completion, IsOkay());
    }
    return unit().cycle() - start;
  }
};

TEST_P(Pipeline, HitLatencyIsFixed) {
  start_with_page();
  unit().access(read_of(kIova));
  for (unsigned n = 0; n < 20; ++n) {
    unit().step(n % 5);
    const bench::Outcome outcome = run({read_of(Iova(kIova.raw() + 16 * n))})[0];
    EXPECT_TRUE(outcome.verdict.hit);
    EXPECT_EQ(latency(outcome), hit_latency());
  }
}

// What needs no table is answered in the lane as well: nothing is translated.
TEST_P(Pipeline, UntranslatedLatencyIsThatOfHits) {
  unit().step(1000);  // the caches are cleared first
  for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite}) {
    for (unsigned n = 0; n < 10; ++n) {
      unit().step(n % 5);
      Request request = read_of(Iova(kData + 16 * n));
      request.kind = kind;
      const bench::Outcome outcome = run({request})[0];
      // A write asks when its data is there.
      const unsigned data = kind == AccessKind::kWrite ? 1 : 0;
      EXPECT_LE(latency(outcome), 4 + data);
    }
  }
}

// As many reads as there are slots arrive in as many clocks, and so do their verdicts.
TEST_P(Pipeline, AcceptsARequestEveryClock) {
  start_with_page();
  unit().access(read_of(kIova));
  const std::vector<Request> burst(slots(), read_of(kIova));
  const auto outcomes = run(burst);
  for (std::size_t n = 0; n < outcomes.size(); ++n) {
    EXPECT_TRUE(outcomes[n].verdict.hit);
    EXPECT_EQ(latency(outcomes[n]), hit_latency());
    EXPECT_EQ(outcomes[n].accepted_cycle, outcomes[0].accepted_cycle + n);
    EXPECT_EQ(outcomes[n].verdict.cycle, outcomes[0].verdict.cycle + n);
  }
}

// Writes of one beat that wait for memory leave in as many clocks once it takes them.
TEST_P(Pipeline, AWriteLeavesEveryClock) {
  start_with_page();
  unit().block_dma_channels({.aw = true});
  const std::vector<Request> writes(parameter("WriteSlots"), write_of(kIova));
  for (const Request &write : writes) unit().submit(write);
  unit().step(400);
  unit().block_dma_channels({});
  unit().step_until([this] { return unit().at_rest(); }, "the rest");
  const auto accesses = unit().take_dma_accesses();
  ASSERT_EQ(accesses.size(), writes.size());
  for (std::size_t n = 0; n < accesses.size(); ++n) {
    EXPECT_EQ(accesses[n].cycle, accesses[0].cycle + n);
  }
}

// A miss of one read ID holds up neither hits of other IDs nor writes.
TEST_P(Pipeline, HitsOvertakeMisses) {
  Domain domain = start_with_page();
  const Iova missing(0x5555'0000);
  domain.map(missing, HostAddr(kMoreData));
  unit().access(read_of(kIova));
  hold_walk_at(tables().entry_address(domain, missing, 1));
  const auto miss = unit().submit(read_of(missing), {}, std::uint8_t{1});
  unit().step_until([&] { return held_reads() > 0; }, "the walk");
  const auto write = unit().submit(write_of(kIova));
  EXPECT_THAT(unit().wait(write).completion, Reaches(kData));
  for (std::uint8_t id = 2; slots() > 1 && id < 10; ++id) {
    const bench::Outcome hit = unit().wait(unit().submit(read_of(kIova), {}, id));
    EXPECT_EQ(latency(hit), hit_latency());
  }
  EXPECT_FALSE(unit().poll(miss).has_value());
  release();
  EXPECT_THAT(unit().wait(miss).completion, Reaches(kMoreData));
}

// A write that misses holds up later writes, which are one ordering domain, and no read.
TEST_P(Pipeline, WriteMissHoldsUpNoRead) {
  Domain domain = start_with_page();
  const Iova missing(0x5555'0000);
  domain.map(missing, HostAddr(kMoreData));
  unit().access(read_of(kIova));
  hold_walk_at(tables().entry_address(domain, missing, 1));
  const auto miss = unit().submit(write_of(missing));
  unit().step_until([&] { return held_reads() > 0; }, "the walk");
  const auto behind = unit().submit(write_of(kIova));
  for (unsigned n = 0; n < 10; ++n) EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kData));
  unit().step(500);
  EXPECT_FALSE(unit().poll(behind).has_value());
  release();
  EXPECT_THAT(unit().wait(miss).completion, Reaches(kMoreData));
  EXPECT_THAT(unit().wait(behind).completion, Reaches(kData));
}

// Other walks finish while one is held, as long as there is a walk for them.
TEST_P(Pipeline, WalksOvertakeEachOther) {
  if (walks() == 1 || slots() == 1) {
    EXPECT_EQ(walks(), slots());  // the smallest build: nothing to overtake with
    return;
  }
  Domain domain = start_with_page();
  domain.map(Iova(0x5555'0000), HostAddr(kMoreData));
  unit().access(read_of(kIova));
  hold_walk_at(tables().entry_address(domain, Iova(0x5555'0000), 1));
  const auto held = unit().submit(read_of(Iova(0x5555'0000)), {}, std::uint8_t{0});
  unit().step_until([&] { return held_reads() > 0; }, "the walk");
  for (unsigned n = 1; n < 6; ++n) {
    const Iova iova(0x7000'0000 + n * 0x40'0000);
    domain.map(iova, HostAddr(kData + n * kPage));
    const auto handle = unit().submit(read_of(iova), {}, std::uint8_t{1});
    EXPECT_THAT(unit().wait(handle).completion, Reaches(kData + n * kPage));
  }
  EXPECT_FALSE(unit().poll(held).has_value());
  release();
  EXPECT_THAT(unit().wait(held).completion, Reaches(kMoreData));
}

TEST_P(Pipeline, RequestsToOnePageShareAWalk) {
  make({.table_memory = {.min_latency = 60, .max_latency = 60}});
  start_with_page();
  std::vector<Request> requests;
  for (unsigned n = 0; n < slots(); ++n) requests.push_back(read_of(Iova(kIova.raw() + 64 * n)));
  for (const bench::Outcome &outcome : run(requests)) EXPECT_THAT(outcome.completion, IsOkay());
  EXPECT_EQ(unit().counters().walks, 1U);
  EXPECT_EQ(unit().counters().table_reads, 6U);  // root, context, four levels
}

// Entries of one line, for which a walk is under way that does not read the whole line.
TEST_P(Pipeline, NeighboursHaveTheirOwnAnswers) {
  const Iova neighbour(kIova.raw() ^ kPage);
  Domain domain = start_with_page();
  domain.map(neighbour, HostAddr(kMoreData));
  hold_walk_at(tables().entry_address(domain, kIova, 1));
  const auto read = unit().submit(read_of(kIova));
  unit().step_until([&] { return held_reads() > 0; }, "the walk");
  const auto write = unit().submit(write_of(neighbour));
  unit().step(200);
  release();
  EXPECT_THAT(unit().wait(read).completion, Reaches(kData));
  EXPECT_THAT(unit().wait(write).completion, Reaches(kMoreData));
}

// With W walks, W misses take hardly longer than one, as far as there are slots for them; one more
// takes another round.
TEST_P(Pipeline, WalksRunInParallel) {
  constexpr std::uint64_t kLatency = 200;
  make({.table_memory = {.min_latency = kLatency, .max_latency = kLatency}});
  Domain domain = start_with_page();
  const std::uint64_t apart = far_apart();
  const auto pages = [&](unsigned first, unsigned count) {
    std::vector<Request> requests;
    for (unsigned n = first; n < first + count; ++n) {
      const Iova iova((2 + n) * apart);
      domain.map(iova, HostAddr(kData + n * kPage));
      requests.push_back(read_of(iova));
    }
    return requests;
  };
  unit().access(read_of(kIova));  // the context entry is cached now
  const std::uint64_t one = duration(pages(0, 1));
  EXPECT_GT(one, 4 * kLatency);
  EXPECT_LT(one, 5 * kLatency);
  const unsigned at_once = std::min(walks(), slots());
  if (at_once > 1) {
    EXPECT_LT(duration(pages(10, at_once)), one + kLatency / 2);
  }
  if (walks() < slots()) {
    EXPECT_GT(duration(pages(100, walks() + 1)), 2 * one - kLatency);
  } else {
    EXPECT_GT(duration(pages(100, 2 * slots())), 2 * one - kLatency);
  }
}

// Memory answers in any order, slowly or at once; what counts is the tag.
TEST_P(Pipeline, AnswersInAnyOrder) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    const bench::MemoryTiming rough{
        .min_latency = 1, .max_latency = 90, .reorder = true, .stall_percent = 20};
    make({.seed = seed,
          .dma_memory = rough,
          .table_memory = rough,
          .device_stall_percent = 20,
          .host_stall_percent = 20});
    Domain domain = start_with_page();
    Domain second = tables().create_domain({.id = 2, .levels = 4});
    tables().attach(kNeighbour, second);
    std::vector<Request> requests;
    for (unsigned n = 0; n < 150; ++n) {
      const Iova iova(0x10'0000 + n % 40 * 0x33'3000ULL);
      if (n < 40) {
        domain.map(iova, HostAddr(kData + n * kPage));
        second.map(iova, HostAddr(kMoreData + n * kPage));
      }
      requests.push_back(read_of(iova, 1 + n * 7 % 200, n % 3 == 0 ? kNeighbour : kDevice));
      if (n % 4 == 0) requests.back().kind = AccessKind::kWrite;
    }
    const auto outcomes = run(requests);
    for (unsigned n = 0; n < requests.size(); ++n) {
      EXPECT_THAT(outcomes[n].completion,
                  Reaches((n % 3 == 0 ? kMoreData : kData) + n % 40 * kPage));
    }
  }
}

// The same of lines: their beats come between those of other walks.
TEST_P(Pipeline, LinesInAnyOrder) {
  constexpr unsigned kPages = 256;
  make({.table_memory = {
            .min_latency = 1, .max_latency = 60, .reorder = true, .stall_percent = 30}});
  Domain domain = start_with_page();
  Domain second = tables().create_domain({.id = 2, .levels = 4});
  tables().attach(kNeighbour, second);
  std::vector<Request> requests;
  for (unsigned n = 0; n < kPages; ++n) {
    const Iova iova(0x40'0000 + n * kPage);
    domain.map(iova, HostAddr(kData + n * kPage));
    second.map(iova, HostAddr(kMoreData + n * kPage));
    requests.push_back(read_of(iova));
    requests.push_back(write_of(iova, 16, kNeighbour));
  }
  const auto outcomes = run(requests);
  for (unsigned n = 0; n < outcomes.size(); ++n) {
    EXPECT_THAT(outcomes[n].completion, Reaches((n % 2 == 0 ? kData : kMoreData) + n / 2 * kPage));
  }
}

// A page looked up first by one device serves another one of the same domain without a walk.
TEST_P(Pipeline, CountersOfHitsAndWalks) {
  start_with_page();
  const auto before = unit().counters();
  unit().access(read_of(kIova));
  unit().access(read_of(kIova));
  unit().access(write_of(kIova));
  const auto after = unit().counters();
  EXPECT_EQ(after.requests - before.requests, 3U);
  EXPECT_EQ(after.hits - before.hits, 2U);
  EXPECT_EQ(after.walks - before.walks, 1U);
  EXPECT_EQ(after.table_reads - before.table_reads, 6U);
}

// Tables above a neighbour are known already: what is apart at level n takes n reads.
TEST_P(Pipeline, PagingStructureCachesShortenWalks) {
  for (const unsigned levels : {4U, 5U}) {
    if (((config().sagaw >> (levels - 2)) & 1) == 0) continue;
    for (unsigned level = 1; level <= levels; ++level) {
      SCOPED_TRACE(fmt::format("level {} of {}", level, levels));
      make({});
      Domain domain = tables().create_domain({.id = 1, .levels = levels});
      tables().attach(kDevice, domain);
      if (12 + 9 * (level - 1) >= config().guest_address_width) continue;  // one entry of all
      // At level 1 too far apart to be fetched along with it.
      const Iova neighbour(kIova.raw() +
                           (std::uint64_t{level == 1 ? 32U : 1U} << (12 + 9 * (level - 1))));
      domain.map(kIova, HostAddr(kData));
      domain.map(neighbour, HostAddr(kData + kPage));
      driver().set_root_pointer(tables().root_table());
      driver().enable_translation();
      unit().access(read_of(kIova));
      const auto before = unit().counters();
      EXPECT_THAT(unit().access(read_of(neighbour)), Reaches(kData + kPage));
      // The one entry that addresses of 39 bits reach in a fourth table has no cache.
      const bool reads_fourth = level == 3 && config().guest_address_width == 39;
      EXPECT_EQ(unit().counters().table_reads - before.table_reads, level + (reads_fourth ? 1 : 0));
    }
  }
}

// A request that waits for a walk slot still uses what is cached then, even if the last one of its
// slot had to read every table anew because of a fault.
TEST_P(Pipeline, MissesThatWaitUseTheCaches) {
  Domain domain = start_with_page();
  if (config().version_major >= 6) driver().enable_queue();
  const unsigned count = 2 * slots();
  // In lines of their own, below one table.
  const auto page = [](unsigned n) { return Iova(kIova.raw() + 9 * n * kPage); };
  const auto requests = [&](AccessKind even, AccessKind odd) {
    std::vector<Request> list;
    for (unsigned n = 1; n <= count; ++n) {
      list.push_back(read_of(page(n)));
      list.back().kind = n % 2 == 0 ? even : odd;
    }
    return list;
  };
  using K = AccessKind;
  for (const bench::Outcome &outcome : run(requests(K::kRead, K::kRead))) {
    EXPECT_THAT(outcome.completion, Faults(FaultReason::kReadNotPermitted));
  }
  for (unsigned n = 1; n <= count; ++n) domain.map(page(n), HostAddr(kMoreData + n * kPage));
  for (const auto &[even, odd] : std::vector<std::pair<K, K>>{
           {K::kRead, K::kRead}, {K::kWrite, K::kWrite}, {K::kRead, K::kWrite}}) {
    SCOPED_TRACE(fmt::format("{} {}", static_cast<int>(even), static_cast<int>(odd)));
    driver().invalidate_all();
    unit().access(read_of(kIova));
    const auto before = unit().counters();
    for (const bench::Outcome &outcome : run(requests(even, odd))) {
      EXPECT_THAT(outcome.completion, IsOkay());
    }
    EXPECT_EQ(unit().counters().table_reads - before.table_reads, count);
  }
}

// A write that its cached page does not permit reads every table anew; the one behind it, which
// waits as it does while reads go first, uses the caches.
TEST_P(Pipeline, ADeniedWriteIsNoMatterOfTheNext) {
  const Iova other(kIova.raw() + 9 * kPage);  // in another line of the same table
  Domain domain = tables().create_domain({.id = 1, .levels = 4});
  tables().attach(kDevice, domain);
  domain.map(kIova, HostAddr(kData), PageSize::k4K, {.read = true, .write = false});
  domain.map(other, HostAddr(kMoreData));
  driver().set_root_pointer(tables().root_table());
  driver().enable_translation();
  unit().access(read_of(kIova));
  const auto before = unit().counters();
  for (unsigned n = 0; n < slots(); ++n) unit().submit(read_of(kIova));
  const auto denied = unit().submit(write_of(kIova));
  const auto next = unit().submit(write_of(other));
  EXPECT_THAT(unit().wait(denied).completion, Faults(FaultReason::kWriteNotPermitted));
  EXPECT_THAT(unit().wait(next).completion, Reaches(kMoreData));
  EXPECT_EQ(unit().counters().table_reads - before.table_reads, 6U + 1U);
}

// A miss that waits while reads go first begins at the top table of its cached context-entry, as
// one does that need not wait.
TEST_P(Pipeline, OneThatWaitsReadsNoMore) {
  Domain domain = start_with_page();
  const Iova alone(2 * far_apart());
  const Iova waiting(3 * far_apart());
  domain.map(alone, HostAddr(kMoreData));
  domain.map(waiting, HostAddr(kMoreData + kPage));
  unit().access(read_of(kIova));
  const std::uint64_t begin = unit().counters().table_reads;
  EXPECT_THAT(unit().access(write_of(alone)), Reaches(kMoreData));
  const std::uint64_t wanted = unit().counters().table_reads - begin;
  unit().access(read_of(kIova));  // a small cache has lost it
  const std::uint64_t middle = unit().counters().table_reads;
  for (unsigned n = 0; n < slots(); ++n) unit().submit(read_of(kIova));
  EXPECT_THAT(unit().access(write_of(waiting)), Reaches(kMoreData + kPage));
  unit().step_until([this] { return unit().at_rest(); }, "the rest");
  EXPECT_EQ(unit().counters().table_reads - middle, wanted);
}

// Near the end of a table behind which there is none, nothing of the stream is lost.
TEST_P(Pipeline, NothingIsAheadOfTheEndOfATable) {
  constexpr unsigned kLast = 511;
  Domain domain = start_with_page();
  const Iova first(0x40'0000);
  for (unsigned n = kLast - 16; n <= kLast; ++n) {
    domain.map(Iova(first.raw() + n * kPage), HostAddr(kData + n * kPage));
  }
  unit().access(read_of(Iova(first.raw() + (kLast - 16) * kPage)));
  std::vector<Request> requests;
  for (unsigned n = kLast - 15; n <= kLast; ++n) {
    requests.push_back(read_of(Iova(first.raw() + n * kPage)));
  }
  const auto outcomes = run(requests);
  for (unsigned n = 0; n < outcomes.size(); ++n) {
    EXPECT_THAT(outcomes[n].completion, Reaches(kData + (kLast - 15 + n) * kPage));
  }
}

// A miss of either kind begins where the caches end: one read.
TEST_P(Pipeline, WarmMissesTakeOneRead) {
  Domain domain = start_with_page();
  for (unsigned n = 1; n <= 16; ++n) {
    domain.map(Iova(kIova.raw() + 9 * n * kPage), HostAddr(kData + n * kPage));
  }
  unit().access(read_of(kIova));
  for (unsigned n = 1; n <= 16; ++n) {
    Request request = read_of(Iova(kIova.raw() + 9 * n * kPage));
    if (n % 2 == 0) request.kind = AccessKind::kWrite;
    const auto before = unit().counters();
    EXPECT_THAT(unit().access(request), IsOkay());
    unit().settle();
    EXPECT_LE(unit().counters().table_reads - before.table_reads, 1U) << n;
  }
}

// Table reads snoop when ECAP.C says so; the queue and its status writes always do (VT-d 3.9).
TEST_P(Pipeline, SnoopOfTheUnitsOwnAccesses) {
  constexpr std::uint8_t kLastWalkId = 31;
  start_with_page();
  unsigned seen = 0;
  unit().observe_table_accesses([&](const bench::AxiAccess &access) {
    const bool walk = !access.write && access.address.id <= kLastWalkId;
    EXPECT_EQ(access.address.user & 1, walk && !config().coherent ? 0U : 1U);
    ++seen;
  });
  unit().access(read_of(kIova));
  driver().enable_queue();
  driver().wait_for_queue();
  EXPECT_EQ(seen, 8U);  // six reads of the walk, a descriptor, a status
}

DMAR_RTL_SCENARIO(Pipeline);

}  // namespace
}  // namespace dmar
