// SPDX-License-Identifier: Apache-2.0
// The invalidation queue at every clock: switched off while a fetch or a status write is on its
// way, tail and error bits written at any distance from a fetch.
#include <fmt/format.h>

#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class QueueClock : public RtlScenario {
 protected:
  static constexpr unsigned kLong = 1000;
  static constexpr std::uint8_t kLastWalkId = 31;  // m_tbl
  static constexpr std::uint8_t kStatusId = 33;
  static constexpr unsigned kOffsets = 50;  // clocks from the doorbell to the end of a wait

  void gcmd_and_forget(std::uint32_t value) {
    unit().start_write(reg::kGcmd, 4, value);
    wait_for_registers();
  }
  void wait_for_registers() {
    unit().step_until([this] { return !unit().register_busy(); }, "the register access");
  }
  bool queue_on() { return (driver().read32(reg::kGsts) & gsts::kQies) != 0; }
  void expect_off() {
    driver().poll32(reg::kGsts, gsts::kQies, 0, "QIE off");
    EXPECT_EQ(driver().read32(reg::kIqh), 0U);
    EXPECT_EQ(driver().fault_status(), 0U);
  }
  // Both widths where there are two.
  [[nodiscard]] unsigned widths() const { return config().abort_mode ? 2 : 1; }
  void enable(bool wide) {
    driver().set_tail(0);
    driver().enable_queue(0, Driver::kQueue, wide);
  }
};

// QIES stays until the write is done: what software sees then is final.
TEST_P(QueueClock, OffWhileAStatusWriteIsOnItsWay) {
  for (unsigned wide = 0; wide < widths(); ++wide) {
    enable(wide != 0);
    unit().hold_table_answers(
        [](const bench::AddressBeat &burst, bool write) { return write && burst.id == kStatusId; });
    const std::uint32_t ticket = driver().push_wait();
    const std::uint32_t second = driver().push_wait();
    driver().ring_doorbell();
    unit().step(300);
    gcmd_and_forget(0);
    unit().step(kLong);
    EXPECT_TRUE(queue_on());
    EXPECT_FALSE(driver().wait_completed(ticket));
    release();
    expect_off();
    EXPECT_TRUE(driver().wait_completed(ticket));
    const bool completed = driver().wait_completed(second);
    unit().settle();
    EXPECT_EQ(driver().wait_completed(second), completed);
    enable(wide != 0);
    driver().wait_for_queue();
    driver().disable_queue();
  }
}

// The descriptor of a fetch that comes back after the command may be carried out or not, but not
// once the queue is reported off.
TEST_P(QueueClock, OffWhileAFetchIsOnItsWay) {
  for (unsigned wide = 0; wide < widths(); ++wide) {
    enable(wide != 0);
    unit().hold_table_answers([](const bench::AddressBeat &burst, bool write) {
      return !write && burst.id > kLastWalkId;
    });
    const std::uint32_t ticket = driver().push_wait();
    driver().ring_doorbell();
    unit().step(300);
    gcmd_and_forget(0);
    unit().step(kLong);
    release();
    expect_off();
    const bool completed = driver().wait_completed(ticket);
    unit().settle();
    EXPECT_EQ(driver().wait_completed(ticket), completed);
    EXPECT_EQ(driver().read32(reg::kIqh), 0U);
    enable(wide != 0);
    driver().wait_for_queue();
    driver().disable_queue();
  }
}

TEST_P(QueueClock, OffAndOnAtEveryClock) {
  for (unsigned wide = 0; wide < widths(); ++wide) {
    for (unsigned offset = 0; offset < kOffsets; ++offset) {
      SCOPED_TRACE(fmt::format("offset {}, wide {}", offset, wide));
      enable(wide != 0);
      const std::uint32_t ticket = driver().push_wait();
      driver().push(iotlb_descriptor({}));
      driver().push(wait_descriptor({.interrupt = true, .fence = true}));
      driver().ring_doorbell();
      unit().step(offset);
      gcmd_and_forget(0);
      expect_off();
      const bool completed = driver().wait_completed(ticket);
      const std::uint32_t complete = driver().read32(reg::kIcs);
      unit().step(100);
      EXPECT_EQ(driver().wait_completed(ticket), completed);
      EXPECT_EQ(driver().read32(reg::kIcs), complete);
      driver().write32(reg::kIcs, kIcsIwc);
      enable(wide != 0);
      driver().wait_for_queue();
      driver().disable_queue();
    }
  }
}

// Off and on again without a look in between, which software must not do: the queue may miss the
// first word or start over, but it ends up on, at its tail and working.
TEST_P(QueueClock, OffAndOnInARow) {
  enable(false);
  for (unsigned offset = 0; offset < kOffsets; offset += 3) {
    SCOPED_TRACE(offset);
    for (unsigned n = 0; n < 3; ++n) driver().push_wait();
    driver().ring_doorbell();
    unit().step(offset);
    gcmd_and_forget(0);
    gcmd_and_forget(gcmd::kQie);
    driver().poll32(reg::kGsts, gsts::kQies, gsts::kQies, "QIE");
    unit().settle();
    EXPECT_EQ(driver().read32(reg::kIqh), driver().tail());
    driver().wait_for_queue();
    EXPECT_EQ(driver().fault_status(), 0U);
  }
}

// One descriptor more at every clock after the doorbell of the one before.
TEST_P(QueueClock, TailAtEveryClock) {
  for (unsigned wide = 0; wide < widths(); ++wide) {
    enable(wide != 0);
    for (unsigned offset = 0; offset < kOffsets; ++offset) {
      const std::uint32_t first = driver().push_wait();
      driver().ring_doorbell();
      unit().step(offset);
      const std::uint32_t second = driver().push_wait();
      driver().ring_doorbell();
      unit().settle();
      EXPECT_TRUE(driver().wait_completed(first)) << offset;
      EXPECT_TRUE(driver().wait_completed(second)) << offset;
      EXPECT_EQ(driver().read32(reg::kIqh), driver().tail()) << offset;
    }
    EXPECT_EQ(driver().fault_status(), 0U);
    driver().disable_queue();
  }
}

// IQE written at every clock around the error: it comes back as long as the cause is there, and the
// queue never steps over it.
TEST_P(QueueClock, ErrorClearedAtEveryClock) {
  enable(false);
  for (unsigned offset = 0; offset < kOffsets; ++offset) {
    SCOPED_TRACE(offset);
    const std::uint32_t at = driver().tail();
    driver().submit({{.lo = 0xE, .hi = 0}});
    unit().step(offset);
    driver().write32(reg::kFsts, fsts::kIqe);
    driver().poll32(reg::kFsts, fsts::kIqe, fsts::kIqe, "IQE");
    EXPECT_EQ(driver().read32(reg::kIqh), at);
    memory().write64(driver().slot(at), wait_descriptor({}).lo);
    driver().write32(reg::kFsts, fsts::kIqe);
    driver().poll32(reg::kIqh, ~std::uint32_t{0}, driver().tail(), "the queue");
    EXPECT_EQ(driver().fault_status(), 0U);
  }
}

DMAR_RTL_SCENARIO(QueueClock);

}  // namespace
}  // namespace dmar
