// SPDX-License-Identifier: Apache-2.0
// The model of a run: what is counted for whom, and that nothing in it grows without bound.
#include <gmock/gmock.h>

#include "dmar/registers.hpp"
#include "report/model.hpp"

namespace dmar::report {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

RequestSeen request(SourceId source, std::uint64_t done, bool hit = true) {
  RequestSeen seen{.request = {.source_id = source, .address = Iova(0x1000), .bytes = 64},
                   .hit = hit,
                   .domain = DomainId(3)};
  seen.submitted = done - 10;
  seen.begun = done - 8;
  seen.judged = done - 5;
  seen.done = done;
  return seen;
}

FaultSeen fault(SourceId source, std::uint64_t address, std::uint64_t cycle,
                FaultReason reason = FaultReason::kReadNotPermitted) {
  const Request request{.source_id = source, .address = Iova(address)};
  return {
      .record = golden::make_fault_record({}, request, reason), .request = request, .cycle = cycle};
}

TEST(ReportModel, KeepsUnitsFunctionsAndDomainsApart) {
  Model model;
  model.request(1, request(bdf(0, 5, 0), 100));
  model.request(1, request(bdf(0, 5, 0), 200, false));
  model.request(0, request(bdf(0, 6, 0), 300));
  ASSERT_THAT(model.units(), SizeIs(2));
  const UnitRecord &unit = model.units()[1];
  ASSERT_THAT(unit.functions, SizeIs(1));
  const FunctionRecord &function = unit.functions.begin()->second;
  EXPECT_EQ(function.series.total(), (Bucket{.requests = 2, .hits = 1, .bytes = 128}));
  EXPECT_EQ(function.series.count_at(100).requests, 1U);
  EXPECT_EQ(function.latencies.hits.total(), 1U);
  EXPECT_EQ(function.latencies.walks.total(), 1U);
  EXPECT_EQ(function.latencies.hits.max(), 10U) << "to the answer";
  EXPECT_EQ(unit.added.walks.max(), 3U) << "to the verdict";
  EXPECT_EQ(function.domains, std::set<std::uint16_t>{3});
  EXPECT_EQ(unit.domains.at(3).series.total().bytes, 128U);
  EXPECT_EQ(model.units()[0].series.total().requests, 1U);
}

// An atomic operation writes, a read of no bytes reads.
TEST(ReportModel, CountsEachKindAsReadOrWrite) {
  Model model;
  for (const AccessKind kind : {AccessKind::kRead, AccessKind::kZeroLengthRead, AccessKind::kWrite,
                                AccessKind::kAtomic, AccessKind::kAtomic}) {
    RequestSeen seen = request(bdf(0, 5, 0), 100);
    seen.request.kind = kind;
    model.request(0, seen);
  }
  const FunctionRecord &function = model.units()[0].functions.begin()->second;
  EXPECT_EQ(function.reads, 2U);
  EXPECT_EQ(function.writes, 3U);
}

TEST(ReportModel, CountsBlockedRequestsWithoutBytes) {
  Model model;
  RequestSeen blocked = request(bdf(0, 5, 0), 100);
  blocked.result = RequestSeen::Result::kBlocked;
  blocked.domain.reset();
  model.request(0, blocked);
  RequestSeen message = blocked;
  message.interrupt = true;
  model.request(0, message);
  const FunctionRecord &function = model.units()[0].functions.begin()->second;
  EXPECT_EQ(function.blocked, 1U);
  EXPECT_EQ(function.interrupts_blocked, 1U);
  EXPECT_EQ(function.series.total().bytes, 0U);
  EXPECT_EQ(function.series.total().interrupts, 1U);
  EXPECT_EQ(function.latencies.interrupts.total(), 1U);
  EXPECT_THAT(function.domains, IsEmpty());
}

TEST(ReportModel, GivesInvalidationsToTheFunctionsOfTheirDomain) {
  Model model;
  model.request(0, request(bdf(0, 5, 0), 100));
  RequestSeen other = request(bdf(0, 6, 0), 100);
  other.domain = DomainId(4);
  model.request(0, other);
  InvalidationSeen seen{
      .what = golden::IotlbInvalidation{.granularity = granularity::kDomain, .domain = DomainId(3)},
      .from = 50,
      .to = 150};
  model.invalidation(0, seen);
  seen.what = golden::IotlbInvalidation{.granularity = granularity::kGlobal};
  model.invalidation(0, seen);
  seen.what = golden::InterruptInvalidation{};
  model.invalidation(0, seen);
  const UnitRecord &unit = model.units()[0];
  EXPECT_EQ(unit.series.total().invalidations, 3U);
  EXPECT_EQ(unit.global_invalidations, 1U);
  EXPECT_EQ(unit.domains.at(3).series.total().invalidations, 1U);
  EXPECT_EQ(unit.functions.at(bdf(0, 5, 0).raw()).series.total().invalidations, 2U);
  EXPECT_EQ(unit.functions.at(bdf(0, 6, 0).raw()).series.total().invalidations, 1U);
  EXPECT_EQ(unit.invalidations.max(), 100U);
}

TEST(ReportModel, JoinsFaultsThatAreAlikeAndCountsTheRest) {
  Model model;
  for (std::uint64_t i = 0; i < 5; ++i) model.fault(0, fault(bdf(0, 5, 0), 0x1000, 100 + i));
  model.fault(0, fault(bdf(0, 6, 0), 0x1000, 200));
  const FaultLog &log = model.units()[0].faults;
  ASSERT_THAT(log.lines(), SizeIs(2));
  EXPECT_EQ(log.lines()[0].times, 5U);
  EXPECT_EQ(log.lines()[0].first.cycle, 100U);
  EXPECT_EQ(log.lines()[0].last_cycle, 104U);
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const FaultSeen one = fault(bdf(0, 7, 0), i << 12, 300 + i);
    EXPECT_EQ(model.wants_explanation(0, one), log.lines().size() < FaultLog::kMost);
    model.fault(0, one);
  }
  EXPECT_THAT(log.lines(), SizeIs(FaultLog::kMost));
  EXPECT_EQ(log.total(), 10'006U);
  EXPECT_EQ(log.left_out(), 10'000 + 2 - FaultLog::kMost);
  EXPECT_EQ(log.reasons().at(6), 10'006U);
}

TEST(ReportModel, IsBounded) {
  Model model([] { return 1.0; });
  for (unsigned i = 0; i < 3000; ++i) {
    RequestSeen one = request(SourceId(static_cast<std::uint16_t>(i)), 100 + i * 1000);
    one.domain = DomainId(static_cast<std::uint16_t>(i));
    model.request(0, one);
    model.mark(0, i, "a mark");
  }
  const UnitRecord &unit = model.units()[0];
  EXPECT_THAT(unit.functions, SizeIs(Model::kMostFunctions));
  EXPECT_THAT(unit.domains, SizeIs(Model::kMostDomains));
  EXPECT_EQ(unit.others, 3000 - Model::kMostFunctions);
  EXPECT_EQ(unit.series.total().requests, 3000U);
  EXPECT_THAT(unit.marks, SizeIs(Model::kMostMarks));
  EXPECT_EQ(unit.marks_left_out, 3000 - Model::kMostMarks);
  EXPECT_LE(unit.wall.size(), Model::kMostWall);
  EXPECT_THAT(unit.wall, testing::Not(IsEmpty()));
}

TEST(ReportModel, KeepsTheTablesInWhichMostFunctionsHadMemory) {
  Model model;
  const auto owners = [](std::size_t functions, std::uint64_t cycle) {
    Owners out{.cycle = cycle, .translating = true, .tables = {{.bytes = 4096}}};
    for (std::size_t i = 0; i < functions; ++i) {
      out.functions.push_back({.source = SourceId(static_cast<std::uint16_t>(i)), .table = 0});
    }
    return out;
  };
  model.owners(0, owners(1, 10));
  model.owners(0, owners(3, 20));
  model.owners(0, owners(3, 30));
  model.owners(0, owners(0, 40));
  EXPECT_EQ(model.units()[0].owners->cycle, 30U);
}

}  // namespace
}  // namespace dmar::report
