// SPDX-License-Identifier: Apache-2.0
// Postings that fail: errors of memory at each step, a bus without a monitor, faults that meet
// others, and a reset in the middle.
#include <fmt/format.h>

#include "tests/scenario/rtl_posting.hpp"

namespace dmar {
namespace {

using R = FaultReason;

class PostingError : public RtlPosting {
 protected:
  // Nothing of the descriptor has changed, nobody was notified, and the next one is posted.
  void expect_nothing_but(R reason, unsigned index) {
    EXPECT_EQ(control(), kIdle.word());
    for (unsigned word = 0; word < 4; ++word) EXPECT_EQ(requests(word), 0U);
    EXPECT_TRUE(unit().take_messages().empty());
    expect_record(reason, index);
  }
  void expect_works(unsigned index = 0x77) {
    EXPECT_THAT(send(index), IsOkay());
    EXPECT_TRUE(requested(index));
    EXPECT_EQ(unit().take_messages().size(), 1U);
    EXPECT_EQ(driver().fault_status() & (fsts::kPpf | fsts::kPfo), 0U);
    set_descriptor(kIdle);
  }
};

// Of the read at any of its beats, and of the write.
TEST_P(PostingError, ErrorAnswers) {
  start();
  for (unsigned beat = 0; beat < 4; ++beat) {
    memory().inject_error(HostAddr(kDescriptor + 16 * beat), HostAddr(kDescriptor + 16 * beat + 15),
                          Memory::ErrorOn::kRead);
    EXPECT_THAT(send(0x40 + beat), Faults(R::kPostedDescriptorAccess));
    memory().clear_errors();
    expect_nothing_but(R::kPostedDescriptorAccess, 0x40 + beat);
    expect_works();
  }
  EXPECT_EQ(count(bench::kPostingId, true), 4U);  // a descriptor that was not read is not written
  memory().inject_error(HostAddr(kDescriptor), HostAddr(kDescriptor + 63), Memory::ErrorOn::kWrite);
  EXPECT_THAT(send(0x150), Faults(R::kPostedDescriptorAccess));
  memory().clear_errors();
  expect_nothing_but(R::kPostedDescriptorAccess, 0x150);
  expect_works();
}

// OKAY to the exclusive read: it may not be written, for nobody would notice others.
TEST_P(PostingError, ABusWithoutAMonitor) {
  start();
  unit().monitor_tables(false);
  EXPECT_THAT(send(0x40), Faults(R::kPostedDescriptorAccess));
  expect_nothing_but(R::kPostedDescriptorAccess, 0x40);
  EXPECT_EQ(count(bench::kPostingId, true), 0U);
  unit().monitor_tables(true);
  expect_works();
}

// A reserved bit in any beat behind PIR; the write is not made.
TEST_P(PostingError, ReservedBits) {
  start();
  for (const unsigned bit :
       {258U, 271U, 280U, 287U, 288U, 295U, 304U, 319U, 320U, 383U, 384U, 511U}) {
    SCOPED_TRACE(bit);
    const HostAddr word(kDescriptor + bit / 64 * 8);
    const std::uint64_t good = memory().read64(word);
    memory().write64(word, good | std::uint64_t{1} << (bit % 64));
    EXPECT_THAT(send(0x40), Faults(R::kPostedDescriptorReserved));
    memory().write64(word, good);
    expect_nothing_but(R::kPostedDescriptorReserved, 0x40);
  }
  EXPECT_EQ(count(bench::kPostingId, true), 0U);
  expect_works();
}

// FPD of the entry keeps the record away, not the refusal.
TEST_P(PostingError, FaultProcessingDisabled) {
  start(true);
  memory().inject_error(HostAddr(kDescriptor), HostAddr(kDescriptor + 63));
  EXPECT_THAT(send(0x40), Faults(R::kPostedDescriptorAccess));
  EXPECT_THAT(send(0x40), Faults(R::kPostedDescriptorAccess));  // the entry is cached now
  memory().clear_errors();
  EXPECT_EQ(driver().fault_status(), 0U);
  expect_works();
}

// Every way to fail, recorded and hidden by FPD, with short APIC ids and long ones; and what is
// posted between them notifies, urgent or not.
TEST_P(PostingError, EveryEndInEitherMode) {
  for (unsigned mode = 0; mode < 4; ++mode) {
    const bool fpd = (mode & 1) != 0;
    const bool extended = (mode & 2) != 0;
    SCOPED_TRACE(fmt::format("FPD {}, EIME {}", fpd, extended));
    make({});
    accesses.clear();
    start(fpd);
    driver().set_interrupt_table(table().base(), table().size_exponent(), extended);
    const auto expect_fault = [&](R reason) {
      EXPECT_THAT(send(0x40), Faults(reason));
      EXPECT_EQ(requests(1), 0U);
      EXPECT_TRUE(unit().take_messages().empty());
      if (fpd) {
        EXPECT_EQ(driver().fault_status(), 0U);
      } else {
        expect_record(reason, 0x40);
      }
    };
    for (const auto on : {Memory::ErrorOn::kRead, Memory::ErrorOn::kWrite}) {
      memory().inject_error(HostAddr(kDescriptor), HostAddr(kDescriptor + 63), on);
      expect_fault(R::kPostedDescriptorAccess);
      memory().clear_errors();
    }
    unit().monitor_tables(false);
    expect_fault(R::kPostedDescriptorAccess);
    unit().monitor_tables(true);
    for (const unsigned bit : {259U, 281U, 293U, 310U, 321U, 385U, 449U}) {
      const bool destination = bit >= 288 && bit < 320;
      if (destination && extended) continue;
      const HostAddr word(kDescriptor + bit / 64 * 8);
      memory().write64(word, memory().read64(word) | std::uint64_t{1} << (bit % 64));
      expect_fault(R::kPostedDescriptorReserved);
      set_descriptor(kIdle);
    }
    for (const std::uint32_t destination : {std::uint32_t{0x0700}, std::uint32_t{0x07}}) {
      if (!extended && (destination & 0xFF) != 0) continue;
      for (const unsigned urgent : {0U, kUrgent}) {
        set_descriptor({.destination = destination});
        EXPECT_THAT(send(0x41 + urgent), IsOkay());
        const std::uint64_t high = extended ? std::uint64_t{destination >> 8} << 40 : 0;
        const std::uint64_t low = extended ? destination & 0xFF : destination >> 8;
        EXPECT_THAT(unit().take_messages(),
                    ::testing::ElementsAre(Message{0xFEE0'0000 | high | low << 12, 0x40A7}));
      }
    }
  }
}

// When the device is answered its fault is recorded.
TEST_P(PostingError, TheRecordComesBeforeTheAnswer) {
  start();
  unit().monitor_tables(false);
  const auto handle = post(0x40);
  while (!unit().poll(handle)) unit().step();
  EXPECT_NE(driver().fault_status(), 0U);
  expect_record(R::kPostedDescriptorAccess, 0x40);
}

// A fault that needs no table is recorded in the same clock, or one before or after: both are.
TEST_P(PostingError, TwoFaultsInOneClock) {
  start_with_page();
  start();
  unit().monitor_tables(false);
  send(0x40);
  driver().drain_faults();
  for (unsigned clocks = 0; clocks < 60; ++clocks) {
    const auto posted = post(0x40);
    unit().step(clocks);
    const auto read = unit().submit(read_of(Iova(0xFEE0'0000)));
    EXPECT_THAT(wait(posted), Faults(R::kPostedDescriptorAccess));
    EXPECT_THAT(wait(read), Faults(R::kInterruptRequestInvalid));
    EXPECT_EQ(driver().drain_faults().size(), config().collapse_faults ? 1U : 2U) << clocks;
  }
}

// Somebody whose every request is a fault without a walk does not keep the fault of a posting, and
// with it the answer of its device, away from the fault unit.
TEST_P(PostingError, BesideAFloodOfFaults) {
  start_with_page();
  start();
  unit().monitor_tables(false);
  send(0x40);
  for (unsigned round = 0; round < 8; ++round) {
    hold_table(bench::kPostingId, false);
    const auto posted = post(0x40);
    unsigned n = 0;
    const auto flood = [&] {
      while (unit().in_flight() < 4 * slots()) {
        unit().submit(read_of(Iova(0xFEE0'0000), 16, kNeighbour), {}, n++ % 16);
      }
      unit().step();
    };
    for (unsigned clocks = 0; clocks < 100 + round; ++clocks) flood();
    release();
    const std::uint64_t begin = unit().cycle();
    while (!unit().poll(posted) && unit().cycle() < begin + 4000) flood();
    EXPECT_LE(unit().cycle() - begin, 16U);
  }
}

// The unit is reset while memory owes the answer to the read, or to the write, of an update, or to
// its notification: nothing more comes of it, and the unit works.
TEST_P(PostingError, ResetInTheMiddle) {
  for (const Step step : kSteps) {
    SCOPED_TRACE(fmt::format("ID {}, write {}", step.id, step.write));
    make({});
    accesses.clear();
    start();
    hold_table(step.id, step.write);
    post(0x40);
    unit().step(400);
    reset_unit();
    release();
    unit().step(400);
    const bool written = step.id == bench::kNotificationId || step.write;
    EXPECT_EQ(requested(0x40), written);
    EXPECT_EQ(unit().take_messages().size(), step.id == bench::kNotificationId ? 1U : 0U);
    EXPECT_EQ(driver().fault_status(), 0U);
    set_descriptor(kIdle);
    driver().enable_queue();
    driver().set_interrupt_table(table().base(), table().size_exponent());
    driver().enable_interrupt_remapping();
    expect_works();
  }
}

// The unit is reset between the beats of the read of an update: those that come later belong to
// nothing.
TEST_P(PostingError, ResetInTheMiddleOfTheRead) {
  constexpr unsigned kClocks = 12;  // from the address to the last beat
  start();
  for (unsigned clocks = 0; clocks < kClocks; ++clocks) {
    SCOPED_TRACE(fmt::format("{} clocks", clocks));
    accesses.clear();
    post(0x40);
    unit().step_until([this] { return count(bench::kPostingId, false) == 1; }, "the read");
    unit().step(clocks);
    reset_unit();
    unit().step(400);
    EXPECT_FALSE(requested(0x40));
    EXPECT_EQ(accesses.size(), 1U);
    start();
    expect_works();
    set_descriptor(kIdle);
  }
}

DMAR_RTL_SCENARIO_WITH(PostingError, posts_interrupts);

}  // namespace
}  // namespace dmar
