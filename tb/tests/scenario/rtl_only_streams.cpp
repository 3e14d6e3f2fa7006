// SPDX-License-Identifier: Apache-2.0
// Lines that are fetched ahead of a sequential stream: in time, as many as the latency of memory
// needs, set off by hits too, and none where they are of no use. None of it can be seen in an
// answer, only in who has to walk and in what is read; what must not change by it is tested at
// every clock.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

namespace g = granularity;

class Streams : public RtlScenario {
 protected:
  static constexpr unsigned kLine = 8;
  static constexpr unsigned kTable = 512;
  static constexpr std::uint64_t kBase = 0x4000'0000;
  static constexpr unsigned kPages = 3 * kTable;

  [[nodiscard]] static bool ahead() { return parameter("PrefetchLines") >= 2; }
  static Iova page(unsigned number) { return Iova(kBase + number * kPage); }
  static HostAddr frame(unsigned number) { return HostAddr(kData + number * kPage); }

  Domain start_with_pages(unsigned pages, unsigned latency = 8) {
    make({.table_memory = {.min_latency = latency, .max_latency = latency}});
    Domain domain = start_with_page();
    for (unsigned n = 0; n < pages; ++n) domain.map(page(n), frame(n));
    return domain;
  }
  bool hits(unsigned number) {
    const bench::Outcome outcome = unit().wait(unit().submit(read_of(page(number))));
    EXPECT_THAT(outcome.completion, Reaches(frame(number).raw()));
    return outcome.verdict.hit;
  }
  std::uint64_t reads() {
    unit().settle();
    return unit().counters().table_reads;
  }
};

// What is fetched ahead is there when the stream comes to it. A stream begins with two lines.
TEST_P(Streams, LinesAheadAreThere) {
  const unsigned lines = std::min(parameter("PrefetchLines"), 2U);
  if (lines == 0) GTEST_SKIP() << "nothing is fetched ahead";
  start_with_pages(kTable);
  for (unsigned n = 0; n < 3; ++n) hits(n);
  unit().settle();
  EXPECT_TRUE(hits(kLine * lines));
}

// Lines that are fetched ahead of a stream are those that it comes to, and few are fetched twice.
TEST_P(Streams, SequentialPagesReadLines) {
  if (parameter("LeafLines") == 0) GTEST_SKIP() << "no lines are read";
  constexpr unsigned kSought = 128;
  start_with_pages(kSought);
  unit().access(read_of(kIova));
  const std::uint64_t before = reads();
  for (unsigned n = 0; n < kSought; ++n) hits(n);
  EXPECT_LE(reads() - before, 2 * kSought / kLine);
}

// Once it has begun, a stream misses no more, not even where a table ends; each line is read once,
// and each table that names it.
TEST_P(Streams, HitsSetOffTheNextLines) {
  if (!ahead()) GTEST_SKIP() << "nothing is fetched ahead";
  start_with_pages(kPages);
  unsigned n = 0;
  for (; n < 3 * kLine; ++n) hits(n);
  const std::uint64_t before = reads();
  unsigned missed = 0;
  for (; n < kPages; ++n) {
    for (unsigned access = 0; access < 2; ++access) missed += hits(n) ? 0 : 1;
  }
  EXPECT_EQ(missed, 0U);
  EXPECT_LE(reads() - before, kPages / kLine + kPages / kTable + parameter("PrefetchLines"));
}

// Every other page is a stream, too.
TEST_P(Streams, EveryOtherPage) {
  if (!ahead()) GTEST_SKIP() << "nothing is fetched ahead";
  start_with_pages(kTable);
  unsigned missed = 0;
  for (unsigned n = 0; n < kTable; n += 2) missed += hits(n) || n < 3 * kLine ? 0 : 1;
  EXPECT_EQ(missed, 0U);
}

// A stream that comes back to what is cached reads nothing.
TEST_P(Streams, NothingIsReadForWhatIsCached) {
  if (!ahead()) GTEST_SKIP() << "nothing is fetched ahead";
  constexpr unsigned kRing = 64;
  start_with_pages(kRing);
  for (unsigned n = 0; n < kRing; ++n) hits(n);
  const std::uint64_t before = reads();
  for (unsigned round = 0; round < 3; ++round) {
    for (unsigned n = 0; n < kRing; ++n) EXPECT_TRUE(hits(n)) << n;
  }
  EXPECT_EQ(reads() - before, 0U);
}

// The slower memory is, the further ahead lines are read: a device that takes a page at a time,
// each twice, and waits for none, is soon not held up.
TEST_P(Streams, SlowMemoryIsReadFurtherAhead) {
  if (parameter("PrefetchLines") < 8 || walks() < 16) GTEST_SKIP() << "few lines are fetched ahead";
  constexpr unsigned kLatency = 100;
  constexpr unsigned kEach = 4;  // clocks from a request to the next one
  start_with_pages(kTable, kLatency);
  std::vector<bench::RtlIommu::Handle> handles;
  for (unsigned n = 0; n < 2 * kTable; ++n) {
    handles.push_back(unit().submit(read_of(page(n / 2))));
    unit().step(kEach);
  }
  unsigned missed = 0;
  for (unsigned n = 0; n < handles.size(); ++n) {
    const bench::Outcome outcome = unit().wait(handles[n]);
    EXPECT_THAT(outcome.completion, Reaches(frame(n / 2).raw()));
    if (n >= kTable && !outcome.verdict.hit) ++missed;
  }
  EXPECT_EQ(missed, 0U);
}

