// SPDX-License-Identifier: Apache-2.0
// Answers that come as the time of their device is over: each is in time or late, never both.
#include <fmt/format.h>

#include "tests/scenario/device_tlb_rtl.hpp"

namespace dmar {
namespace {

class DeviceTlbClock : public DeviceTlbRtl {
 protected:
  static constexpr std::uint32_t kBoth = fsts::kIce | fsts::kIte;
  static constexpr unsigned kApart = 8 * kRound;  // clocks between one request and the next
};

// All tags are out, each is looked at every 32 clocks, one clock after the tag before it. The
// answer for each comes two clocks later in that round than the one before it: so whatever the
// phase of the round is, one of them comes in the clock of its time-out. It is in time.
TEST_P(DeviceTlbClock, EveryAnswerIsInTimeOrLate) {
  unsigned late = 0;
  for (const unsigned start_of_window : {0U, kTags / 2}) {
    make({});
    start();
    std::vector<std::uint64_t> out;
    for (unsigned tag = 0; tag < kTags; ++tag) {
      push(kDevice, 1);
      driver().ring_doorbell();
      step_until_sent(tag + 1);
      out.push_back(unit().cycle());
      unit().step(kApart);
    }
    for (unsigned tag = 0; tag < kTags; ++tag) {
      SCOPED_TRACE(tag);
      std::uint64_t at = out[tag] + timeout() - start_of_window;
      at += (2 * tag - at) % kTags;
      ASSERT_GT(at, unit().cycle());
      unit().step(at - unit().cycle());
      answer(sent()[tag]);
      step_until_taken();
      unit().step(2 * kRound);
      const std::uint32_t status = driver().fault_status() & fsts::kAnyStatus;
      EXPECT_TRUE(status == 0 || status == kBoth) << fmt::format("{:#x}", status);
      if (status != 0) ++late;
      driver().write32(reg::kFsts, status);
    }
    driver().wait_for_queue();
    EXPECT_EQ(driver().fault_status(), 0U);
  }
  EXPECT_GT(late, 0U);
  EXPECT_LT(late, 2 * kTags);
}

DMAR_RTL_SCENARIO_WITH(DeviceTlbClock, has_device_tlb);

}  // namespace
}  // namespace dmar
