// SPDX-License-Identifier: Apache-2.0
// Which versions of an interrupt-remapping entry a message may still be made from.
#include "scoreboard_fixture.hpp"
#include "tables/interrupt_table.hpp"

namespace dmar::bench {
namespace {

constexpr HostAddr kTable{0x3800'0000};
constexpr unsigned kIndex = 5;

class InterruptScoreboard : public ScoreboardTest {
 protected:
  InterruptScoreboard() {
    table.set(kIndex, entry(0x31));
    table.set(kIndex + 1, entry(0x41));
    at(101);
    board.control().change({.interrupt_enabled = true, .interrupt_table = kTable.raw() | 3}, 101);
    board.control().settled(105);
    at(106);
  }

  static InterruptEntry entry(unsigned vector, SourceId source_id = kDevice) {
    return {.vector = vector, .source_id = source_id, .source_validation = 1};
  }
  static Request message(unsigned index = kIndex) {
    return {.source_id = kDevice,
            .address = Iova(remappable_message(index).address),
            .kind = AccessKind::kWrite};
  }

  // A message of `vector` that reaches memory at `when.used`.
  Scoreboard::Checked send(unsigned vector, When when, unsigned index = kIndex) {
    const Message made{.address = 0xFEE0'0000, .data = 1U << 14 | vector};
    DmaAccess access{.beat = {.address = made.address}, .write = true, .performed = when.used};
    access.written = {{made.address, {static_cast<std::uint8_t>(vector), 0x40, 0, 0}}};
    Outcome outcome;
    outcome.accepted_cycle = when.accepted;
    outcome.done_cycle = when.used;
    outcome.verdict.verdict = VerdictKind::kInterrupt;
    outcome.verdict.cycle = when.judged;
    outcome.completion.interrupt = made;
    return board.check(message(index), {}, outcome, &access);
  }

  InterruptTable table{memory, kTable, 3};
};

TEST_F(InterruptScoreboard, TakesTheMessageOfTheEntryAndNoOther) {
  EXPECT_EQ(send(0x31, {110, 120, 130}).legal, 1U);
  EXPECT_THROW(send(0x41, {110, 120, 130}), Mismatch);
  send(0x41, {110, 120, 130}, kIndex + 1);
  EXPECT_EQ(board.statistics().interrupts, 2U);
}

TEST_F(InterruptScoreboard, OldAndNewAreLegalUntilTheInvalidationIsComplete) {
  at(200);
  table.set(kIndex, entry(0x32));
  EXPECT_EQ(send(0x31, {210, 220, 230}).legal, 2U);
  send(0x32, {210, 220, 230});
  invalidate(golden::InterruptInvalidation{.all = false, .index = kIndex}, 240, 300);
  send(0x31, {260, 270, 300});
  EXPECT_EQ(send(0x32, {305, 306, 310}).legal, 1U);
  EXPECT_THROW(send(0x31, {305, 306, 310}), Mismatch);
}

// Drain: the verdict came in time, the message did not.
TEST_F(InterruptScoreboard, AnOldMessageMayNotArriveAfterCompletion) {
  at(200);
  table.set(kIndex, entry(0x32));
  invalidate(golden::InterruptInvalidation{}, 240, 300);
  EXPECT_THROW(send(0x31, {230, 235, 301}), Mismatch);
}

TEST_F(InterruptScoreboard, TheMaskWidensTheIndex) {
  at(200);
  table.set(kIndex, entry(0x32));
  // 4 alone, then 6 and 7; 4 to 7 at last.
  invalidate(golden::InterruptInvalidation{.all = false, .index = 4}, 210, 220);
  invalidate(golden::InterruptInvalidation{.all = false, .index = 6, .index_mask = 1}, 210, 220);
  send(0x31, {230, 240, 250});
  invalidate(golden::InterruptInvalidation{.all = false, .index = 6, .index_mask = 2}, 260, 270);
  EXPECT_THROW(send(0x31, {280, 290, 300}), Mismatch);
}

TEST_F(InterruptScoreboard, AWideEnoughMaskCoversEverything) {
  at(200);
  table.set(kIndex, entry(0x32));
  invalidate(golden::InterruptInvalidation{.all = false, .index = 0x8000, .index_mask = 16}, 210,
             220);
  EXPECT_THROW(send(0x31, {230, 240, 250}), Mismatch);
}

TEST_F(InterruptScoreboard, InvalidationsOfDmaDoNotCover) {
  at(200);
  table.set(kIndex, entry(0x32));
  invalidate(golden::IotlbInvalidation{.granularity = granularity::kGlobal}, 210, 220);
  board.invalidations().complete(board.invalidations().begin_dma_flush(230), 240);
  send(0x31, {250, 260, 270});
  board.invalidations().complete(board.invalidations().begin_interrupt_flush(280), 290);
  EXPECT_THROW(send(0x31, {300, 310, 320}), Mismatch);
}

TEST_F(InterruptScoreboard, AnAbsentEntryIsNeverCached) {
  at(200);
  table.clear(kIndex);
  send(0x31, {210, 220, 230});
  fault(message(), FaultReason::kInterruptEntryNotPresent, {210, 220, 220});
  at(240);
  table.set(kIndex, entry(0x33));
  EXPECT_THROW(fault(message(), FaultReason::kInterruptEntryNotPresent, {250, 260, 260}), Mismatch);
  fault(message(), FaultReason::kInterruptEntryNotPresent, {239, 260, 260});
}

// The halves are read at once: source id and vector of different versions never meet.
TEST_F(InterruptScoreboard, HalvesOfDifferentVersionsDoNotMix) {
  at(200);
  table.set(kIndex, entry(0x32, bdf(0, 9, 0)));
  fault(message(), FaultReason::kInterruptSourceInvalid, {210, 220, 220});
  EXPECT_THROW(send(0x32, {210, 220, 230}), Mismatch);
}

TEST_F(InterruptScoreboard, FaultProcessingDisableSuppresses) {
  at(200);
  InterruptEntry quiet = entry(0x31, bdf(0, 9, 0));
  quiet.fpd = true;
  table.set(kIndex, quiet);
  const auto checked = fault(message(), FaultReason::kInterruptSourceInvalid, {210, 220, 220});
  EXPECT_TRUE(checked.may_be_suppressed);
  EXPECT_FALSE(checked.may_be_recorded);
}

}  // namespace
}  // namespace dmar::bench