// Behind the last page nothing is found, and nobody hears of it; what is mapped there later is seen
// at once.
TEST_P(Streams, NothingIsRememberedBehindTheLastPage) {
  constexpr unsigned kEnd = kTable - 3 * kLine;
  Domain domain = start_with_pages(kEnd);
  for (unsigned n = 0; n < kEnd; ++n) hits(n);
  unit().settle();
  EXPECT_TRUE(driver().drain_faults().empty());
  EXPECT_THAT(unit().access(read_of(page(kEnd))), Faults(FaultReason::kReadNotPermitted));
  for (unsigned n = kEnd; n < kTable + 3 * kLine; ++n) domain.map(page(n), frame(n));
  for (unsigned n = kEnd; n < kTable + 3 * kLine; ++n) hits(n);
}

// A stream is mapped anew and invalidated at every clock of its lines ahead: what the device gets
// afterwards is new, whatever was on its way.
TEST_P(Streams, MappedAnewAtEveryClock) {
  constexpr unsigned kClocks = 60;
  constexpr unsigned kFirst = 3 * kLine;  // the stream is there
  constexpr unsigned kLast = kFirst + 12 * kLine;
  for (const unsigned granularity : {g::kGlobal, g::kDomain, g::kDeviceOrPage}) {
    if (granularity == g::kDeviceOrPage && !config().page_selective) continue;
    for (unsigned clock = 0; clock < kClocks; ++clock) {
      SCOPED_TRACE(fmt::format("granularity {}, clock {}", granularity, clock));
      Domain domain = start_with_pages(kLast, 12);
      driver().enable_queue();
      for (unsigned n = 0; n < kFirst; ++n) hits(n);
      std::vector<bench::RtlIommu::Handle> handles;
      for (unsigned n = kFirst; n < kFirst + kLine; ++n) {
        handles.push_back(unit().submit(read_of(page(n))));
      }
      unit().step(clock);
      for (unsigned n = kFirst; n < kLast; ++n) {
        domain.unmap(page(n));
        domain.map(page(n), HostAddr(kMoreData + n * kPage));
      }
      IotlbScope scope{.granularity = granularity, .domain = 1};
      if (granularity == g::kDeviceOrPage) {
        scope.address = page(0);  // with the whole stream
        scope.address_mask = config().max_address_mask;
      }
      driver().invalidate(scope);
      for (unsigned n = kFirst; n < kLast; ++n) {
        EXPECT_THAT(unit().access(read_of(page(n))), Reaches(kMoreData + n * kPage)) << n;
      }
      for (const auto &handle : handles) unit().wait(handle);
    }
  }
}

// Who seeks a page whose line is on its way joins that walk for as long as the page's own entry is
// still to come: the pages of the last beat can join longest.
TEST_P(Streams, ALineIsJoinedUntilItsEntryHasCome) {
  if (!ahead() || walks() < 4) GTEST_SKIP() << "no lines for a stream";
  constexpr unsigned kClocks = 60;
  // At how many clocks the line is read a second time for its page `later`, which is sought that
  // many clocks after its page 0.
  const auto read_twice = [&](unsigned later) {
    unsigned twice = 0;
    for (unsigned clock = 0; clock < kClocks; ++clock) {
      SCOPED_TRACE(fmt::format("page {}, clock {}", later, clock));
      start_with_pages(9 * kLine, 24);
      hits(kLine - 1);  // page 0 of the next line goes on from here, so its line is read
      std::map<std::uint64_t, unsigned> lines;
      unit().observe_table_accesses([&](const bench::AxiAccess &access) {
        if (!access.write && access.address.len > 0) ++lines[access.address.address / 64];
      });
      const auto first = unit().submit(read_of(page(kLine)));
      unit().step(clock);
      const auto other = unit().submit(read_of(page(kLine + later)));
      EXPECT_THAT(unit().wait(first).completion, Reaches(frame(kLine).raw()));
      EXPECT_THAT(unit().wait(other).completion, Reaches(frame(kLine + later).raw()));
      unit().settle();
      unit().observe_table_accesses(nullptr);
      twice += std::ranges::any_of(lines, [](const auto &line) { return line.second > 1; }) ? 1 : 0;
    }
    return twice;
  };
  const unsigned first_beat = read_twice(1);
  const unsigned second_beat = read_twice(2);
  const unsigned last_beat = read_twice(6);
  EXPECT_LT(second_beat, first_beat);
  EXPECT_LE(last_beat + 4, first_beat);
}

// A device that does not wait: lines ahead begin beside its requests. What lies behind the last
// page is fetched too, and nobody hears of it.
TEST_P(Streams, RequestsThatWaitForEachOther) {
  for (const unsigned pages : {4 * kLine, kTable, kTable + 5 * kLine}) {
    SCOPED_TRACE(fmt::format("{} pages", pages));
    start_with_pages(pages, 24);
    hits(0);
    const std::uint64_t before = reads();
    std::vector<bench::RtlIommu::Handle> handles;
    for (unsigned n = 1; n < pages; ++n) handles.push_back(unit().submit(read_of(page(n))));
    for (unsigned n = 1; n < pages; ++n) {
      EXPECT_THAT(unit().wait(handles[n - 1]).completion, Reaches(frame(n).raw())) << n;
    }
    unit().settle();
    EXPECT_TRUE(driver().drain_faults().empty());
    if (!ahead() || walks() < 8) continue;
    EXPECT_LE(reads() - before, 2 * pages / kLine + 16);
  }
}

DMAR_RTL_SCENARIO(Streams);

}  // namespace
}  // namespace dmar
