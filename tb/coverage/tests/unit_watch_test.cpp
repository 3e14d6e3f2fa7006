// SPDX-License-Identifier: Apache-2.0
// What the watch counts of a unit; the unit here is the golden model.
#include "coverage/unit_watch.hpp"

#include <gmock/gmock.h>

#include "coverage/tests/new_hits.hpp"
#include "driver/driver.hpp"
#include "golden/golden_iommu.hpp"
#include "tables/interrupt_table.hpp"
#include "tables/table_builder.hpp"

namespace dmar::coverage {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// A unit that a watch looks at.
class WatchedIommu : public GoldenIommu {
 public:
  explicit WatchedIommu(Groups &groups) : watch_(config(), memory(), groups) {}

  void write(std::uint32_t offset, unsigned bytes, std::uint64_t value) override {
    watch_.register_written(offset, bytes, value, waiting_);
    GoldenIommu::write(offset, bytes, value);
  }
  Completion access(const Request &request, std::span<const std::uint8_t> data) override {
    Completion completion = GoldenIommu::access(request, data);
    watch_.request_answered(request, completion);
    return completion;
  }
  UnitWatch &watch() { return watch_; }
  void set_waiting(bool waiting) { waiting_ = waiting; }

 private:
  UnitWatch watch_;
  bool waiting_ = false;
};

class Watching : public ::testing::Test {
 protected:
  static constexpr SourceId kDevice = bdf(0, 4, 0);
  static constexpr Iova kIova{0x0012'3440'0000};

  void start() {
    driver_.set_root_pointer(tables_.root_table());
    driver_.enable_translation();
  }
  Domain attach(unsigned id = 1) {
    const Domain domain = tables_.create_domain({.id = id});
    tables_.attach(kDevice, domain);
    return domain;
  }
  void access(AccessKind kind, Iova address) {
    unit_.access({.source_id = kDevice, .address = address, .kind = kind}, {});
  }
  std::vector<std::string> hits(const Group &group) { return new_hits_.of(group); }

