// SPDX-License-Identifier: Apache-2.0
// Invalidations from the fetch of their descriptors to the status write behind them, faults with
// their explanation, and who owns what by the tables, with a golden model in the place of the unit.
#include <gmock/gmock.h>

#include "golden_queue_fixture.hpp"
#include "report/unit_observer.hpp"
#include "tables/interrupt_table.hpp"

namespace dmar::report {
namespace {

using golden::Pair;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Log : public Model {
 public:
  void invalidation(unsigned unit, const InvalidationSeen &seen) override {
    invalidations.push_back(seen);
    Model::invalidation(unit, seen);
  }
  std::vector<InvalidationSeen> invalidations;
};

constexpr Pair kGlobalIotlb{0x12, 0};
constexpr Pair kGlobalContext{0x11, 0};

class Observer : public golden::GoldenQueue {
 protected:
  Observer() {
    observer_.attach(machine_.unit, machine_.memory);
    machine_.unit.observe_invalidations([this](const golden::Invalidation &what) {
      observer_.invalidation_given(what, machine_.unit.status_writes_waiting(), now_);
    });
  }
  void submit_at(std::uint64_t cycle, std::initializer_list<Pair> descriptors) {
    now_ = cycle;
    std::uint64_t tail = machine_.read64(reg::kIqt);
    for (const Pair &descriptor : descriptors) {
      put(static_cast<unsigned>(tail / 16), descriptor);
      tail = (tail + 16) % 4096;
    }
    machine_.write64(reg::kIqt, tail);
  }

