// SPDX-License-Identifier: Apache-2.0
// A message port that takes nothing, for a while or for ever: the message on offer stays there, the
// queue and the commands of software go on, and the time of each device runs.
#include "tests/scenario/device_tlb_rtl.hpp"

namespace dmar {
namespace {

class DeviceTlbPort : public DeviceTlbRtl {
 protected:
  static constexpr SourceId kOther = bdf(0x3A, 2, 0);

  void start_with_stuck_port() {
    start();
    unit().accept_invalidate_requests(false);
  }
  void send(SourceId source_id, unsigned count = 1) {
    push(source_id, count);
    driver().ring_doorbell();
  }
  [[nodiscard]] std::uint32_t status() { return driver().fault_status() & fsts::kAnyStatus; }
  void step_until_ite() {
    unit().step_until([this] { return status() == fsts::kIte; }, "the time-out");
  }
  void clear(std::uint32_t cleared) { driver().write32(reg::kFsts, cleared); }
};

// A second message waits behind the first one, and both times run.
TEST_P(DeviceTlbPort, ThatTakesNothingIsNoticed) {
  start_with_stuck_port();
  push(kDevice, 1);
  send(kOther);
  step_until_ite();
  EXPECT_EQ(late_source(), kDevice.raw());
  EXPECT_TRUE(sent().empty());
  unit().step(kLong);
  clear(fsts::kIte);
  driver().wait_for_queue();
  EXPECT_EQ(status(), 0U);
  // What was on offer leaves, too late; what waited behind it has been given up.
  unit().accept_invalidate_requests(true);
  EXPECT_EQ(sent_after_a_while(), 1U);
  EXPECT_EQ(sent()[0].source_id, kDevice);
  answer(sent()[0]);
  step_until_taken();
  unit().step(kRound);
  EXPECT_EQ(status(), fsts::kIce);
  clear(fsts::kIce);
  send(kOther);
  step_until_sent(2);
  EXPECT_EQ(sent()[1].source_id, kOther);
  answer(sent()[1]);
  driver().wait_for_queue();
  EXPECT_EQ(status(), 0U);
}

// Nothing waits for the message on offer, long before its time is over.
TEST_P(DeviceTlbPort, CommandsGoOnBehindTheMessageOnOffer) {
  start_with_stuck_port();
  send(kDevice);
  unit().step(kLong);
  EXPECT_EQ(driver().read32(reg::kIqh), driver().tail());
  ASSERT_NO_THROW(driver().disable_queue());
  ASSERT_NO_THROW(driver().set_root_pointer(tables().root_table()));
  ASSERT_NO_THROW(driver().disable_translation());
  ASSERT_NO_THROW(driver().enable_translation());
  driver().set_tail(0);
  ASSERT_NO_THROW(driver().enable_queue());
  driver().submit({iotlb_descriptor({}), context_descriptor({})});
  unit().step(kLong);
  EXPECT_EQ(driver().read32(reg::kIqh), driver().tail());
  EXPECT_EQ(status(), 0U);
  EXPECT_LT(unit().cycle(), timeout());
}

// What waits for the message behind it goes on when the time of that one is over.
TEST_P(DeviceTlbPort, CommandsGoOnBehindTheNextMessage) {
  start_with_stuck_port();
  send(kDevice, 2);
  unit().step(kLong);
  unit().start_write(reg::kGcmd, 4, gcmd::kTe);
  unit().step(kLong);
  EXPECT_TRUE(driver().queue_enabled());
  unit().step(timeout());
  EXPECT_FALSE(driver().queue_enabled());
  EXPECT_EQ(status(), fsts::kIte);
}

// One time-out for each message, however many there are; none of them comes out later.
TEST_P(DeviceTlbPort, EveryMessageEndsInATimeOut) {
  start_with_stuck_port();
  for (const SourceId source_id : {kDevice, kOther, kNeighbour, kOther}) {
    const std::uint64_t begin = unit().cycle();
    send(source_id);
    step_until_ite();
    EXPECT_GT(unit().cycle(), begin + timeout());
    EXPECT_EQ(late_source(), source_id.raw());
    clear(fsts::kIte);
    driver().wait_for_queue();
  }
  unit().accept_invalidate_requests(true);
  EXPECT_EQ(sent_after_a_while(), 1U);
  EXPECT_EQ(sent()[0].source_id, kDevice);
  EXPECT_EQ(status(), 0U);
}

// The time of the message on offer is over; that of one behind it is not.
TEST_P(DeviceTlbPort, WhatComesBehindALateMessageLeavesToo) {
  start_with_stuck_port();
  send(kDevice);
  step_until_ite();
  clear(fsts::kIte);
  driver().wait_for_queue();
  send(kOther);
  unit().step(kLong);
  unit().accept_invalidate_requests(true);
  ASSERT_EQ(sent_after_a_while(), 2U);
  EXPECT_EQ(sent()[0].source_id, kDevice);
  EXPECT_EQ(sent()[1].source_id, kOther);
  answer(sent()[1]);
  driver().wait_for_queue();
  EXPECT_EQ(status(), 0U);
}

// A port that comes back in time: all leave in order, with the tags that they were given.
TEST_P(DeviceTlbPort, ThatComesBackInTimeLosesNothing) {
  start_with_stuck_port();
  push(kDevice, 1);
  push(kOther, 1);
  push(kNeighbour, 1);
  const std::uint32_t ticket = driver().push_wait();
  driver().ring_doorbell();
  unit().step(timeout() / 2);
  EXPECT_TRUE(sent().empty());
  unit().accept_invalidate_requests(true);
  EXPECT_EQ(sent_after_a_while(), 3U);
  const SourceId order[] = {kDevice, kOther, kNeighbour};
  for (unsigned n = 0; n < 3; ++n) {
    EXPECT_EQ(sent()[n].source_id, order[n]);
    EXPECT_EQ(sent()[n].itag, n);
    EXPECT_EQ(sent()[n].base(), (n + 1) * kPage);
    EXPECT_FALSE(driver().wait_completed(ticket));
    answer(sent()[n]);
    step_until_taken();
  }
  step_until_complete(ticket);
  EXPECT_EQ(status(), 0U);
}

DMAR_RTL_SCENARIO_WITH(DeviceTlbPort, has_device_tlb);

}  // namespace
}  // namespace dmar
