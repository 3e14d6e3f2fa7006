// SPDX-License-Identifier: Apache-2.0
// Devices that do not answer in time: the clock of the time-out, what it ends and what it leaves,
// and the way back.
#include "tests/scenario/device_tlb_rtl.hpp"

namespace dmar {
namespace {

class DeviceTlbTime : public DeviceTlbRtl {
 protected:
  static constexpr SourceId kOther = bdf(0x3A, 2, 0);

  [[nodiscard]] bool ite() { return (driver().fault_status() & fsts::kIte) != 0; }
  [[nodiscard]] bool ice() { return (driver().fault_status() & fsts::kIce) != 0; }
  void step_until_ite() {
    unit().step_until([this] { return ite(); }, "the time-out");
  }
  void clear(std::uint32_t status) { driver().write32(reg::kFsts, status); }
};

TEST_P(DeviceTlbTime, OutWithinARoundOfTheTimeOut) {
  start();
  push(kDevice, 1);
  const std::uint32_t ticket = driver().push_wait();
  driver().ring_doorbell();
  step_until_sent(1);
  const std::uint64_t begin = unit().cycle();
  while (unit().cycle() + kRound < begin + timeout()) unit().step();
  EXPECT_FALSE(ite()) << "too early";
  unit().step(begin + timeout() + kRound - unit().cycle());
  EXPECT_TRUE(ite()) << "too late";
  EXPECT_EQ(late_source(), kDevice.raw());
  unit().step(kLong);
  EXPECT_FALSE(driver().wait_completed(ticket));
}

TEST_P(DeviceTlbTime, AnAnswerJustInTimeCounts) {
  start();
  push(kDevice, 1);
  const std::uint32_t ticket = driver().push_wait();
  driver().ring_doorbell();
  step_until_sent(1);
  unit().step(timeout() - 2 * kRound);
  answer(sent()[0]);
  step_until_complete(ticket);
  unit().step(4 * kRound);
  EXPECT_EQ(driver().fault_status(), 0U);
}

// Each of several has its own time; the one that was late is named, and only its tag is free.
TEST_P(DeviceTlbTime, EachRequestHasATimeOfItsOwn) {
  start();
  push(kDevice, 1);
  driver().ring_doorbell();
  step_until_sent(1);
  unit().step(timeout() / 2);
  push(kNeighbour, 1);
  driver().ring_doorbell();
  step_until_sent(2);
  step_until_ite();
  EXPECT_EQ(late_source(), kDevice.raw());
  // The neighbour answers in time, to the queue that has stopped.
  answer(sent()[1]);
  step_until_taken();
  unit().step(kRound);
  EXPECT_FALSE(ice());
  clear(fsts::kIte);
  driver().wait_for_queue();
  EXPECT_EQ(driver().fault_status(), 0U);
}

TEST_P(DeviceTlbTime, TheQueueStopsAndTheWaitIsNeverHeardOf) {
  start();
  driver().set_event(reg::kFectl, {.address = 0xFEE0'1000, .data = 0x41});
  driver().set_event(reg::kIectl, {.address = 0xFEE0'2000, .data = 0x42});
  push(kDevice, 1);
  driver().push(wait_descriptor({.status_write = true,
                                 .interrupt = true,
                                 .status_address = HostAddr(0x0700'8000),
                                 .status_data = 0x1234}));
  driver().ring_doorbell();
  step_until_sent(1);
  unit().step(kLong);
  const std::uint32_t head = driver().read32(reg::kIqh);
  EXPECT_EQ(head, driver().tail()) << "the wait was taken";
  const std::uint32_t behind = driver().push_wait();
  driver().ring_doorbell();
  step_until_ite();
  unit().settle();
  EXPECT_EQ(driver().read32(reg::kIqh), head);
  EXPECT_FALSE(driver().wait_completed(behind));
  EXPECT_EQ(memory().read32(HostAddr(0x0700'8000)), 0U);
  EXPECT_EQ(driver().read32(reg::kIcs), 0U);
  EXPECT_THAT(unit().take_messages(),
              ::testing::ElementsAre(Message{.address = 0xFEE0'1000, .data = 0x41}));
  clear(fsts::kIte);
  step_until_complete(behind);
  EXPECT_EQ(driver().read32(reg::kIcs), 0U);
}

// What was fetched before the time-out is fetched anew: software may have changed it.
TEST_P(DeviceTlbTime, WhatWasFetchedIsForgotten) {
  start();
  push(kDevice, 1);
  driver().push(wait_descriptor({}));
  const std::uint32_t at = driver().tail();
  driver().push({.lo = 0xE, .hi = 0});
  driver().ring_doorbell();
  step_until_ite();
  const QueueDescriptor good = wait_descriptor({});
  memory().write64(driver().slot(at), good.lo);
  memory().write64(HostAddr(driver().slot(at).raw() + 8), good.hi);
  clear(fsts::kIte);
  driver().wait_for_queue();
  EXPECT_EQ(driver().fault_status(), 0U);
}

TEST_P(DeviceTlbTime, ALateAnswerIsWrong) {
  start();
  push(kDevice, 1);
  driver().ring_doorbell();
  step_until_sent(1);
  step_until_ite();
  EXPECT_FALSE(ice());
  answer(sent()[0]);
  step_until_taken();
  unit().step(kRound);
  EXPECT_TRUE(ice());
  EXPECT_EQ(wrong_source(), kDevice.raw());
  clear(fsts::kIte | fsts::kIce);
  driver().wait_for_queue();
  EXPECT_EQ(driver().fault_status(), 0U);
}

// The first of several that are late, or wrong, stays in IQERCD until its status is cleared.
TEST_P(DeviceTlbTime, TheFirstOneIsNamed) {
  start();
  push(kDevice, 1);
  push(kNeighbour, 1);
  driver().ring_doorbell();
  step_until_sent(2);
  step_until_ite();
  unit().step(kLong);
  EXPECT_EQ(late_source(), kDevice.raw());
  answer(sent()[1]);
  answer(sent()[0]);
  step_until_taken();
  unit().step(kRound);
  EXPECT_TRUE(ice());
  EXPECT_EQ(wrong_source(), kNeighbour.raw());
  clear(fsts::kIce);
  answer(sent()[0]);
  step_until_taken();
  unit().step(kRound);
  EXPECT_TRUE(ice());
  EXPECT_EQ(wrong_source(), kDevice.raw());
}

// Without answers a full set of tags comes back, and the queue goes on after each time-out.
TEST_P(DeviceTlbTime, DevicesThatNeverAnswerGiveEveryTagBack) {
  start();
  push(kDevice, kTags + 5);
  driver().ring_doorbell();
  step_until_ite();
  unit().step(kLong);
  clear(fsts::kIte);
  step_until_sent(kTags + 5);
  step_until_ite();
  unit().step(2 * kLong);  // the last ones left when the first time-out was cleared
  clear(fsts::kIte);
  driver().wait_for_queue();
  EXPECT_EQ(driver().fault_status(), 0U);
}

// An error that comes in the clock in which software clears its status is told: the bit is set
// again, with a message of its own and the device that caused it.
TEST_P(DeviceTlbTime, WrongAnswerWhileItsStatusIsCleared) {
  start();
  driver().set_event(reg::kFectl, {.address = 0xFEE0'1000, .data = 0x41});
  unsigned again = 0;
  for (unsigned clock = 0; clock < 40; ++clock) {
    SCOPED_TRACE(clock);
    unit().send_completion({.source_id = kNeighbour, .itags = 1, .count = 1});
    unit().step(kLong);
    ASSERT_EQ(unit().take_messages().size(), 1U);
    unit().send_completion({.source_id = kDevice, .itags = 1, .count = 1});
    unit().step(clock);
    unit().start_write(reg::kFsts, 4, fsts::kIce);
    unit().step_until([this] { return !unit().register_busy(); }, "the register");
    unit().step(kLong);
    EXPECT_EQ(unit().take_messages().size(), ice() ? 1U : 0U);
    if (ice()) {
      ++again;
      EXPECT_EQ(wrong_source(), kDevice.raw());
    }
    clear(fsts::kIce);
  }
  EXPECT_GT(again, 0U);
  EXPECT_LT(again, 40U);
}

DMAR_RTL_SCENARIO_WITH(DeviceTlbTime, has_device_tlb);

}  // namespace
}  // namespace dmar
