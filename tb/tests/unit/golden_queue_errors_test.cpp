// SPDX-License-Identifier: Apache-2.0
// What stops the invalidation queue, in which order causes are found, and how it resumes.
#include "golden_queue_fixture.hpp"

namespace dmar::golden {
namespace {

using GoldenQueueErrors = GoldenQueue;

TEST_F(GoldenQueueErrors, InvalidTypeStopsAndClearingResumesWithoutATailWrite) {
  submit(kWaitForFive);
  submit({0x03, 0});
  submit(kWaitForFive);
  expect_stopped(QueueError::kInvalidType, 16);
  EXPECT_EQ(machine_.unit.take_status_writes().size(), 1u);
  put(1, kWaitForFive);
  EXPECT_EQ(machine_.unit.take_status_writes().size(), 0u);
  clear_error();
  EXPECT_EQ(machine_.unit.take_status_writes().size(), 2u);
  EXPECT_EQ(machine_.fault_status(), 0u);
  EXPECT_EQ(machine_.read64(reg::kIqercd), 3u);  // the last cause stays
}

TEST_F(GoldenQueueErrors, UnrepairedDescriptorStopsAgain) {
  submit({0x01, 0});
  expect_stopped(QueueError::kReservedBit, 0);
  clear_error();
  expect_stopped(QueueError::kReservedBit, 0);
}

TEST_F(GoldenQueueErrors, TailBeyondTheQueueStopsBeforeFetching) {
  machine_.bus.reads.clear();
  machine_.write64(reg::kIqt, 0x1000);
  expect_stopped(QueueError::kInvalidTail, 0);
  EXPECT_TRUE(machine_.bus.reads.empty());
  machine_.write64(reg::kIqt, 0);
  clear_error();
  EXPECT_EQ(machine_.fault_status(), 0u);
}

TEST_F(GoldenQueueErrors, FetchErrorStops) {
  machine_.memory.inject_error(HostAddr(kBase), HostAddr(kBase + 15));
  submit(kWaitForFive);
  expect_stopped(QueueError::kFetch, 0);
  machine_.memory.clear_errors();
  clear_error();
  EXPECT_EQ(machine_.unit.take_status_writes().size(), 1u);
}

TEST_F(GoldenQueueErrors, QueueBeyondTheHostWidthIsNeverRead) {
  machine_.bus.reads.clear();
  machine_.write64(reg::kIqa, 0x4000'0000'0000);
  machine_.write64(reg::kIqt, 16);
  expect_stopped(QueueError::kFetch, 0);
  EXPECT_TRUE(machine_.bus.reads.empty());
}

TEST_F(GoldenQueueErrors, WithoutAbortModeWideDescriptorsAreAWidthError) {
  machine_.write64(reg::kIqa, kBase | 0x801);
  EXPECT_EQ(machine_.read64(reg::kIqa), kBase | 0x801);
  machine_.write64(reg::kIqt, 16);  // misaligned and, with 2 pages, in range: width comes first
  expect_stopped(QueueError::kWidth, 0);
}

TEST_F(GoldenQueueErrors, TableModeComesFirst) {
  machine_.write64(reg::kRtaddr, 0x800);
  machine_.command(gcmd::kSrtp);
  machine_.write64(reg::kIqa, kBase | 0x800);
  EXPECT_EQ(machine_.fault_status(), 0u);  // an empty queue checks nothing
  machine_.write64(reg::kIqt, 0x7FFF0);
  expect_stopped(QueueError::kTableMode, 0);
}

TEST_F(GoldenQueueErrors, ErrorRaisesTheFaultEventOnce) {
  machine_.write32(reg::kFeaddr, 0xFEE0'0000);
  machine_.write32(reg::kFedata, 0x31);
  machine_.write32(reg::kFectl, 0);
  submit({0x0F, 0});
  const std::vector<Message> one{{0xFEE0'0000, 0x31}};
  EXPECT_EQ(machine_.unit.take_messages(), one);
  clear_error();  // fails again at once: every status bit was clear, so a new event
  EXPECT_EQ(machine_.unit.take_messages(), one);
}

}  // namespace
}  // namespace dmar::golden
