// SPDX-License-Identifier: Apache-2.0
// What goes wrong with device-TLB invalidations (VT-d 6.5.2.5, 6.5.2.10): descriptors with reserved
// bits, completions nobody waits for (ICE), devices that do not answer (ITE).
#include "tests/scenario/device_tlb_scenario.hpp"
#include "tests/scenario/queue_scenario.hpp"

namespace dmar {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DeviceTlbErrors : public DeviceTlbScenario {
 protected:
  static constexpr Message kEvent{.address = 0xFEE0'3004, .data = 0x4031};

  // One message to kDevice is outstanding, and a wait behind it.
  InvalidateRequest send_one() {
    driver().push(page_of(kDevice));
    ticket_ = driver().push_wait();
    driver().ring_doorbell();
    const auto sent = requests();
    EXPECT_THAT(sent, SizeIs(1));
    return sent.empty() ? InvalidateRequest{} : sent[0];
  }
  [[nodiscard]] bool wait_is_done() { return completed(ticket_); }
  [[nodiscard]] bool wait_is_pending() { return pending(ticket_); }
  void clear(std::uint32_t status) { driver().write32(reg::kFsts, status); }

  std::uint32_t ticket_ = 0;
};

TEST_P(DeviceTlbErrors, CompletionOfATagThatIsFree) {
  start_queue();
  driver().set_event(reg::kFectl, kEvent);
  const InvalidateRequest request = send_one();
  unit().complete_invalidation(
      {.source_id = kDevice, .itags = std::uint32_t{1} << ((request.itag + 1) % 32)});
  EXPECT_TRUE(wait_is_pending());
  EXPECT_EQ(driver().fault_status() & fsts::kAnyStatus, fsts::kIce);
  EXPECT_EQ(wrong_device(), kDevice);
  EXPECT_THAT(unit().take_messages(), ElementsAre(kEvent));
  // The queue does not stop.
  complete(request);
  EXPECT_TRUE(wait_is_done());
  clear(fsts::kIce);
  expect_no_error();
}

TEST_P(DeviceTlbErrors, CompletionByAnotherDevice) {
  start_queue();
  const InvalidateRequest request = send_one();
  unit().complete_invalidation({.source_id = kOther, .itags = std::uint32_t{1} << request.itag});
  EXPECT_TRUE(wait_is_pending());
  EXPECT_EQ(driver().fault_status() & fsts::kAnyStatus, fsts::kIce);
  EXPECT_EQ(wrong_device(), kOther);
  complete(request);
  EXPECT_TRUE(wait_is_done());
}

TEST_P(DeviceTlbErrors, SecondCompletionOfARequest) {
  start_queue();
  const InvalidateRequest request = send_one();
  complete(request);
  EXPECT_TRUE(wait_is_done());
  expect_no_error();
  complete(request);
  EXPECT_EQ(driver().fault_status() & fsts::kAnyStatus, fsts::kIce);
}

// The tags of the message that are in order count all the same.
TEST_P(DeviceTlbErrors, GoodTagsBesideABadOne) {
  start_queue();
  const InvalidateRequest request = send_one();
  unit().complete_invalidation({.source_id = kDevice, .itags = ~std::uint32_t{0}});
  EXPECT_TRUE(wait_is_done());
  EXPECT_EQ(driver().fault_status() & fsts::kAnyStatus, fsts::kIce);
  EXPECT_LT(request.itag, 32U);
}

TEST_P(DeviceTlbErrors, GoodTagsBetweenBadOnes) {
  start_queue();
  for (unsigned n = 0; n < 3; ++n) driver().push(page_of(kDevice));
  const std::uint32_t ticket = driver().push_wait();
  driver().ring_doorbell();
  const auto sent = requests();
  ASSERT_THAT(sent, SizeIs(3));
  complete(sent[0]);
  complete(sent[2]);
  EXPECT_FALSE(completed(ticket));
  unit().complete_invalidation({.source_id = kDevice, .itags = ~std::uint32_t{0}});
  EXPECT_TRUE(completed(ticket));
  EXPECT_EQ(driver().fault_status() & fsts::kAnyStatus, fsts::kIce);
}

// While ICE is set the record is that of the first device.
TEST_P(DeviceTlbErrors, FirstWrongDeviceIsRecorded) {
  start_queue();
  unit().complete_invalidation({.source_id = kOther, .itags = 1});
  unit().settle();
  unit().complete_invalidation({.source_id = kNeighbour, .itags = 1});
  unit().settle();
  EXPECT_EQ(wrong_device(), kOther);
  clear(fsts::kIce);
  unit().complete_invalidation({.source_id = kNeighbour, .itags = 1});
  unit().settle();
  EXPECT_EQ(wrong_device(), kNeighbour);
}

TEST_P(DeviceTlbErrors, WithoutTranslationCompletionsAreRefused) {
  start_queue();
  const InvalidateRequest request = send_one();
  driver().disable_translation();
  complete(request);
  unit().complete_invalidation({.source_id = kOther, .itags = 1});
  EXPECT_TRUE(wait_is_pending());
  expect_no_error();
  driver().enable_translation();
  complete(request);
  EXPECT_TRUE(wait_is_done());
}

TEST_P(DeviceTlbErrors, TimeOutStopsTheQueueAndAbortsTheWait) {
  start_queue();
  driver().set_event(reg::kFectl, kEvent);
  const InvalidateRequest request = send_one();
  time_out();
  unit().settle();
  EXPECT_EQ(driver().fault_status() & fsts::kAnyStatus, fsts::kIte);
  EXPECT_EQ(timed_out_device(), kDevice);
  EXPECT_THAT(unit().take_messages(), ElementsAre(kEvent));
  // Nothing more is fetched.
  const std::uint32_t head = driver().read32(reg::kIqh);
  driver().push(page_of(kNeighbour));
  const std::uint32_t later = driver().push_wait();
  driver().ring_doorbell();
  EXPECT_THAT(requests(0), IsEmpty());
  EXPECT_EQ(driver().read32(reg::kIqh), head);
  EXPECT_TRUE(wait_is_pending());
  EXPECT_TRUE(pending(later));
  // Without a tail write it goes on; what was aborted stays so.
  clear(fsts::kIte);
  const auto sent = requests(1);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].source_id, kNeighbour);
  complete(sent[0]);
  EXPECT_TRUE(completed(later));
  EXPECT_TRUE(wait_is_pending());
  // The answer that came too late is one nobody waits for.
  expect_no_error();
  complete(request);
  EXPECT_EQ(driver().fault_status() & fsts::kAnyStatus, fsts::kIce);
}

