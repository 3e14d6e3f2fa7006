// SPDX-License-Identifier: Apache-2.0
// What an observer sees of RTL and golden model in lockstep: as much as they count themselves,
// also over a reset.
#include "cosim_rtl_fixture.hpp"
#include "report/timeline.hpp"
#include "report_trace_reader.hpp"

namespace dmar::cosim {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class CosimRtlReport : public CosimRtl {
 protected:
  CosimRtlReport() { unit.observe(observer_); }

  // Two reads, one of them a hit, and one that is blocked.
  void work() {
    start();
    iommu.access(request(AccessKind::kRead));
    iommu.access(request(AccessKind::kRead, 64));
    iommu.access(request(AccessKind::kWrite, 0x1000));
    iommu.settle();
  }
  [[nodiscard]] const report::UnitRecord &seen() const { return model_.units().at(0); }

  std::filesystem::path file_ =
      std::filesystem::path(testing::TempDir()) / "dmar_cosim_report.json";
  report::Names names_;
  report::Model model_;
  report::Timeline timeline_{file_, names_};
  report::UnitObserver observer_{0, {&model_, &timeline_}, &model_};
};

TEST_F(CosimRtlReport, CountsAsTheyDo) {
  work();
  unit.mark("a moment");
  unit.final_check();
  const Statistics did = unit.statistics();
  const report::Bucket sum = seen().series.total();
  EXPECT_EQ(sum.requests, did.dma());
  EXPECT_EQ(sum.bytes, did.dma_bytes);
  EXPECT_EQ(sum.hits, did.unit.hits);
  EXPECT_EQ(sum.faults, did.faults.size());
  EXPECT_EQ(sum.invalidations, did.invalidations());
  EXPECT_EQ(seen().table_reads.total(), did.unit.table_reads);
  EXPECT_EQ(seen().queue_reads, did.unit.queue_reads);
  EXPECT_EQ(seen().status_writes, did.status_writes);
  EXPECT_EQ(seen().events, did.events);
  EXPECT_THAT(seen().marks, SizeIs(1));
  EXPECT_EQ(seen().domains.at(1).series.total().requests, 2U);
  timeline_.finish({});
  const report::TraceReader reader(report::unpacked(file_));
  EXPECT_THAT(reader.problems(), IsEmpty());
  EXPECT_EQ(reader.count("X", "request"), did.dma());
  EXPECT_EQ(reader.count("X", "table read"), did.unit.table_reads);
  EXPECT_EQ(reader.count("X", "queue read"), did.unit.queue_reads);
  EXPECT_EQ(reader.count("b", "invalidation"), did.invalidations());
  std::filesystem::remove(file_);
}

TEST_F(CosimRtlReport, ExplainsTheFaultByTheTablesOfItsMoment) {
  work();
  ASSERT_THAT(seen().faults.lines(), SizeIs(1));
  EXPECT_THAT(seen().faults.lines()[0].first.explained,
              AllOf(HasSubstr("write of 64 bytes at 0x1234568000 by 00:04.0"),
                    HasSubstr("Verdict: blocked, fault 05h")));
  ASSERT_TRUE(seen().owners.has_value());
  EXPECT_EQ(seen().owners->tables.at(0).bytes, 4096U);
  EXPECT_EQ(seen().owners->tables.at(0).ranges.at(0).host, kPage.raw());
}

TEST_F(CosimRtlReport, GoesOnOverAReset) {
  work();
  const std::uint64_t before = unit.rtl().cycle();
  unit.reset();
  work();
  unit.final_check();
  const Statistics did = unit.statistics();
  EXPECT_EQ(seen().series.total().requests, did.dma());
  EXPECT_EQ(seen().series.total().invalidations, did.invalidations());
  EXPECT_EQ(seen().status_writes, did.status_writes);
  EXPECT_GT(seen().faults.lines().back().last_cycle, before);
  EXPECT_EQ(seen().faults.total(), 2U);
}

}  // namespace
}  // namespace dmar::cosim
