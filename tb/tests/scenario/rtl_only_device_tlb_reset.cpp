// SPDX-License-Identifier: Apache-2.0
// The unit is reset at any clock of the life of a queue that invalidates device TLBs: nothing of
// before is left in it, and it works as after the first reset.
#include <fmt/format.h>

#include "tests/scenario/device_tlb_rtl.hpp"

namespace dmar {
namespace {

class DeviceTlbReset : public DeviceTlbRtl {
 protected:
  static constexpr unsigned kRequests = 3;
  static constexpr unsigned kClocks = 240;

  void start_again(bool wide) {
    driver().set_root_pointer(tables().root_table());
    driver().enable_translation();
    driver().enable_queue(0, Driver::kQueue, wide);
  }
  std::uint32_t ring() {
    push(kDevice, kRequests);
    driver().push(iotlb_descriptor({.granularity = granularity::kGlobal}));
    const std::uint32_t ticket = driver().push_wait();
    memory().write64(Driver::kStatus, 0);  // its tickets begin anew after a reset
    driver().ring_doorbell();
    return ticket;
  }
  // A whole life: nothing leaves or completes that software did not ask for.
  void expect_works() {
    const std::size_t before = sent_after_a_while();
    const std::uint32_t ticket = ring();
    ASSERT_EQ(sent_after_a_while(), before + kRequests);
    for (unsigned i = 0; i < kRequests; ++i) {
      EXPECT_EQ(sent()[before + i].itag, i);
      EXPECT_FALSE(driver().wait_completed(ticket)) << i;
      answer(sent()[before + i]);
      unit().step(kLong);
    }
    EXPECT_TRUE(driver().wait_completed(ticket));
    EXPECT_EQ(driver().fault_status(), 0U);
  }
};

// Half of the answers are under way, or are not: all tags of a device in one completion that has to
// come twice, and one that nobody asked for.
TEST_P(DeviceTlbReset, AtEveryClock) {
  start_with_page();
  for (unsigned clocks = 0; clocks < kClocks && !HasFailure(); ++clocks) {
    for (const bool wide : {false, true}) {
      if (wide && !config().abort_mode) continue;
      SCOPED_TRACE(fmt::format("{} clocks, {} bits", clocks, wide ? 256 : 128));
      reset_unit();
      start_again(wide);
      const std::size_t before = sent().size();
      ring();
      for (unsigned n = 0; n < clocks; ++n) {
        unit().step();
        if (n == clocks / 2 && sent().size() > before) {
          unit().send_completion({.source_id = kDevice, .itags = 7, .count = 2});
          unit().send_completion({.source_id = kNeighbour, .itags = 0xFFFF'FFFF, .count = 1});
        }
      }
      reset_unit();
      unit().step(kLong);
      EXPECT_EQ(driver().read64(reg::kIqa), 0U);
      EXPECT_EQ(driver().read64(reg::kIqh), 0U);
      EXPECT_EQ(driver().read64(reg::kIqt), 0U);
      EXPECT_EQ(driver().read64(reg::kIqercd), 0U);
      start_again(!wide && config().abort_mode);
      EXPECT_EQ(driver().fault_status(), 0U);
      expect_works();
    }
  }
}

DMAR_RTL_SCENARIO_WITH(DeviceTlbReset, has_device_tlb);

}  // namespace
}  // namespace dmar