// A message to a device behind the one that does not answer needs no new time-out once answered.
TEST_P(DeviceTlbErrors, OtherDevicesAreStillHeardWhileStopped) {
  start_queue();
  driver().push(page_of(kDevice));
  driver().ring_doorbell();
  const auto first = requests(1);
  ASSERT_THAT(first, SizeIs(1));
  time_out();
  ASSERT_EQ(driver().fault_status() & fsts::kAnyStatus, fsts::kIte);
  clear(fsts::kIte);
  driver().push(page_of(kNeighbour));
  const std::uint32_t ticket = driver().push_wait();
  driver().ring_doorbell();
  const auto second = requests(1);
  ASSERT_THAT(second, SizeIs(1));
  complete(second[0]);
  EXPECT_TRUE(completed(ticket));
  expect_no_error();
}

// Switched off while a wait is pending, the queue stays on until the device has answered.
TEST_P(DeviceTlbErrors, QueueIsSwitchedOffWhenTheWaitIsDone) {
  start_queue();
  const InvalidateRequest request = send_one();
  driver().write32(reg::kGcmd, gcmd::kTe);
  unit().settle();
  EXPECT_TRUE(driver().queue_enabled());
  EXPECT_TRUE(wait_is_pending());
  complete(request);
  EXPECT_TRUE(wait_is_done());
  driver().poll32(reg::kGsts, gsts::kQies, 0, "QIES");
  EXPECT_EQ(driver().read32(reg::kIqh), 0U);
  expect_no_error();
}

// The status bits stand for themselves: each is cleared alone.
TEST_P(DeviceTlbErrors, StatusBitsAreClearedOneByOne) {
  start_queue();
  send_one();
  unit().complete_invalidation({.source_id = kOther, .itags = 1});
  unit().settle();
  time_out();
  unit().settle();
  EXPECT_EQ(driver().fault_status() & fsts::kAnyStatus, fsts::kIce | fsts::kIte);
  EXPECT_EQ(wrong_device(), kOther);
  EXPECT_EQ(timed_out_device(), kDevice);
  clear(fsts::kIce);
  EXPECT_EQ(driver().fault_status() & fsts::kAnyStatus, fsts::kIte);
  clear(fsts::kIte);
  expect_no_error();
}

DMAR_ATS_SCENARIO(DeviceTlbErrors);

class DeviceTlbDescriptors : public QueueScenario {};

TEST_P(DeviceTlbDescriptors, ReservedBits) {
  start();
  const std::uint64_t lo = bits(8, 4) | bits(15, 12) | bits(31, 21) | bits(63, 48);
  in_each_width([&] {
    // A good descriptor would have to be answered, so bits are set in none that gets that far.
    expect_reserved({.lo = 3, .hi = 0}, lo, bits(11, 1));
    expect_reserved({.lo = 3 | bits(47, 32) | bits(20, 16), .hi = bits(63, 12) | 1}, lo,
                    bits(11, 1));
  });
}

DMAR_ATS_SCENARIO(DeviceTlbDescriptors);

class NoDeviceTlb : public QueueScenario {};

// Without ECAP.DT type 3 is no type, and the status bits do not exist.
TEST_P(NoDeviceTlb, TypeDoesNotExist) {
  in_each_width([&] { expect_invalid({.lo = 3, .hi = 0}, QueueError::kInvalidType); });
  unit().complete_invalidation({.source_id = kDevice, .itags = 1});
  EXPECT_EQ(driver().fault_status() & fsts::kAnyStatus, 0U);
}

DMAR_SCENARIO_WITH(
    NoDeviceTlb, +[](const Config &config) { return !config.device_tlb; });

}  // namespace
}  // namespace dmar
