// SPDX-License-Identifier: Apache-2.0
// Time-outs and wrong completions that meet: whatever the queue holds, whatever stands in FSTS.
#include <fmt/format.h>

#include "tests/scenario/device_tlb_rtl.hpp"

namespace dmar {
namespace {

class DeviceTlbMeet : public DeviceTlbRtl {
 protected:
  static constexpr SourceId kOther = bdf(0x3A, 2, 0);
  static constexpr std::uint32_t kBoth = fsts::kIce | fsts::kIte;

  [[nodiscard]] std::uint32_t errors() { return driver().fault_status() & kBoth; }
  void step_until_error(std::uint32_t error) {
    unit().step_until([&] { return (errors() & error) != 0; }, "an error");
  }
  void clear(std::uint32_t status) { driver().write32(reg::kFsts, status); }
  // A completion that nobody asked `kOther` for.
  void complete_wrongly() {
    unit().send_completion({.source_id = kOther, .itags = 1U << 31});
    step_until_taken();
    unit().step(kRound);
    EXPECT_NE(errors() & fsts::kIce, 0U);
  }
  // One message to kDevice leaves; half of its time later a second one. Its time is over then.
  void send_two() {
    const std::size_t before = sent().size();
    push(kDevice, 1);
    driver().ring_doorbell();
    step_until_sent(before + 1);
    unit().step(timeout() / 2);
    push(kDevice, 1);
    driver().ring_doorbell();
    step_until_sent(before + 2);
  }
};

// A message that waits for its device to owe less leaves when enough others are given up, though
// the queue has stopped by then.
TEST_P(DeviceTlbMeet, AMessageThatIsHeldByALimit) {
  for (const bool wrong_first : {false, true}) {
    SCOPED_TRACE(wrong_first);
    make({});
    start();
    send_two();
    push(kDevice, 1, 1);
    const std::uint32_t ticket = driver().push_wait();
    driver().ring_doorbell();
    EXPECT_EQ(sent_after_a_while(), 2U);
    if (wrong_first) {
      complete_wrongly();
      complete_wrongly();
    }
    step_until_error(fsts::kIte);
    EXPECT_EQ(late_source(), kDevice.raw());
    complete_wrongly();
    EXPECT_EQ(wrong_source(), kOther.raw());
    EXPECT_EQ(sent_after_a_while(), 2U) << "the second one is outstanding";
    if (wrong_first) {
      clear(fsts::kIce);
      complete_wrongly();
      clear(fsts::kIce);
    }
    step_until_sent(3);
    EXPECT_NE(errors() & fsts::kIte, 0U);
    EXPECT_FALSE(driver().wait_completed(ticket));
    answer(sent()[2]);
    step_until_taken();
    clear(kBoth);
    step_until_complete(ticket);
    EXPECT_EQ(driver().fault_status(), 0U);
  }
}

TEST_P(DeviceTlbMeet, NothingIsHeld) {
  for (const bool wrong_first : {false, true}) {
    SCOPED_TRACE(wrong_first);
    make({});
    start();
    send_two();
    if (wrong_first) {
      complete_wrongly();
      complete_wrongly();
    }
    step_until_error(fsts::kIte);
    complete_wrongly();
    if (wrong_first) {
      complete_wrongly();
      clear(fsts::kIce);
    }
    unit().step(timeout());
    EXPECT_EQ(errors(), wrong_first ? std::uint32_t{fsts::kIte} : kBoth);
    EXPECT_EQ(late_source(), kDevice.raw());
    clear(kBoth);
    driver().wait_for_queue();
    EXPECT_EQ(driver().fault_status(), 0U);
  }
}

// A wait ends with the first device that is late, whatever number is outstanding.
TEST_P(DeviceTlbMeet, AWaitIsHeld) {
  for (const unsigned number : {1U, 4U, kTags}) {
    SCOPED_TRACE(number);
    make({});
    start();
    push(kDevice, number);
    const std::uint32_t ticket = driver().push_wait();
    driver().ring_doorbell();
    step_until_sent(number);
    complete_wrongly();
    complete_wrongly();
    step_until_error(fsts::kIte);
    unit().step(kLong);
    EXPECT_EQ(errors(), kBoth);
    clear(kBoth);
    driver().wait_for_queue();
    EXPECT_FALSE(driver().wait_completed(ticket));
    EXPECT_EQ(driver().fault_status(), 0U);
  }
}

// Messages that are held leave as soon as a device is late: few outstanding, and all tags.
TEST_P(DeviceTlbMeet, AMessageIsHeld) {
  for (const unsigned limit : {1U, 3U, 0U}) {
    SCOPED_TRACE(limit);
    make({});
    start();
    const unsigned first = limit == 0 ? kTags : limit;
    push(kDevice, first + 1, limit);
    driver().ring_doorbell();
    step_until_sent(first);
    EXPECT_EQ(sent_after_a_while(), first);
    step_until_sent(first + 1);
    EXPECT_EQ(errors(), fsts::kIte);
    answer(sent().back());
    step_until_taken();
    unit().step(kLong);
    EXPECT_EQ(errors(), fsts::kIte);
    clear(kBoth);
    driver().wait_for_queue();
    EXPECT_EQ(driver().fault_status(), 0U);
  }
}

// Tags of devices that were late are as good as new, and so are those that were answered: with
// nothing outstanding, with what others owe, and with what the same device owes.
TEST_P(DeviceTlbMeet, EveryTagIsUsedAgain) {
  start();
  for (const bool late : {true, false}) {
    SCOPED_TRACE(late);
    const std::size_t before = sent().size();
    push(kDevice, kTags);
    driver().ring_doorbell();
    step_until_sent(before + kTags);
    if (late) {
      step_until_error(fsts::kIte);
      unit().step(2 * kLong);
      clear(fsts::kIte);
    } else {
      for (std::size_t n = before; n < before + kTags; ++n) answer(sent()[n]);
    }
    driver().wait_for_queue();
    push(kNeighbour, 2);
    push(kDevice, 2);
    const std::uint32_t ticket = driver().push_wait();
    driver().ring_doorbell();
    step_until_sent(before + kTags + 4);
    for (std::size_t n = before + kTags; n < before + kTags + 4; ++n) answer(sent()[n]);
    step_until_complete(ticket);
    EXPECT_EQ(driver().fault_status(), 0U);
  }
}

// A completion that comes too late is wrong whatever it says, and nothing comes of it.
TEST_P(DeviceTlbMeet, LateCompletionsOfEveryKind) {
  start();
  push(kDevice, 2);
  driver().ring_doorbell();
  step_until_sent(2);
  step_until_error(fsts::kIte);
  unit().step(kLong);
  clear(fsts::kIte);
  const std::uint32_t first = 1U << sent()[0].itag;
  const std::uint32_t second = 1U << sent()[1].itag;
  for (const std::uint8_t count : {std::uint8_t{1}, std::uint8_t{3}, std::uint8_t{8}}) {
    for (const std::uint32_t tags : {first, first | second}) {
      SCOPED_TRACE(fmt::format("tags {:#x}, count {}", tags, count));
      unit().send_completion({.source_id = kDevice, .itags = tags, .count = count});
      step_until_taken();
      unit().step(kRound);
      EXPECT_EQ(errors(), fsts::kIce);
      EXPECT_EQ(wrong_source(), kDevice.raw());
      clear(fsts::kIce);
    }
  }
  push(kDevice, 1);
  driver().ring_doorbell();
  step_until_sent(3);
  answer(sent()[2]);
  driver().wait_for_queue();
  EXPECT_EQ(driver().fault_status(), 0U);
}

DMAR_RTL_SCENARIO_WITH(DeviceTlbMeet, has_device_tlb);

}  // namespace
}  // namespace dmar
