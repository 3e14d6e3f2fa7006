// SPDX-License-Identifier: Apache-2.0
// Device-TLB invalidations beside others: every kind of region, of completion and of mistake in
// one, whatever else is outstanding (VT-d 6.5.2.5).
#include <fmt/format.h>

#include "tests/scenario/device_tlb_scenario.hpp"

namespace dmar {
namespace {

using ::testing::SizeIs;

class DeviceTlbMix : public DeviceTlbScenario {
 protected:
  static std::uint32_t tag_of(const InvalidateRequest &request, unsigned next = 0) {
    return std::uint32_t{1} << ((request.itag + next) % 32);
  }
  // Sends one message, and gives it as it left.
  InvalidateRequest send(const QueueDescriptor &descriptor) {
    driver().submit({descriptor});
    const auto sent = requests(1);
    EXPECT_THAT(sent, SizeIs(1));
    return sent.empty() ? InvalidateRequest{} : sent[0];
  }
  // The completion is wrong, its sender is named, and nothing comes of it.
  void expect_wrong(const InvalidateCompletion &completion) {
    SCOPED_TRACE(fmt::format("tags {:#x}, count {}", completion.itags, completion.count));
    unit().complete_invalidation(completion);
    unit().settle();
    EXPECT_EQ(driver().fault_status() & fsts::kAnyStatus, fsts::kIce);
    EXPECT_EQ(wrong_device(), completion.source_id);
    driver().write32(reg::kFsts, fsts::kIce);
  }
};

// Regions of all sizes; nothing is outstanding, or what another device owes, or the same one.
TEST_P(DeviceTlbMix, RegionsBesideOthers) {
  start_queue();
  for (const std::uint64_t bytes :
       {std::uint64_t{4096}, std::uint64_t{8192}, bit(21), bit(30), bit(45), std::uint64_t{0}}) {
    SCOPED_TRACE(bytes);
    const Iova address(bytes == 0 ? 0 : bit(46));
    const QueueDescriptor region =
        device_tlb_descriptor({.source_id = kDevice, .address = address, .bytes = bytes});
    for (const SourceId before : {SourceId(0), kOther, kDevice}) {
      std::vector<InvalidateRequest> owed;
      if (before != SourceId(0)) owed.push_back(send(page_of(before)));
      owed.push_back(send(region));
      EXPECT_EQ(owed.back().bytes(), bytes);
      EXPECT_EQ(owed.back().base(), address.raw());
      EXPECT_EQ(owed.back().source_id, kDevice);
      for (const InvalidateRequest &one : owed) complete(one);
    }
  }
  expect_no_error();
}

// One wait behind few messages and behind as many as there are tags.
TEST_P(DeviceTlbMix, WaitBehindAnyNumber) {
  start_queue(1);
  for (const unsigned number : {1U, 2U, 31U, 32U}) {
    SCOPED_TRACE(number);
    const auto [sent, ticket] = ask(number);
    ASSERT_THAT(sent, SizeIs(number));
    for (unsigned n = 0; n + 1 < number; ++n) complete(sent[n]);
    EXPECT_TRUE(pending(ticket));
    complete(sent.back());
    EXPECT_TRUE(completed(ticket));
  }
  expect_no_error();
}

// Several tags in each message, each tag complete with the last of `count` messages and not before.
TEST_P(DeviceTlbMix, SeveralTagsOfEveryCount) {
  start_queue();
  for (unsigned count = 1; count <= 8; ++count) {
    SCOPED_TRACE(count);
    const auto [sent, ticket] = ask(2);
    ASSERT_THAT(sent, SizeIs(2));
    const InvalidateCompletion both{.source_id = kDevice,
                                    .itags = tag_of(sent[0]) | tag_of(sent[1]),
                                    .count = static_cast<std::uint8_t>(count)};
    for (unsigned n = 1; n < count; ++n) unit().complete_invalidation(both);
    EXPECT_TRUE(pending(ticket));
    unit().complete_invalidation(both);
    EXPECT_TRUE(completed(ticket));
  }
  expect_no_error();
}

// A tag that is free, or is with another device; alone and beside others; with every count.
TEST_P(DeviceTlbMix, WrongTagsOfEveryKind) {
  start_queue();
  const auto [sent, ticket] = ask();
  ASSERT_THAT(sent, SizeIs(1));
  const std::uint32_t used = tag_of(sent[0]);
  const std::uint32_t free = tag_of(sent[0], 1);
  for (const std::uint8_t count : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{8}}) {
    expect_wrong({.source_id = kDevice, .itags = free, .count = count});
    expect_wrong({.source_id = kDevice, .itags = free | tag_of(sent[0], 31), .count = count});
    expect_wrong({.source_id = kOther, .itags = used, .count = count});
    expect_wrong({.source_id = kOther, .itags = used | free, .count = count});
  }
  EXPECT_TRUE(pending(ticket));
  complete(sent[0]);
  EXPECT_TRUE(completed(ticket));
  expect_no_error();
}

// Without translation no message counts, right or wrong.
TEST_P(DeviceTlbMix, RefusedCompletionsOfEveryKind) {
  start_queue();
  const auto [sent, ticket] = ask();
  ASSERT_THAT(sent, SizeIs(1));
  driver().disable_translation();
  for (const std::uint8_t count : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{8}}) {
    for (const std::uint32_t more : {std::uint32_t{0}, tag_of(sent[0], 1)}) {
      unit().complete_invalidation(
          {.source_id = kDevice, .itags = tag_of(sent[0]) | more, .count = count});
    }
  }
  EXPECT_TRUE(pending(ticket));
  driver().enable_translation();
  expect_no_error();
  complete(sent[0], 2);  // none has counted so far
  EXPECT_TRUE(completed(ticket));
  expect_no_error();
}

// No message counts twice: what stands in IQERCD is cleared with its bit, and both bits at once.
TEST_P(DeviceTlbMix, ErrorsAreClearedTogether) {
  start_queue();
  for (const std::uint32_t cleared : {fsts::kIce, fsts::kIte, fsts::kIce | fsts::kIte}) {
    for (const bool more : {false, true}) {
      SCOPED_TRACE(fmt::format("cleared {:#x}, more {}", cleared, more));
      driver().push(page_of(kDevice));
      driver().ring_doorbell();
      ASSERT_THAT(requests(1), SizeIs(1));
      time_out();
      unit().complete_invalidation({.source_id = kOther, .itags = 1});
      unit().settle();
      EXPECT_EQ(driver().fault_status() & fsts::kAnyStatus, fsts::kIce | fsts::kIte);
      std::uint32_t ticket = 0;
      if (more) {
        ticket = driver().push_wait();
        driver().ring_doorbell();
      }
      driver().write32(reg::kFsts, cleared);
      EXPECT_EQ(driver().fault_status() & fsts::kAnyStatus, (fsts::kIce | fsts::kIte) & ~cleared);
      if (more && (cleared & fsts::kIte) == 0) {
        EXPECT_TRUE(pending(ticket));
      }
      driver().write32(reg::kFsts, fsts::kIce | fsts::kIte);
      if (more) {
        EXPECT_TRUE(completed(ticket));
      }
      expect_no_error();
    }
  }
}

DMAR_ATS_SCENARIO(DeviceTlbMix);

}  // namespace
}  // namespace dmar
