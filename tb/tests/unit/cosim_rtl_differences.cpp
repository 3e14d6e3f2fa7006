// SPDX-License-Identifier: Apache-2.0
// Each kind of difference between RTL and golden model is noticed. The RTL is made to be wrong: it
// reads other tables, or is written behind the back of the golden model.
#include "cosim_rtl_fixture.hpp"

namespace dmar::cosim {
namespace {

TEST_F(CosimRtl, NoticesAnAccessThatShouldHaveBeenBlocked) {
  const Domain domain = start();
  const HostAddr entry = tables.entry_address(domain, kIova, 1);
  deceive(entry, memory.read64(entry));
  memory.write64(entry, 0);
  read_goes_to();
  EXPECT_EQ(unit.differences().count, 1U);
  expect_difference("dma r 0020 1234567000 64", "ok 40000000", "fault 6");
}

TEST_F(CosimRtl, NoticesAnAccessThatShouldNotHaveBeenBlocked) {
  const Domain domain = start();
  deceive(tables.entry_address(domain, kIova, 1), 0);
  EXPECT_EQ(iommu.access(request(AccessKind::kWrite)).status, Completion::Status::kBlocked);
  expect_difference("dma w 0020 1234567000 64", "fault 5", "ok 40000000");
  EXPECT_FALSE(unit.statistics().fault_log_compared);
}

TEST_F(CosimRtl, NoticesTheWrongFault) {
  const Domain domain = start();
  const HostAddr entry = tables.entry_address(domain, kIova, 1);
  memory.write64(entry, 0);
  deceive(entry, (std::uint64_t{1} << 51) | 3);  // a reserved bit
  read_goes_to();
  expect_difference("dma r 0020 1234567000 64", "fault c", "fault 6");
}

// The page that a wrong access reached is another function's: by the tables, as far as that
// function has used them.
TEST_F(CosimRtl, NamesWhoseMemoryAWrongAccessReached) {
  const Domain domain = start();
  Domain other = tables.create_domain({.id = 2});
  other.map(kIova, kOtherPage);
  tables.attach(kNeighbour, other);
  driver.invalidate_all();
  EXPECT_EQ(read_goes_to(kNeighbour), kOtherPage);
  deceive(tables.entry_address(domain, kIova, 1), kOtherPage.raw() | 3);
  EXPECT_EQ(read_goes_to(), kOtherPage);
  ASSERT_EQ(unit.differences().count, 1U);
  expect_difference("dma r 0020 1234567000 64", "ok 50000000", "ok 40000000");
  EXPECT_EQ(unit.differences().first[0].reached, "memory of domain 2, function 00:05.0");
}

TEST_F(CosimRtl, SaysNothingOfMemoryThatNobodyUsed) {
  const Domain domain = start();
  deceive(tables.entry_address(domain, kIova, 1), kOtherPage.raw() | 3);
  EXPECT_EQ(read_goes_to(), kOtherPage);
  ASSERT_EQ(unit.differences().count, 1U);
  EXPECT_EQ(unit.differences().first[0].reached, "");
}

TEST_F(CosimRtl, NoticesAMessageForAnotherVector) {
  start();
  interrupts.set(5, {.vector = 0x41});
  deceive(interrupts.entry_address(5), InterruptEntry{.vector = 0x51}.lo());
  send(remappable_message(5));
  EXPECT_EQ(unit.differences().count, 1U);
  EXPECT_EQ(unit.differences().first[0].what, "int 0020 fee000b0 0");
  EXPECT_THAT(unit.differences().first[0].unit, testing::HasSubstr("51"));
  EXPECT_THAT(unit.differences().first[0].golden, testing::HasSubstr("41"));
}

TEST_F(CosimRtl, NoticesAnotherStatusWrite) {
  start();
  const HostAddr slot = driver.slot(driver.tail());
  driver.push(wait_descriptor(
      {.status_write = true, .status_address = HostAddr(0x600'0000), .status_data = 7}));
  deceive(slot, memory.read64(slot) ^ (std::uint64_t{8} << 32));
  driver.ring_doorbell();
  iommu.settle();
  EXPECT_EQ(unit.differences().count, 1U);
  expect_difference("status write", "6000000 f", "6000000 7");
}

TEST_F(CosimRtl, NoticesAMissingStatusWrite) {
  start();
  const HostAddr slot = driver.slot(driver.tail());
  driver.push(wait_descriptor(
      {.status_write = true, .status_address = HostAddr(0x600'0000), .status_data = 7}));
  deceive(slot, memory.read64(slot) & ~std::uint64_t{0x20});
  driver.ring_doorbell();
  iommu.settle();
  EXPECT_EQ(unit.differences().count, 1U);
  expect_difference("status write", "none came", "6000000 7");
}

TEST_F(CosimRtl, NoticesAStatusWriteThatNobodyAskedFor) {
  start();
  const HostAddr slot = driver.slot(driver.tail());
  driver.push(wait_descriptor({.status_address = HostAddr(0x600'0000), .status_data = 7}));
  deceive(slot, memory.read64(slot) | 0x20);
  driver.ring_doorbell();
  iommu.settle();
  expect_difference("status write", "6000000 7", "none is due");
}

TEST_F(CosimRtl, NoticesAnEventThatIsNotDue) {
  start();
  unit.rtl().write(reg::kFedata, 4, 0x28);  // behind the back of the golden model
  unit.rtl().write(reg::kFeaddr, 4, 0xFEE0'1004);
  unit.rtl().write(reg::kFectl, 4, 0);
  iommu.access(request(AccessKind::kWrite, 0x5000));
  iommu.settle();
  expect_difference("event message", "fee01004 28", "none is due");
}

TEST_F(CosimRtl, NoticesAMissingEvent) {
  start();
  driver.set_event(reg::kFectl, {.address = 0xFEE0'1004, .data = 0x27});
  iommu.settle();
  unit.rtl().write(reg::kFectl, 4, event_control::kIm);
  iommu.access(request(AccessKind::kWrite, 0x5000));
  iommu.settle();
  expect_difference("event message", "none came", "fee01004 27");
}

TEST_F(CosimRtl, NoticesARegisterThatDiffers) {
  start();
  unit.rtl().write(reg::kFedata, 4, 0x28);
  EXPECT_EQ(unit.read(reg::kFedata, 4), 0x28U);
  expect_difference("read 3c 4", "28", "0");
  EXPECT_EQ(unit.differences().count, 1U);
  unit.final_check();
  EXPECT_EQ(unit.differences().count, 2U);
  expect_difference("FEDATA at the end", "28", "0");
}

TEST_F(CosimRtl, KeepsTheFirstDifferencesAndCountsAll) {
  unit.rtl().write(reg::kFedata, 4, 0x28);
  for (int i = 0; i < 30; ++i) unit.read(reg::kFedata, 4);
  EXPECT_EQ(unit.differences().count, 30U);
  EXPECT_EQ(unit.differences().first.size(), Differences::kKept);
}

TEST_F(CosimRtl, NoticesWhatNobodyAskedFor) {
  start();
  unit.rtl().submit(request(AccessKind::kRead), {}, 3);
  unit.rtl().step(500);
  unit.write(reg::kFedata, 4, 1);
  iommu.settle();
  expect_difference("verdict", "for 0020 at 1234567000", "nobody asked");
  expect_difference("memory", "1 accesses for devices", "no request asked for them");
}

}  // namespace
}  // namespace dmar::cosim