  Log log_;
  UnitObserver observer_{0, {&log_}, &log_};
  std::uint64_t now_ = 0;
};

TEST_F(Observer, TakesAnInvalidationFromItsFetchToTheStatusWriteBehindIt) {
  submit_at(100, {kGlobalIotlb, golden::kWaitForFive, kGlobalContext, golden::kWaitForFive});
  EXPECT_THAT(log_.invalidations, IsEmpty());
  observer_.queue_read(kBase, 32, 110, 130);
  observer_.queue_read(kBase + 32, 32, 140, 160);
  observer_.status_write({}, 170);
  ASSERT_THAT(log_.invalidations, SizeIs(1));
  EXPECT_TRUE(std::holds_alternative<golden::IotlbInvalidation>(log_.invalidations[0].what));
  EXPECT_TRUE(log_.invalidations[0].queued);
  EXPECT_TRUE(log_.invalidations[0].by_status);
  EXPECT_EQ(log_.invalidations[0].given, 100U);
  EXPECT_EQ(log_.invalidations[0].from, 110U);
  EXPECT_EQ(log_.invalidations[0].to, 170U);
  observer_.status_write({}, 190);
  ASSERT_THAT(log_.invalidations, SizeIs(2));
  EXPECT_EQ(log_.invalidations[1].from, 140U);
  EXPECT_EQ(log_.invalidations[1].to, 190U);
  EXPECT_EQ(log_.units()[0].status_writes, 2U);
}

TEST_F(Observer, TakesItToTheRestOfTheUnitWithoutOne) {
  submit_at(100, {kGlobalIotlb});
  observer_.queue_read(kBase, 64, 110, 130);
  observer_.at_rest(500);
  ASSERT_THAT(log_.invalidations, SizeIs(1));
  EXPECT_FALSE(log_.invalidations[0].by_status);
  EXPECT_EQ(log_.invalidations[0].to, 500U);
  observer_.at_rest(600);
  EXPECT_THAT(log_.invalidations, SizeIs(1));
}

TEST_F(Observer, CountsOnOverAReset) {
  RequestSeen seen{.request = {.source_id = bdf(0, 5, 0), .address = {}, .bytes = 8}};
  seen.submitted = 10;
  seen.begun = 10;
  seen.judged = 20;
  seen.done = 30;
  observer_.request(seen);
  submit_at(40, {kGlobalIotlb});
  observer_.reset(1000);
  observer_.attach(machine_.unit, machine_.memory);
  observer_.request(seen);
  observer_.at_rest(40);
  EXPECT_THAT(log_.invalidations, IsEmpty()) << "lost in the reset";
  const Series &series = log_.units()[0].series;
  EXPECT_EQ(series.total().requests, 2U);
  EXPECT_EQ(series.buckets().at(1030 / Series::kFirstWidth).requests, 1U);
}

TEST_F(Observer, PutsTimesInOrder) {
  RequestSeen seen{.request = {.source_id = bdf(0, 5, 0), .address = {}, .bytes = 8}};
  seen.submitted = 50;
  seen.begun = 45;
  seen.judged = 60;
  seen.done = 55;
  observer_.request(seen);
  EXPECT_EQ(log_.units()[0].added.walks.max(), 10U);
  EXPECT_EQ(log_.units()[0].functions.begin()->second.latencies.walks.max(), 10U);
}

TEST_F(Observer, ExplainsAFaultByTheTablesOfItsMoment) {
  Domain domain = machine_.tables.create_domain({.id = 7});
  machine_.tables.attach(bdf(0, 5, 0), domain);
  domain.map(Iova(0x1000), HostAddr(0x8000));
  machine_.enable_translation();
  const Request request{.source_id = bdf(0, 5, 0), .address = Iova(0x2000)};
  const auto record =
      golden::make_fault_record(machine_.unit.config(), request, FaultReason::kReadNotPermitted);
  observer_.fault({.record = record, .request = request, .cycle = 5});
  const FaultLog &faults = log_.units()[0].faults;
  ASSERT_THAT(faults.lines(), SizeIs(1));
  EXPECT_THAT(faults.lines()[0].first.explained,
              AllOf(HasSubstr("Request: read of 4 bytes at 0x2000 by 00:05.0"),
                    HasSubstr("context entry"), HasSubstr("Verdict: blocked, fault 06h"),
                    HasSubstr("Linux logs: DMAR: [DMA Read NO_PASID]")));
}

TEST_F(Observer, FindsOutWhoOwnsWhat) {
  Domain domain = machine_.tables.create_domain({.id = 7});
  machine_.tables.attach(bdf(0, 5, 0), domain);
  machine_.tables.attach(bdf(0, 6, 1), domain);
  machine_.tables.attach_pass_through(bdf(3, 0, 0), 1);
  domain.map_range(Iova(0x1000), HostAddr(0x8000), 0x4000);
  domain.map(Iova(0x40'0000), HostAddr(0x80'0000), PageSize::k2M);
  domain.map(Iova(0x10'0000), HostAddr(0x9000), PageSize::k4K, {.read = true, .write = false});
  machine_.enable_translation();
  InterruptTable interrupts(machine_.memory, HostAddr(0x30'0000), 7);
  interrupts.set(3, {.source_id = bdf(0, 5, 0), .source_validation = 1});
  interrupts.set(200, {.source_id = bdf(0, 5, 0), .source_validation = 1});
  interrupts.set(4, {.source_validation = 0});
  machine_.write64(reg::kIrta, 0x30'0007);
  machine_.command(gcmd::kSirtp);
  machine_.command(gcmd::kIre);
  observer_.look_at_owners(1234);
  const Owners &owners = *log_.units()[0].owners;
  EXPECT_EQ(owners.cycle, 1234U);
  ASSERT_THAT(owners.functions, SizeIs(3));
  EXPECT_EQ(owners.functions[0].source, bdf(0, 5, 0));
  EXPECT_EQ(owners.functions[0].domain, DomainId(7));
  EXPECT_EQ(owners.functions[0].table, owners.functions[1].table) << "one table, two functions";
  EXPECT_EQ(owners.functions[2].how, OwnedFunction::How::kPassThrough);
  EXPECT_EQ(owners.functions_with_memory(), 3U);
  ASSERT_THAT(owners.tables, SizeIs(1));
  const DomainTable &table = owners.tables[0];
  EXPECT_EQ(table.levels, 4U);
  EXPECT_THAT(table.pages, ElementsAre(5, 1, 0));
  EXPECT_EQ(table.bytes, 5 * 4096U + (2U << 20));
  ASSERT_THAT(table.ranges, SizeIs(3));
  EXPECT_EQ(table.ranges[0].iova, 0x1000U);
  EXPECT_EQ(table.ranges[0].host, 0x8000U);
  EXPECT_EQ(table.ranges[0].bytes, 0x4000U) << "neighbours are one range";
  EXPECT_FALSE(table.ranges[1].write);
  EXPECT_EQ(table.ranges[2].bytes, 2U << 20);
  EXPECT_EQ(owners.interrupt_entries, 256U);
  ASSERT_THAT(owners.interrupts, SizeIs(2));
  EXPECT_EQ(owners.interrupts[0].source, bdf(0, 5, 0));
  EXPECT_THAT(owners.interrupts[0].indices, ElementsAre(3, 200));
  EXPECT_EQ(owners.interrupts[1].count, 1U);
}

TEST_F(Observer, BoundsWhatItKeepsOfTables) {
  Domain domain = machine_.tables.create_domain({.id = 7});
  machine_.tables.attach(bdf(0, 5, 0), domain);
  for (std::uint64_t i = 0; i < 200; ++i) {
    domain.map(Iova(0x2000 * i), HostAddr(0x100'0000 + 0x1000 * i));
  }
  machine_.enable_translation();
  observer_.look_at_owners(1);
  const DomainTable &table = log_.units()[0].owners->tables[0];
  EXPECT_EQ(table.range_count, 200U);
  EXPECT_THAT(table.ranges, SizeIs(kMostRanges));
  EXPECT_EQ(table.bytes, 200 * 4096U);
}

}  // namespace
}  // namespace dmar::report
