// SPDX-License-Identifier: Apache-2.0
// What lockstep records is a life that a replay can live again.
#include <unistd.h>

#include "cosim_rtl_fixture.hpp"
#include "trace/golden_target.hpp"
#include "trace/parser.hpp"
#include "trace/replayer.hpp"

namespace dmar::cosim {
namespace {

TEST(CosimRtlTrace, ReplaysOnTheGoldenModelWithoutAMismatch) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) /
                                     ("lockstep." + std::to_string(::getpid()) + ".trace.gz");
  Memory memory;
  Recorder recorder(file, memory);
  Lockstep unit(make_default_rtl(), memory, &recorder);
  LockstepUnit iommu(unit, memory);
  const Config &config = unit.config();
  recorder.unit(version(config), capability(config), extended_capability(config));

  constexpr SourceId kDevice = bdf(0, 4, 0);
  TableBuilder tables(memory, config);
  InterruptTable interrupts(memory, HostAddr(0x3000'0000), 7);
  interrupts.set(5, {.vector = 0x41});
  Driver driver(iommu);
  Domain domain = tables.create_domain({.id = 1});
  domain.map(Iova(0x7000), HostAddr(0x4000'0000));
  domain.map(Iova(0x20'0000), HostAddr(0x8000'0000), PageSize::k2M, {.write = false});
  tables.attach(kDevice, domain);
  driver.set_root_pointer(tables.root_table());
  driver.enable_queue();
  driver.invalidate_all();
  driver.set_event(reg::kFectl, {.address = 0xFEE0'1004, .data = 0x27});
  driver.enable_translation();
  driver.set_interrupt_table(interrupts.base(), interrupts.size_exponent());
  driver.enable_interrupt_remapping();
  iommu.settle();

  const auto access = [&](AccessKind kind, std::uint64_t address, std::uint32_t bytes) {
    const std::vector<std::uint8_t> data(kind == AccessKind::kWrite ? bytes : 0, 0x5A);
    return iommu.access(
        {.source_id = kDevice, .address = Iova(address), .kind = kind, .bytes = bytes}, data);
  };
  access(AccessKind::kWrite, 0x7010, 512);
  access(AccessKind::kRead, 0x2F'0123, 100);
  domain.map(Iova(0x8000), HostAddr(0x5000'0000));
  access(AccessKind::kRead, 0x8000, 64);
  domain.unmap(Iova(0x8000));
  driver.invalidate(
      IotlbScope{.granularity = granularity::kDeviceOrPage, .domain = 1, .address = Iova(0x8000)});
  access(AccessKind::kRead, 0x8000, 64);      // a fault, with its event
  access(AccessKind::kWrite, 0x20'0000, 64);  // another one
  // No messages, although they go where messages go.
  access(AccessKind::kRead, 0xFEE0'0000, 64);
  access(AccessKind::kWrite, 0xFEE0'0010, 16);
  access(AccessKind::kWrite, 0xFEE0'0012, 4);
  const auto message = remappable_message(5);
  iommu.access({.source_id = kDevice,
                .address = Iova(message.address),
                .kind = AccessKind::kWrite,
                .bytes = 4},
               std::vector<std::uint8_t>(4));
  iommu.settle();
  EXPECT_EQ(driver.drain_faults().size(), 1U);  // one record for each source
  iommu.settle();
  EXPECT_EQ(unit.differences().count, 0U);
  recorder.finish();

  const trace::Trace trace = trace::load_trace(file);
  trace::GoldenTarget target(config);
  const trace::Report report = trace::Replayer(trace, target).run();
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.mismatches, 0U);
  for (const trace::Mismatch &m : report.first) {
    ADD_FAILURE() << m.line << ": " << m.what << ": " << m.golden << ", recorded " << m.recorded;
  }
  EXPECT_EQ(report.dma, 8U);
  EXPECT_EQ(report.faults, 5U);
  EXPECT_EQ(report.interrupts_remapped, 1U);
  EXPECT_EQ(report.events, 1U);
  EXPECT_EQ(report.status_writes, unit.statistics().status_writes);
  EXPECT_EQ(report.register_writes, unit.statistics().register_writes);
  EXPECT_GT(report.register_reads, 5U);
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace dmar::cosim
