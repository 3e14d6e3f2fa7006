// SPDX-License-Identifier: Apache-2.0
// The RTL and the golden model in agreement: requests, registers, events, resets; and a unit that
// hangs.
#include "cosim_rtl_fixture.hpp"

namespace dmar::cosim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(CosimRtl, ReadsAndWritesThroughPageTables) {
  start();
  std::vector<std::uint8_t> data(64);
  std::iota(data.begin(), data.end(), 1);
  const Completion written = iommu.access(request(AccessKind::kWrite, 0x40), data);
  EXPECT_EQ(written.status, Completion::Status::kOkay);
  EXPECT_EQ(written.address, HostAddr(kPage.raw() + 0x40));
  std::vector<std::uint8_t> there(64);
  memory.load(HostAddr(kPage.raw() + 0x40), there);
  EXPECT_EQ(there, data);
  EXPECT_EQ(iommu.access(request(AccessKind::kRead, 0x40)).data, data);
  const Statistics statistics = unit.statistics();
  EXPECT_EQ(statistics.dma_reads, 1U);
  EXPECT_EQ(statistics.dma_writes, 1U);
  EXPECT_EQ(statistics.dma_bytes, 128U);
  EXPECT_EQ(statistics.dma_translated, 2U);
  EXPECT_EQ(statistics.dma_identity, 0U);
  unit.final_check();
  expect_agreement();
}

TEST_F(CosimRtl, CountsIdentityWhileTranslationIsOff) {
  EXPECT_EQ(iommu.access({.source_id = kDevice, .address = Iova(0x1234), .bytes = 4}).address,
            HostAddr(0x1234));
  EXPECT_EQ(unit.statistics().dma_identity, 1U);
  EXPECT_EQ(unit.statistics().dma_translated, 0U);
  expect_agreement();
}

TEST_F(CosimRtl, ForwardsOnlyAccessesThatTheBusHas) {
  unit.write(reg::kFedata, 2, 0x1234);
  unit.write(reg::kFedata, 1, 0x12);
  unit.write(reg::kFedata + 2, 4, ~0U);
  unit.write(reg::kFeaddr + 4, 8, ~0U);
  unit.write(reg::kEnd, 4, 1);
  unit.write(reg::kEnd - 4, 8, 1);
  EXPECT_EQ(unit.read(reg::kFedata, 4), 0U);
  EXPECT_EQ(unit.read(reg::kCap, 2), 0U);
  EXPECT_EQ(unit.read(reg::kCap + 4, 8), 0U);
  EXPECT_EQ(unit.read(reg::kEnd, 4), 0U);
  EXPECT_EQ(unit.read(reg::kCap, 8), capability(unit.config()));
  EXPECT_EQ(unit.statistics().register_writes, 6U);
  EXPECT_EQ(unit.statistics().register_reads, 5U);
  expect_agreement();
}

// A read-only register takes no value, on either side.
TEST_F(CosimRtl, RefusesWritesOfReadOnlyRegisters) {
  unit.write(reg::kCap, 8, 0);
  unit.write(reg::kVer, 4, ~0U);
  iommu.settle();
  EXPECT_EQ(unit.read(reg::kCap, 8), capability(unit.config()));
  EXPECT_EQ(unit.read(reg::kVer, 4), version(unit.config()));
  expect_agreement();
}

