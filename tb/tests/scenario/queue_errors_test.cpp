// SPDX-License-Identifier: Apache-2.0
// Everything that stops the invalidation queue (VT-d 6.5.2.10): cause, head, order of causes,
// recovery without a tail write.
#include "tests/scenario/queue_scenario.hpp"

namespace dmar {
namespace {

class QueueErrors : public QueueScenario {};

TEST_P(QueueErrors, FetchError) {
  driver().enable_queue();
  memory().inject_error(driver().slot(0), HostAddr(driver().slot(0).raw() + 15));
  driver().submit({kNothing});
  expect_stopped(QueueError::kFetch);
  EXPECT_EQ(driver().read32(reg::kIqh), 0U);
  memory().clear_errors();
  clear_error();
  expect_running();
}

TEST_P(QueueErrors, FetchBeyondTheHostAddressWidth) {
  for (unsigned n = config().host_address_width; n < 64; ++n) {
    driver().set_tail(0);
    driver().enable_queue(0, HostAddr(bit(n)));
    driver().write32(reg::kIqt, 0x10);
    expect_stopped(QueueError::kFetch);
    driver().disable_queue();
    clear_error();
  }
}

TEST_P(QueueErrors, TailBeyondTheRing) {
  for (unsigned size_code = 0; size_code <= 2; ++size_code) {
    driver().enable_queue(size_code);
    const std::uint32_t bytes = std::uint32_t{4096} << size_code;
    for (const std::uint32_t tail : {bytes, bytes + 16, std::uint32_t{0x7FFF0}}) {
      driver().write32(reg::kIqt, tail);
      expect_stopped(QueueError::kInvalidTail);
      EXPECT_EQ(driver().read32(reg::kIqh), 0U);
      // A good tail alone does not restart it.
      driver().write32(reg::kIqt, 0);
      unit().settle();
      EXPECT_NE(driver().fault_status() & fsts::kIqe, 0U);
      clear_error();
      expect_running();
    }
    driver().disable_queue();
  }
}

// The unit that knows no 256-bit descriptors says so when it would fetch one.
TEST_P(QueueErrors, WideDescriptorsWhereThereAreNone) {
  driver().enable_queue();
  driver().write64(reg::kIqa, Driver::kQueue.raw() | iqa::kDw);
  unit().settle();
  EXPECT_EQ(driver().fault_status(), 0U);  // nothing to fetch yet
  put(driver().slot(0), kNothing);
  if (!config().abort_mode) put(driver().slot(16), kNothing);
  driver().write32(reg::kIqt, 0x20);
  if (config().abort_mode) {
    expect_running();
    return;
  }
  expect_stopped(QueueError::kWidth);
  driver().write64(reg::kIqa, Driver::kQueue.raw());
  clear_error();
  expect_running();
}

TEST_P(QueueErrors, TableModeStopsTheQueue) {
  for (const unsigned mode : {1U, 2U, 3U}) {
    driver().set_root_pointer(tables().root_table(), mode);
    driver().set_tail(0);
    driver().enable_queue();
    driver().submit({kNothing});
    expect_stopped(mode == 3 && config().abort_mode ? QueueError::kWidth : QueueError::kTableMode);
    driver().set_root_pointer(tables().root_table(), 0);
    clear_error();
    expect_running();
    driver().disable_queue();
  }
}

// After the checks before a fetch (queue_wide_test.cpp): the fetch itself, type, reserved bits.
TEST_P(QueueErrors, OrderOfCausesFromTheFetchOn) {
  driver().enable_queue();
  put(driver().slot(0), {.lo = ~std::uint64_t{0}, .hi = 0});
  memory().inject_error(driver().slot(0), HostAddr(driver().slot(0).raw() + 15));
  driver().write32(reg::kIqt, 0x7FFF0);
  expect_stopped(QueueError::kInvalidTail);
  driver().write32(reg::kIqt, 0x10);
  clear_error();
  expect_stopped(QueueError::kFetch);
  memory().clear_errors();
  clear_error();
  expect_stopped(QueueError::kInvalidType);
  put(driver().slot(0), {.lo = kNothing.lo | bit(8), .hi = 0});
  clear_error();
  expect_stopped(QueueError::kReservedBit);
  put(driver().slot(0), kNothing);
  clear_error();
  expect_running();
}

// What was fetched before the bad descriptor completes; nothing after it does.
TEST_P(QueueErrors, EarlierDescriptorsComplete) {
  driver().enable_queue();
  const std::uint32_t before = driver().push_wait();
  const std::uint32_t bad_at = driver().tail();
  driver().push(kBad);
  const std::uint32_t after = driver().push_wait();
  driver().ring_doorbell();
  expect_stopped(QueueError::kInvalidType);
  unit().settle();
  EXPECT_TRUE(driver().wait_completed(before));
  EXPECT_FALSE(driver().wait_completed(after));
  // The tail may move on meanwhile; that starts nothing.
  const std::uint32_t last = driver().push_wait();
  driver().ring_doorbell();
  unit().settle();
  EXPECT_FALSE(driver().wait_completed(last));
  put(driver().slot(bad_at), kNothing);
  clear_error();
  expect_running();
  EXPECT_TRUE(driver().wait_completed(after));
  EXPECT_TRUE(driver().wait_completed(last));
}

// IQE cleared without a repair: the queue finds the same descriptor again.
TEST_P(QueueErrors, ClearedWithoutRepairStopsAgain) {
  driver().enable_queue();
  driver().submit({kBad});
  for (unsigned n = 0; n < 3; ++n) {
    expect_stopped(QueueError::kInvalidType);
    clear_error();
  }
  expect_stopped(QueueError::kInvalidType);
}

TEST_P(QueueErrors, DisableAndEnableWhileStopped) {
  driver().enable_queue();
  driver().submit({kBad});
  expect_stopped(QueueError::kInvalidType);
  driver().disable_queue();
  EXPECT_EQ(driver().read32(reg::kIqh), 0U);
  driver().set_tail(0);
  driver().enable_queue();
  const std::uint32_t ticket = driver().push_wait();
  driver().ring_doorbell();
  unit().settle();
  EXPECT_FALSE(driver().wait_completed(ticket));  // IQE still stands
  clear_error();
  expect_running();
  EXPECT_TRUE(driver().wait_completed(ticket));
}

// Translation goes on while the queue stands still.
TEST_P(QueueErrors, TranslationGoesOn) {
  start_with_page();
  driver().enable_queue();
  driver().submit({kBad});
  expect_stopped(QueueError::kInvalidType);
  for (unsigned n = 0; n < 4; ++n) EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
}

DMAR_SCENARIO(QueueErrors);

}  // namespace
}  // namespace dmar
