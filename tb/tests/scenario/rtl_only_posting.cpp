// SPDX-License-Identifier: Apache-2.0
// Posted interrupts at the pins: the exclusive pair, its place behind the writes of the device and
// before the notification and the answer, and drains that wait for all of it.
#include <fmt/format.h>

#include "tests/scenario/rtl_posting.hpp"

namespace dmar {
namespace {

class Posting : public RtlPosting {
 protected:
  static constexpr unsigned kLong = 600;  // cycles in which everything would have happened
};

TEST_P(Posting, OnePairAndOneNotification) {
  start();
  EXPECT_THAT(send(0xC4), IsOkay());
  EXPECT_TRUE(requested(0xC4));
  EXPECT_EQ(control(), kIdle.word() | 1);
  EXPECT_THAT(unit().take_messages(), ::testing::ElementsAre(kNotification));
  ASSERT_EQ(accesses.size(), 3U);
  EXPECT_EQ(accesses[0].address.address, kDescriptor);
  EXPECT_EQ(accesses[0].address.user, 1U);  // it snoops
  EXPECT_TRUE(accesses[1].write && accesses[1].exclusive);
  EXPECT_EQ(accesses[1].address.user, 1U);
  EXPECT_GT(accesses[2].cycle, accesses[1].perform_cycle);
  EXPECT_TRUE(unit().take_dma_accesses().empty());
}

// Entries are cached as those of remapped interrupts are, and forgotten with them.
TEST_P(Posting, EntriesAreCached) {
  start();
  const auto hits = [&](unsigned index) { return unit().wait(post(index)).verdict.hit; };
  EXPECT_FALSE(hits(0x31));
  EXPECT_TRUE(hits(0x31));
  EXPECT_FALSE(hits(0x31 + kUrgent));
  EXPECT_TRUE(hits(0x31 + kUrgent));
  constexpr std::uint64_t kOther = kDescriptor + 0x1040;
  set_descriptor(kIdle, kOther);
  set_entry(0x31, kOther);
  EXPECT_TRUE(hits(0x31));
  EXPECT_EQ(memory().read64(HostAddr(kOther + 32)), kIdle.word());
  driver().invalidate(InterruptScope{.all = false, .index = 0x31});
  EXPECT_FALSE(hits(0x31));
  EXPECT_EQ(memory().read64(HostAddr(kOther)), std::uint64_t{1} << 0x31);
  EXPECT_TRUE(hits(0x31 + kUrgent));
}

// A cached entry says the same as one from memory: vector, urgency, all bits of the address.
TEST_P(Posting, WhatIsCachedIsWhole) {
  start();
  for (unsigned bit = 6; bit < config().host_address_width; ++bit) {
    const std::uint64_t place = std::uint64_t{1} << bit | 0x8000;
    if (place >= 0x0700'0000 && place < 0x5000'1000) continue;  // tables, queue
    SCOPED_TRACE(fmt::format("descriptor {:#x}", place));
    set_descriptor({.suppressed = true, .destination = 0x0600}, place);
    set_entry(0xE1, place);
    set_entry(0x1E + kUrgent, place);
    driver().invalidate(InterruptScope{});
    for (unsigned round = 0; round < 2; ++round) {
      unit().take_messages();
      EXPECT_THAT(send(0xE1), IsOkay());
      EXPECT_TRUE(unit().take_messages().empty());
      EXPECT_EQ(memory().read64(HostAddr(place + 24)), std::uint64_t{1} << (0xE1 % 64));
      EXPECT_THAT(send(0x1E + kUrgent), IsOkay());
      EXPECT_EQ(unit().take_messages().size(), 1U);
      EXPECT_EQ(memory().read64(HostAddr(place)), std::uint64_t{1} << 0x1E);
      set_descriptor({.suppressed = true, .destination = 0x0600}, place);
    }
  }
}

// The data of the device is in memory before the descriptor is looked at, with the same ID and with
// another one.
TEST_P(Posting, WaitsForEarlierWrites) {
  for (const std::uint8_t id : {std::uint8_t{4}, std::uint8_t{9}}) {
    make({});
    accesses.clear();
    start_with_page();
    start();
    hold_dma(false, true);
    const auto data = unit().submit(write_of(kIova, 128), {}, std::uint8_t{4});
    const auto handle = post(0x40, kDevice, id);
    unit().step(kLong);
    EXPECT_TRUE(accesses.empty());
    EXPECT_FALSE(unit().poll(handle).has_value());
    release();
    EXPECT_THAT(wait(data), Reaches(kData));
    EXPECT_THAT(wait(handle), IsOkay());
    const auto dma = unit().take_dma_accesses();
    ASSERT_EQ(dma.size(), 1U);
    ASSERT_EQ(accesses.size(), 3U);
    EXPECT_GT(accesses[0].cycle, dma[0].perform_cycle);
  }
}

// Memory takes no reads, and those of other entries are before that of the descriptor.
TEST_P(Posting, WaitsForItsTurnAtThePort) {
  start_with_page();
  start();
  send(0x40);
  set_descriptor(kIdle);
  unit().access(write_of(kIova));
  // It waits for the data until the port is full.
  hold_dma(false, true);
  unit().submit(write_of(kIova));
  unit().block_table_channels({.ar = true});
  std::vector<bench::RtlIommu::Handle> handles;
  for (unsigned vector = 0x40; vector < 0x44; ++vector) handles.push_back(post(vector));
  unit().step(kLong);
  release();
  unit().step(kLong);
  EXPECT_FALSE(requested(0x40));
  unit().block_table_channels({});
  for (const auto handle : handles) EXPECT_THAT(wait(handle), IsOkay());
  EXPECT_EQ(requests(1), 0xFU);
}

// Later writes come after it, and so do later postings.
TEST_P(Posting, HoldsUpWhatComesLater) {
  start_with_page();
  start();
  hold_table(bench::kPostingId, true);
  const auto first = post(0x40);
  const auto data = unit().submit(write_of(kIova));
  const auto second = post(0x41);
  unit().step(kLong);
  EXPECT_TRUE(unit().take_dma_accesses().empty());
  EXPECT_EQ(accesses.size(), 1U);
  release();
  for (const auto handle : {first, data, second}) EXPECT_THAT(wait(handle), IsOkay());
  const auto dma = unit().take_dma_accesses();
  ASSERT_EQ(dma.size(), 1U);
  ASSERT_EQ(accesses.size(), 5U);
  EXPECT_GT(dma[0].cycle, accesses[2].perform_cycle);
  EXPECT_GT(accesses[3].cycle, dma[0].perform_cycle);
}

// The notification leaves when the update is acknowledged, and the device is answered after that.
TEST_P(Posting, TheNotificationComesAfterTheUpdate) {
  start();
  hold_table(bench::kPostingId, true);
  const auto handle = post(0x40);
  unit().step(kLong);
  EXPECT_EQ(count(bench::kNotificationId, true), 0U);
  EXPECT_FALSE(unit().poll(handle).has_value());
  hold_table(bench::kNotificationId, true);
  unit().step(kLong);
  EXPECT_TRUE(requested(0x40));
  EXPECT_FALSE(unit().poll(handle).has_value());
  EXPECT_TRUE(unit().take_messages().empty());
  release();
  EXPECT_THAT(wait(handle), IsOkay());
  EXPECT_EQ(unit().take_messages().size(), 1U);
}

// An invalidation of the entry is complete when what was posted under it is in the descriptor and
// the notification is out, whichever step memory keeps waiting.
TEST_P(Posting, AnInvalidationWaitsForIt) {
  for (const Step step : kSteps) {
    SCOPED_TRACE(fmt::format("ID {}, write {}", step.id, step.write));
    make({});
    accesses.clear();
    start();
    hold_table(step.id, step.write);
    const auto handle = post(0x40);
    unit().step(kLong);
    driver().push(interrupt_descriptor({}));
    const std::uint32_t ticket = driver().push_wait();
    driver().ring_doorbell();
    unit().step(kLong);
    EXPECT_FALSE(driver().wait_completed(ticket));
    release();
    unit().step_until([&] { return driver().wait_completed(ticket); }, "the wait descriptor");
    EXPECT_TRUE(requested(0x40));
    EXPECT_EQ(unit().take_messages().size(), 1U);
    EXPECT_THAT(wait(handle), IsOkay());
  }
}

// One that is judged while a drain waits for what came before holds nothing up.
TEST_P(Posting, ALaterOneDoesNotHoldTheInvalidationUp) {
  start_with_page();
  start();
  send(0x40);
  hold_dma(true, false);
  const auto read = unit().submit(read_of(kIova));
  unit().step(kLong);
  driver().push(interrupt_descriptor({}));
  const std::uint32_t ticket = driver().push_wait();
  driver().ring_doorbell();
  unit().step(kLong);
  hold_table(bench::kPostingId, false);
  const auto held = post(0x41);
  unit().step(kLong);
  EXPECT_FALSE(driver().wait_completed(ticket));
  unit().hold_dma_answers(nullptr);
  unit().step_until([&] { return driver().wait_completed(ticket); }, "the wait descriptor");
  EXPECT_FALSE(requested(0x41));
  release();
  EXPECT_THAT(wait(read), IsOkay());
  EXPECT_THAT(wait(held), IsOkay());
}

// The form of the notification is that of the mode in which the interrupt was judged: a change of
// the mode is complete only after it is out.
TEST_P(Posting, AChangeOfTheModeWaitsForIt) {
  start();
  hold_table(bench::kPostingId, false);
  const auto handle = post(0x40);
  unit().step(kLong);
  driver().write64(reg::kIrta, table().base().raw() | irta::kEime | table().size_exponent());
  driver().write32(reg::kGcmd, gcmd::kQie | gcmd::kIre | gcmd::kSirtp);
  unit().step(kLong);
  EXPECT_EQ(driver().read32(reg::kGsts) & gsts::kIrtps, 0U);
  release();
  EXPECT_THAT(wait(handle), IsOkay());
  EXPECT_THAT(unit().take_messages(), ::testing::ElementsAre(kNotification));
  driver().poll32(reg::kGsts, gsts::kIrtps, gsts::kIrtps, "the new table");
  set_descriptor({.destination = 0x1234'5678});
  EXPECT_THAT(send(0x40), IsOkay());
  EXPECT_THAT(unit().take_messages(),
              ::testing::ElementsAre(Message{0x1234'5600'FEE7'8000, 0x40A7}));
}

// Writes, messages and postings of devices that pause nowhere, through memory that answers in any
// order and hesitates, to devices that do, too.
TEST_P(Posting, UnderBackPressure) {
  make({.dma_memory = {.min_latency = 1, .max_latency = 50, .reorder = true, .stall_percent = 60},
        .table_memory = {.min_latency = 1, .max_latency = 50, .reorder = true, .stall_percent = 60},
        .device_stall_percent = 60});
  start_with_page();
  start();
  table().set(0x1F0, {.vector = 0x41});
  driver().invalidate(InterruptScope{});
  std::vector<bench::RtlIommu::Handle> handles;
  for (unsigned n = 0; n < 256; ++n) {
    handles.push_back(unit().submit(write_of(Iova(kIova.raw() + 16 * n))));
    handles.push_back(post(n));
    if (n % 4 == 0) handles.push_back(post(0x1F0));
  }
  for (const auto handle : handles) EXPECT_THAT(wait(handle), IsOkay());
  for (unsigned word = 0; word < 4; ++word) EXPECT_EQ(requests(word), ~std::uint64_t{0}) << word;
  EXPECT_THAT(unit().take_messages(), ::testing::ElementsAre(kNotification));
  EXPECT_EQ(driver().fault_status(), 0U);
}

// Nor does a device that takes no answers hold up another one, or an invalidation.
TEST_P(Posting, ADeviceThatTakesNoAnswers) {
  start();
  unit().accept_device_answers(false);
  for (unsigned n = 0; n < 2 * parameter("WriteSlots"); ++n) post(n);
  unit().step(4 * kLong);
  driver().invalidate(InterruptScope{});
  EXPECT_EQ(requests(0) & 0xF, 0xFU);
  unit().accept_device_answers(true);
  unit().step_until([&] { return unit().at_rest(); }, "the rest");
  EXPECT_TRUE(requested(2 * parameter("WriteSlots") - 1));
}

DMAR_RTL_SCENARIO_WITH(Posting, posts_interrupts);

}  // namespace
}  // namespace dmar
