// SPDX-License-Identifier: Apache-2.0
// Device-TLB invalidation in its order: an invalidate request leaves after the flushes before it,
// and a completion counts after the writes before it.
#include "tests/scenario/device_tlb_rtl.hpp"

namespace dmar {
namespace {

class DeviceTlbOrder : public DeviceTlbRtl {
 protected:
  // Both devices in the domain of kIova, of which nothing is cached.
  Domain start_both() {
    Domain domain = start_with_page();
    tables().attach(kNeighbour, domain);
    driver().enable_queue();
    return domain;
  }
  // So many more invalidations of kDevice have left, and a wait descriptor waits for their answers.
  std::uint32_t ask(unsigned count = 1) {
    const std::size_t before = sent().size();
    push(kDevice, count);
    const std::uint32_t ticket = driver().push_wait();
    driver().ring_doorbell();
    step_until_sent(before + count);
    unit().step(kLong);
    return ticket;
  }
  // A write that has been accepted and is not permitted yet, so that no drain waits for it.
  bench::RtlIommu::Handle hold_write_of(SourceId source_id) {
    hold_walk_at(tables().context_entry_address(source_id));
    const bench::RtlIommu::Handle write = unit().submit(write_of(kIova, 16, source_id));
    unit().step_until([this] { return held_reads() != 0; }, "the walk of a write");
    return write;
  }
};

TEST_P(DeviceTlbOrder, ACompletionWaitsForTheWritesOfItsDevice) {
  start_both();
  const std::uint32_t ticket = ask();
  const bench::RtlIommu::Handle write = hold_write_of(kDevice);
  answer(sent()[0]);
  step_until_taken();
  unit().step(kLong);
  EXPECT_FALSE(driver().wait_completed(ticket)) << "the completion has passed a write";
  EXPECT_FALSE(unit().poll(write));
  release();
  step_until_complete(ticket);
  EXPECT_TRUE(unit().poll(write)) << "the write is answered by then";
}

// Answered means by memory: a write that has only left the unit still counts.
TEST_P(DeviceTlbOrder, ACompletionWaitsForTheAnswerOfMemory) {
  start_both();
  const std::uint32_t ticket = ask();
  hold_dma(false, true);
  const bench::RtlIommu::Handle write = unit().submit(write_of(kIova));
  unit().step(kLong);
  EXPECT_FALSE(unit().dma_under_way().empty());
  answer(sent()[0]);
  step_until_taken();
  unit().step(kLong);
  EXPECT_FALSE(driver().wait_completed(ticket));
  release();
  step_until_complete(ticket);
  EXPECT_EQ(unit().wait(write).completion.status, Completion::Status::kOkay);
}

TEST_P(DeviceTlbOrder, ACompletionWaitsForNoWriteOfOthers) {
  start_both();
  const std::uint32_t ticket = ask();
  hold_write_of(kNeighbour);
  answer(sent()[0]);
  step_until_complete(ticket);
  release();
}

// A write of a neighbour came after its own: it is still its own. The walks of both are held, so
// that no drain waits for either.
TEST_P(DeviceTlbOrder, ACompletionWaitsForItsOwnWriteAmongOthers) {
  Domain domain = start_both();
  const std::uint32_t ticket = ask();
  hold_walk_at(tables().entry_address(domain, kIova, 1));
  const bench::RtlIommu::Handle own = unit().submit(write_of(kIova));
  unit().step_until([this] { return held_reads() != 0; }, "the walk of a write");
  const bench::RtlIommu::Handle other = unit().submit(write_of(kIova, 16, kNeighbour));
  unit().step_until([&] { return unit().accepted(other); }, "the write of the neighbour");
  unit().step(kLong);
  answer(sent()[0]);
  step_until_taken();
  unit().step(kLong);
  EXPECT_FALSE(driver().wait_completed(ticket)) << "the completion has passed a write";
  release();
  step_until_complete(ticket);
  EXPECT_TRUE(unit().poll(own));
}

TEST_P(DeviceTlbOrder, ACompletionWaitsForNoWriteThatComesAfterIt) {
  start_both();
  const std::uint32_t ticket = ask();
  answer(sent()[0]);
  step_until_taken();
  unit().step(2);
  hold_write_of(kDevice);
  step_until_complete(ticket);
  release();
}

// Nor while it waits for one that came before it.
TEST_P(DeviceTlbOrder, AWriteThatComesWhileACompletionWaitsDoesNotCount) {
  Domain domain = start_both();
  const Iova other(kIova.raw() + kPage);
  domain.map(other, HostAddr(kMoreData));
  unit().access(write_of(kIova));
  const std::uint32_t ticket = ask();
  hold_dma(false, true);
  const bench::RtlIommu::Handle before = unit().submit(write_of(kIova));
  unit().step_until([this] { return !unit().dma_under_way().empty(); }, "the first write");
  answer(sent()[0]);
  step_until_taken();
  hold_walk_at(tables().entry_address(domain, other, 1));
  const bench::RtlIommu::Handle after = unit().submit(write_of(other));
  unit().step_until([this] { return held_reads() != 0; }, "the walk of the second write");
  unit().step(kLong);
  EXPECT_FALSE(driver().wait_completed(ticket));
  unit().hold_dma_answers(nullptr);
  step_until_complete(ticket);
  EXPECT_FALSE(unit().poll(after));
  release();
  unit().wait(before);
  unit().wait(after);
}

// A refused write is answered, too.
TEST_P(DeviceTlbOrder, ACompletionWaitsForARefusedWriteUntilItIsRefused) {
  start_both();
  const std::uint32_t ticket = ask();
  hold_walk_at(tables().context_entry_address(kDevice));
  const bench::RtlIommu::Handle write = unit().submit(write_of(Iova(kIova.raw() + kPage)));
  unit().step_until([this] { return held_reads() != 0; }, "the walk of a write");
  answer(sent()[0]);
  step_until_taken();
  unit().step(kLong);
  EXPECT_FALSE(driver().wait_completed(ticket));
  release();
  step_until_complete(ticket);
  EXPECT_EQ(unit().wait(write).completion.status, Completion::Status::kBlocked);
}

// At every distance between the address of a write and the completion. The walk of the write is
// held, so no drain knows of it: a wait that is complete meanwhile has not waited for it.
TEST_P(DeviceTlbOrder, AtEveryClockAroundAWrite) {
  start_both();
  unsigned earlier = 0;
  unsigned later = 0;
  for (int distance = -8; distance <= 8; ++distance) {
    SCOPED_TRACE(distance);
    driver().push(context_descriptor({}));
    push(kDevice, 1);
    const std::uint32_t ticket = driver().push_wait();
    driver().ring_doorbell();
    step_until_sent(sent().size() + 1);
    hold_walk_at(tables().context_entry_address(kDevice));
    std::uint64_t taken = 0;
    const auto complete = [&] {
      answer(sent().back());
      step_until_taken();
      taken = unit().cycle();
    };
    if (distance < 0) {
      complete();
      unit().step(static_cast<std::uint64_t>(-distance - 1));
    }
    const bench::RtlIommu::Handle write = unit().submit(write_of(kIova));
    if (distance >= 0) {
      unit().step(static_cast<std::uint64_t>(distance));
      complete();
    }
    unit().step(kLong);
    const bool waited = !driver().wait_completed(ticket);
    release();
    step_until_complete(ticket);
    const bool before = unit().wait(write).accepted_cycle < taken;
    EXPECT_EQ(waited, before);
    ++(before ? earlier : later);
  }
  EXPECT_GE(earlier, 5U);
  EXPECT_GE(later, 5U);
}

// The unit looks at the tags of a completion one by one; the next completion waits meanwhile.
TEST_P(DeviceTlbOrder, ACompletionBehindOneOfManyTags) {
  start_both();
  const std::uint32_t ticket = ask(5);
  std::uint32_t first = 0;
  for (unsigned i = 0; i < 4; ++i) first |= 1U << sent()[i].itag;
  unit().send_completion({.source_id = kDevice, .itags = first, .count = 1});
  answer(sent()[4]);
  step_until_complete(ticket);
  EXPECT_EQ(driver().fault_status(), 0U);
}

// The unit is reset while a completion waits for a write. Both are forgotten: the completion never
// counts, and those that come later do not wait for the write.
TEST_P(DeviceTlbOrder, AResetForgetsWhatWaits) {
  start_both();
  const std::uint32_t forgotten = ask();
  hold_dma(false, true);
  unit().submit(write_of(kIova));
  unit().step_until([this] { return !unit().dma_under_way().empty(); }, "the write");
  answer(sent()[0]);
  step_until_taken();
  unit().step(kLong);
  EXPECT_FALSE(driver().wait_completed(forgotten));
  reset_unit();
  release();
  unit().step(kLong);
  unit().take_verdicts();
  driver().set_root_pointer(tables().root_table());
  driver().enable_translation();
  driver().enable_queue();
  unit().step(kLong);
  EXPECT_EQ(driver().fault_status(), 0U) << "the completion counts";
  const std::uint32_t ticket = ask();
  EXPECT_FALSE(driver().wait_completed(ticket));
  answer(sent()[1]);
  step_until_complete(ticket);
  EXPECT_EQ(driver().fault_status(), 0U);
}

TEST_P(DeviceTlbOrder, ARequestLeavesAfterTheFlushesBeforeIt) {
  Domain domain = start_with_page();
  driver().enable_queue();
  std::uint64_t page = kData;
  for (unsigned round = 0; round < 20; ++round) {
    unit().access(read_of(kIova));
    page += kPage;
    domain.unmap(kIova);
    domain.map(kIova, HostAddr(page));
    driver().push(iotlb_descriptor(
        {.granularity = granularity::kDeviceOrPage, .domain = 1, .address = kIova}));
    push(kDevice, 1);
    driver().ring_doorbell();
    step_until_sent(round + 1);
    const Completion completion = unit().access(read_of(kIova));
    ASSERT_EQ(completion.address, HostAddr(page)) << "the request has passed the flush";
    answer(sent().back());
    driver().wait_for_queue();
  }
}

DMAR_RTL_SCENARIO_WITH(DeviceTlbOrder, has_device_tlb);

}  // namespace
}  // namespace dmar