TEST_F(CosimRtl, RemapsMessages) {
  start();
  interrupts.set(5, {.vector = 0x41, .destination = 0x300});
  const Completion sent = send(remappable_message(5));
  ASSERT_TRUE(sent.interrupt);
  EXPECT_EQ(sent.interrupt->data & 0xFF, 0x41U);
  EXPECT_EQ(unit.statistics().interrupts_remapped, 1U);
  // Stale, then not.
  interrupts.set(5, {.vector = 0x42, .destination = 0x300});
  EXPECT_EQ(send(remappable_message(5)).interrupt->data & 0xFF, 0x41U);
  EXPECT_EQ(unit.statistics().stale, 1U);
  driver.invalidate(InterruptScope{.all = false, .index = 5});
  EXPECT_EQ(send(remappable_message(5)).interrupt->data & 0xFF, 0x42U);
  EXPECT_EQ(send({.address = 0xFEE0'0000, .data = 0x31}).reason,
            FaultReason::kInterruptCompatibilityBlocked);
  const Statistics statistics = unit.statistics();
  EXPECT_EQ(statistics.interrupts, 4U);
  EXPECT_EQ(statistics.interrupts_remapped, 3U);
  EXPECT_EQ(statistics.interrupts_blocked, 1U);
  EXPECT_EQ(statistics.dma(), 0U);
  expect_agreement();
}

TEST_F(CosimRtl, ChecksStatusWrites) {
  start();
  const std::uint64_t before = unit.statistics().status_writes;
  driver.wait_for_queue();
  iommu.settle();
  EXPECT_EQ(unit.statistics().status_writes, before + 1);
  expect_agreement();
}

TEST_F(CosimRtl, SendsFaultEvents) {
  start();
  driver.set_event(reg::kFectl, {.address = 0xFEE0'1004, .data = 0x27});
  iommu.settle();
  EXPECT_EQ(iommu.access(request(AccessKind::kWrite, 0x5000)).reason,
            FaultReason::kWriteNotPermitted);
  iommu.settle();
  EXPECT_THAT(unit.take_messages(), ElementsAre(Message{0xFEE0'1004, 0x27}));
  EXPECT_THAT(unit.take_messages(), IsEmpty());
  const auto faults = driver.drain_faults();
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].source_id(), kDevice);
  const Statistics statistics = unit.statistics();
  ASSERT_EQ(statistics.faults.size(), 1U);
  EXPECT_EQ(statistics.faults[0].record.lo, faults[0].lo);
  EXPECT_EQ(statistics.faults[0].record.hi, faults[0].hi);
  EXPECT_EQ(statistics.events, 1U);
  EXPECT_EQ(statistics.dma_blocked, 1U);
  unit.final_check();
  expect_agreement();
}

TEST_F(CosimRtl, PassesOnErrorsOfMemory) {
  start();
  memory.inject_error(kPage, HostAddr(kPage.raw() + 0xFFF));
  EXPECT_EQ(iommu.access(request(AccessKind::kRead)).status, Completion::Status::kMemoryError);
  EXPECT_EQ(iommu.access(request(AccessKind::kWrite)).status, Completion::Status::kMemoryError);
  expect_agreement();
  EXPECT_EQ(unit.statistics().dma_bytes, 0U);
}

TEST_F(CosimRtl, ForgetsRequestsThatAResetMeets) {
  start();
  EXPECT_EQ(read_goes_to(), kPage);
  std::set<Lockstep::Id> old;
  for (unsigned i = 0; i < 8; ++i) {
    old.insert(unit.submit(request(AccessKind::kRead, 64 * i)));
    old.insert(
        unit.submit(request(AccessKind::kWrite, 0x800 + 64 * i), std::vector<std::uint8_t>(64)));
  }
  driver.push_wait();
  driver.ring_doorbell();
  // Some are done; of some, memory has seen the access and nobody the answer.
  while (unit.in_flight() == 16) unit.run(2);
  EXPECT_GT(unit.in_flight(), 0U);
  unit.take_finished();
  const std::uint64_t cycles = unit.statistics().unit.cycles;
  unit.reset();
  EXPECT_EQ(unit.in_flight(), 0U);
  EXPECT_TRUE(unit.at_rest());
  EXPECT_EQ(unit.read(reg::kGsts, 4), 0U);
  EXPECT_EQ(unit.read(reg::kRtaddr, 8), 0U);
  // Translation is off now, and what was known of pages is gone.
  const Request again = request(AccessKind::kRead);
  const Lockstep::Id id = unit.submit(again);
  while (unit.in_flight() != 0) unit.run(100);
  const auto finished = unit.take_finished();
  ASSERT_EQ(finished.size(), 1U);
  EXPECT_EQ(finished[0].id, id);
  EXPECT_FALSE(old.contains(id));
  EXPECT_EQ(finished[0].completion.address, HostAddr(kIova.raw()));
  unit.final_check();
  expect_agreement();
  EXPECT_EQ(unit.statistics().resets, 1U);
  EXPECT_GT(unit.statistics().unit.cycles, cycles);
  // And it can be started again.
  Driver fresh(iommu);
  fresh.set_root_pointer(tables.root_table());
  fresh.invalidate_all();
  fresh.enable_translation();
  EXPECT_EQ(read_goes_to(), kPage);
  unit.final_check();
  expect_agreement();
}

TEST_F(CosimRtl, OwesNothingAfterAReset) {
  start();
  driver.set_event(reg::kFectl, {.address = 0xFEE0'1004, .data = 0x27});
  iommu.settle();
  unit.rtl().hold_table_answers([](const bench::AddressBeat &, bool) { return true; });
  driver.push_wait();
  driver.ring_doorbell();  // a status write is due that never comes
  unit.reset();
  unit.write(reg::kFedata, 4, 1);
  iommu.settle();
  unit.final_check();
  expect_agreement();
}

TEST_F(CosimRtl, ComparesEveryRegisterAtTheEnd) {
  start();
  iommu.access(request(AccessKind::kRead, 0x7000));
  const std::uint64_t before = unit.statistics().registers_compared;
  unit.final_check();
  EXPECT_EQ(unit.statistics().registers_compared - before, register_map(unit.config()).size());
  expect_agreement();
}

// Waits for the requests that are still in flight, too.
TEST_F(CosimRtl, FinishesItsWorkAtTheEnd) {
  start();
  for (unsigned i = 0; i < 10; ++i) unit.submit(request(AccessKind::kRead, 64 * i));
  unit.final_check();
  EXPECT_TRUE(unit.at_rest());
  EXPECT_EQ(unit.take_finished().size(), 10U);
  expect_agreement();
}

TEST_F(CosimRtl, CallsTheObserverBeforeEachRequest) {
  start();
  std::vector<std::string> seen;
  unit.observe_submissions([&](const Request &asked, const golden::Verdict &verdict) {
    EXPECT_EQ(unit.in_flight(), 0U);
    seen.push_back(
        std::to_string(asked.bytes) +
        (std::holds_alternative<golden::Translation>(verdict) ? " passes" : " does not"));
  });
  read_goes_to();
  iommu.access(request(AccessKind::kRead, 0x9000, 32));
  EXPECT_THAT(seen, ElementsAre("64 passes", "32 does not"));
}

class CosimRtlHang : public CosimRtl {
 protected:
  CosimRtlHang() : CosimRtl({.wait_bound = 3000}) {}
};

// A unit that hangs is a difference, once; everybody who waits for it is told.
TEST_F(CosimRtlHang, TellsThatTheUnitHangs) {
  start();
  unit.rtl().hold_table_answers([](const bench::AddressBeat &, bool) { return true; });
  unit.submit(request(AccessKind::kRead));
  EXPECT_EQ(unit.read(reg::kFsts, 4), 0U);  // waits for the verdicts of all requests
  ASSERT_EQ(unit.differences().count, 1U);
  EXPECT_EQ(unit.differences().first[0].what, "read 34 4");
  EXPECT_THAT(unit.differences().first[0].unit, HasSubstr("did not end within 3000 cycles"));
  unit.submit(request(AccessKind::kWrite), std::vector<std::uint8_t>(64));
  unit.run(32);
  const auto finished = unit.take_finished();
  ASSERT_EQ(finished.size(), 2U);
  EXPECT_EQ(finished[0].completion.status, Completion::Status::kBlocked);
  EXPECT_EQ(finished[1].completion.status, Completion::Status::kBlocked);
  EXPECT_TRUE(unit.at_rest());
  EXPECT_EQ(unit.read(reg::kCap, 8), 0U);
  unit.write(reg::kGcmd, 4, 0);
  unit.final_check();
  EXPECT_EQ(unit.differences().count, 1U);
  // A reset brings it back.
  unit.reset();
  EXPECT_EQ(unit.read(reg::kCap, 8), capability(unit.config()));
}

}  // namespace
}  // namespace dmar::cosim