  Groups groups_;
  WatchedIommu unit_{groups_};
  TableBuilder tables_{unit_.memory(), unit_.config()};
  Driver driver_{unit_};
  NewHits new_hits_;
};

TEST_F(Watching, TranslationsCountWithTheirLeaf) {
  Domain domain = attach();
  domain.map(kIova, HostAddr(0x4000'0000), PageSize::k2M, {.write = false});
  access(AccessKind::kRead, kIova);  // translation is off
  EXPECT_THAT(hits(groups_.requests), UnorderedElementsAre("no fault | read | no entry | no page"));
  start();
  access(AccessKind::kRead, kIova);
  EXPECT_THAT(hits(groups_.requests), UnorderedElementsAre("no fault | read | level 2 | 2M"));
  access(AccessKind::kWrite, kIova);
  EXPECT_THAT(hits(groups_.requests), UnorderedElementsAre("05h | write | level 2 | 2M"));
  access(AccessKind::kAtomic, Iova(0));
  EXPECT_THAT(hits(groups_.requests), UnorderedElementsAre("05h | atomic | level 3 | no page"));
}

TEST_F(Watching, FaultsCountWhereTheyWereDecided) {
  tables_.make_context_table(kDevice);
  start();
  access(AccessKind::kRead, kIova);
  EXPECT_THAT(hits(groups_.requests), UnorderedElementsAre("02h | read | context | no page"));
  unit_.memory().write64(tables_.root_entry_address(kDevice), 0);
  access(AccessKind::kRead, kIova);
  EXPECT_THAT(hits(groups_.requests), UnorderedElementsAre("01h | read | root | no page"));
}

TEST_F(Watching, AnAnswerThatTablesDoNotExplainCountsNothing) {
  attach();
  start();
  const Request request{.source_id = kDevice, .address = kIova};
  unit_.watch().request_answered(request, {.status = Completion::Status::kOkay});
  EXPECT_THAT(hits(groups_.requests), IsEmpty());
  unit_.watch().request_answered(
      request, {.status = Completion::Status::kBlocked, .reason = FaultReason::kRootNotPresent});
  EXPECT_THAT(hits(groups_.requests), IsEmpty());
}

TEST_F(Watching, InvalidationsCountWhatTheyMeet) {
  Domain domain = attach();
  domain.map(kIova, HostAddr(0x4000'0000));
  start();
  const IotlbScope page{.granularity = granularity::kDeviceOrPage, .domain = 1, .address = kIova};
  driver_.iotlb_command(page);
  EXPECT_THAT(hits(groups_.invalidations),
              UnorderedElementsAre("iotlb register | page | nothing cached"));
  access(AccessKind::kRead, kIova);
  driver_.context_command({.granularity = granularity::kDomain, .domain = 2});
  EXPECT_THAT(hits(groups_.invalidations),
              UnorderedElementsAre("cc register | domain | not covered"));
  driver_.iotlb_command(page);
  EXPECT_THAT(hits(groups_.invalidations), UnorderedElementsAre("iotlb register | page | covered"));
}

TEST_F(Watching, QueuedInvalidationsAreTheirOwnForm) {
  Domain domain = attach();
  domain.map(kIova, HostAddr(0x4000'0000));
  start();
  driver_.enable_queue();
  access(AccessKind::kRead, kIova);
  unit_.set_waiting(true);
  driver_.invalidate(IotlbScope{
      .granularity = granularity::kDeviceOrPage, .domain = 1, .address = kIova, .leaf_only = true});
  EXPECT_THAT(hits(groups_.invalidations),
              UnorderedElementsAre("iotlb queue | page, IH | covered",
                                   "iotlb queue | page, IH | walk in flight"));
  unit_.set_waiting(false);
  driver_.invalidate(InterruptScope{});
  EXPECT_THAT(hits(groups_.invalidations),
              UnorderedElementsAre("iec queue | global | nothing cached"));
}

TEST_F(Watching, QueueErrorsCountOnce) {
  driver_.enable_queue();
  driver_.submit({{.lo = 0xF, .hi = 0}});
  driver_.write32(reg::kIedata, 1);  // the error stands, nothing new happens
  EXPECT_THAT(hits(groups_.queue_errors), UnorderedElementsAre("3 type | 128"));
  driver_.write32(reg::kFsts, fsts::kIqe);  // the same descriptor once more
  EXPECT_THAT(hits(groups_.queue_errors), UnorderedElementsAre("3 type | 128"));
}

TEST_F(Watching, InterruptEntriesCountByField) {
  InterruptTable table(unit_.memory(), HostAddr(0x0600'0000), 7);
  table.set(5, {.level = true, .delivery_mode = 1, .source_validation = 2});
  driver_.set_interrupt_table(table.base(), table.size_exponent());
  driver_.enable_interrupt_remapping();
  driver_.enable_queue();
  const Request request{.source_id = kDevice,
                        .address = Iova(remappable_message(5).address),
                        .kind = AccessKind::kWrite};
  unit_.access(request, {});
  EXPECT_THAT(hits(groups_.requests), UnorderedElementsAre("no fault | write | IRTE | no page"));
  EXPECT_THAT(hits(groups_.interrupt_entries),
              UnorderedElementsAre("P=1 | remapped", "FPD=0 | remapped", "DM=0 | remapped",
                                   "RH=0 | remapped", "TM=1 | remapped", "DLM=001 | remapped",
                                   "SVT=10 | remapped", "IM=0 | remapped", "EIME=0 | remapped"));
  driver_.invalidate(InterruptScope{.all = false, .index = 6});
  EXPECT_THAT(hits(groups_.invalidations), UnorderedElementsAre("iec queue | index | not covered"));
  driver_.invalidate(InterruptScope{.all = false, .index = 4, .mask = 1});
  EXPECT_THAT(hits(groups_.invalidations), UnorderedElementsAre("iec queue | index | covered"));
  table.clear(5);
  unit_.access(request, {});
  EXPECT_THAT(hits(groups_.interrupt_entries), UnorderedElementsAre("P=0 | 22h", "FPD=0 | 22h"));
}

}  // namespace
}  // namespace dmar::coverage
