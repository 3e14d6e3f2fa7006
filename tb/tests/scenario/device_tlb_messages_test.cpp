// SPDX-License-Identifier: Apache-2.0
// Device-TLB invalidation descriptors (VT-d 6.5.2.5) and the messages that they become: payload,
// tags, how many at a time, and the wait that comes after them.
#include <algorithm>
#include <set>

#include "tests/scenario/device_tlb_scenario.hpp"

namespace dmar {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DeviceTlbMessages : public DeviceTlbScenario {};

TEST_P(DeviceTlbMessages, OnePage) {
  start_queue();
  driver().submit({page_of(kDevice)});
  EXPECT_THAT(requests(), ElementsAre(InvalidateRequest{
                              .source_id = kDevice, .itag = 0, .payload = kIova.raw()}));
  expect_no_error();
}

// The values of the worked example.
TEST_P(DeviceTlbMessages, WorkedExample) {
  const SourceId device(0xF2);
  const QueueDescriptor large = device_tlb_descriptor(
      {.source_id = device, .address = Iova(0x7F45'2060'0000), .bytes = 2 << 20});
  const QueueDescriptor all = device_tlb_descriptor({.source_id = device, .bytes = 0});
  EXPECT_EQ(large, (QueueDescriptor{0x0000'00F2'0000'0003, 0x0000'7F45'206F'F001}));
  EXPECT_EQ(all, (QueueDescriptor{0x0000'00F2'0000'0003, 0x7FFF'FFFF'FFFF'F001}));
  start_queue();
  driver().submit({large, all});
  const auto sent = requests(2);
  ASSERT_THAT(sent, SizeIs(2));
  EXPECT_EQ(sent[0].payload, 0x0000'7F45'206F'F800U);
  EXPECT_EQ(sent[0].base(), 0x7F45'2060'0000U);
  EXPECT_EQ(sent[0].bytes(), std::uint64_t{2} << 20);
  EXPECT_EQ(sent[1].payload, 0x7FFF'FFFF'FFFF'F800U);
  EXPECT_EQ(sent[1].bytes(), 0U);
}

// Each bit of source id and address, and the size bit, arrive where they belong.
TEST_P(DeviceTlbMessages, EveryBit) {
  start_queue(2);
  const auto expect_message = [&](QueueDescriptor descriptor, InvalidateRequest wanted) {
    driver().submit({descriptor});
    const auto sent = requests(1);
    ASSERT_THAT(sent, SizeIs(1));
    wanted.itag = sent[0].itag;
    EXPECT_EQ(sent[0], wanted);
    complete(sent[0]);
  };
  for (unsigned n = 0; n < 16; ++n) {
    const SourceId device(static_cast<std::uint16_t>(1U << n));
    expect_message({.lo = 3 | bit(32 + n), .hi = 0}, {.source_id = device});
  }
  for (unsigned n = 12; n < 64; ++n) {
    expect_message({.lo = 3, .hi = bit(n)}, {.source_id = SourceId(0), .payload = bit(n)});
  }
  expect_message({.lo = 3, .hi = 1}, {.source_id = SourceId(0), .payload = bit(11)});
  expect_no_error();
}

// A message under way keeps its tag; another gets another one.
TEST_P(DeviceTlbMessages, OutstandingMessagesHaveTagsOfTheirOwn) {
  start_queue();
  std::set<unsigned> tags;
  for (unsigned n = 0; n < 32; ++n) {
    driver().submit({page_of(SourceId(static_cast<std::uint16_t>(n)))});
  }
  const auto sent = requests(32);
  ASSERT_THAT(sent, SizeIs(32));
  for (unsigned n = 0; n < 32; ++n) {
    EXPECT_EQ(sent[n].source_id, SourceId(static_cast<std::uint16_t>(n)));
    tags.insert(sent[n].itag);
  }
  EXPECT_THAT(tags, SizeIs(32));
  EXPECT_LT(*tags.rbegin(), 32U);
}

// The 33rd waits for a tag, and takes the one that becomes free.
TEST_P(DeviceTlbMessages, NoMoreThanThirtyTwoAtATime) {
  start_queue();
  for (unsigned n = 0; n < 34; ++n) driver().push(page_of(kDevice, Iova(n * kPage)));
  driver().ring_doorbell();
  auto sent = requests(32);
  ASSERT_THAT(sent, SizeIs(32));
  for (const unsigned n : {17U, 3U}) {
    complete(sent[n]);
    const auto next = requests(1);
    ASSERT_THAT(next, SizeIs(1));
    EXPECT_EQ(next[0].itag, sent[n].itag);
    EXPECT_EQ(next[0].base(), (n == 17 ? 32 : 33) * kPage);
  }
}

// MIP: how many a device takes at a time. Other devices have theirs.
TEST_P(DeviceTlbMessages, NoMoreThanTheDeviceTakes) {
  for (unsigned limit = 1; limit < 32; limit += 6) {
    SCOPED_TRACE(limit);
    driver().set_tail(0);
    start_queue();
    for (unsigned n = 0; n < limit + 2; ++n) {
      driver().push(page_of(kDevice, Iova(n * kPage), limit));
    }
    driver().ring_doorbell();
    auto sent = requests(limit);
    ASSERT_THAT(sent, SizeIs(limit));
    for (unsigned n = 0; n < limit + 2; ++n) {
      EXPECT_EQ(sent.at(n).base(), n * kPage);
      complete(sent[n]);
      const std::size_t due = sent.size() < limit + 2 ? 1 : 0;
      for (const InvalidateRequest &more : requests(due)) sent.push_back(more);
    }
    ASSERT_THAT(sent, SizeIs(limit + 2));
    driver().wait_for_queue();
    driver().disable_queue();
  }
}

TEST_P(DeviceTlbMessages, LimitOfOneDeviceDoesNotCountForAnother) {
  start_queue();
  driver().submit({page_of(kDevice, kIova, 1), page_of(kNeighbour, kIova, 1)});
  const auto sent = requests(2);
  ASSERT_THAT(sent, SizeIs(2));
  EXPECT_EQ(sent[1].source_id, kNeighbour);
}

// They leave in the order of the queue: one that is held back holds back the ones behind it.
TEST_P(DeviceTlbMessages, MessagesLeaveInOrder) {
  start_queue();
  driver().submit({page_of(kDevice, Iova(0x1000), 1), page_of(kDevice, Iova(0x2000), 1),
                   page_of(kNeighbour, Iova(0x3000), 1)});
  const auto first = requests(1);
  ASSERT_THAT(first, SizeIs(1));
  complete(first[0]);
  const auto rest = requests(2);
  ASSERT_THAT(rest, SizeIs(2));
  EXPECT_EQ(rest[0].base(), 0x2000U);
  EXPECT_EQ(rest[1].base(), 0x3000U);
}

TEST_P(DeviceTlbMessages, WaitCompletesAfterTheDevice) {
  start_queue();
  const auto [sent, ticket] = ask();
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_TRUE(pending(ticket));
  complete(sent[0]);
  EXPECT_TRUE(completed(ticket));
  EXPECT_EQ(driver().read32(reg::kIqh), driver().tail());
  expect_no_error();
}

// All of them, in whatever order they come.
TEST_P(DeviceTlbMessages, WaitCompletesAfterAllDevices) {
  start_queue();
  for (unsigned n = 0; n < 8; ++n) driver().push(page_of(bdf(1, n, 0)));
  const std::uint32_t ticket = driver().push_wait();
  driver().ring_doorbell();
  auto sent = requests(8);
  ASSERT_THAT(sent, SizeIs(8));
  std::ranges::reverse(sent);
  for (const InvalidateRequest &request : sent) {
    EXPECT_TRUE(pending(ticket));
    complete(request);
  }
  EXPECT_TRUE(completed(ticket));
}

// Only the last of the messages that answer a request counts.
TEST_P(DeviceTlbMessages, EveryCompletionCount) {
  start_queue();
  for (unsigned count = 1; count <= 8; ++count) {
    SCOPED_TRACE(count);
    const auto [sent, ticket] = ask();
    ASSERT_THAT(sent, SizeIs(1));
    const InvalidateCompletion message{.source_id = kDevice,
                                       .itags = std::uint32_t{1} << sent[0].itag,
                                       .count = static_cast<std::uint8_t>(count)};
    for (unsigned n = 0; n < count; ++n) {
      EXPECT_TRUE(pending(ticket)) << n;
      unit().complete_invalidation(message);
    }
    EXPECT_TRUE(completed(ticket));
  }
  expect_no_error();
}

// All messages of one answer have to say the same of how many they are. What counts of a device
// that says different things is how many have come and what the last of them says (VT-d 4.3).
TEST_P(DeviceTlbMessages, CountsThatDiffer) {
  start_queue();
  for (unsigned first = 1; first <= 8; ++first) {
    for (unsigned later = 1; later <= 8; ++later) {
      SCOPED_TRACE(fmt::format("first {}, later {}", first, later));
      const auto [sent, ticket] = ask();
      ASSERT_THAT(sent, SizeIs(1));
      const unsigned messages = first == 1 ? 1 : std::max(2U, later);
      for (unsigned n = 0; n < messages; ++n) {
        if (n + 1 == messages) {
          EXPECT_TRUE(pending(ticket));
        }
        unit().complete_invalidation({.source_id = kDevice,
                                      .itags = std::uint32_t{1} << sent[0].itag,
                                      .count = static_cast<std::uint8_t>(n == 0 ? first : later)});
      }
      EXPECT_TRUE(completed(ticket));
    }
  }
  expect_no_error();
}

// One message may answer many requests.
TEST_P(DeviceTlbMessages, OneCompletionForManyTags) {
  start_queue();
  for (unsigned n = 0; n < 5; ++n) driver().push(page_of(kDevice, Iova(n * kPage)));
  const std::uint32_t ticket = driver().push_wait();
  driver().ring_doorbell();
  std::uint32_t itags = 0;
  for (const InvalidateRequest &request : requests(5)) itags |= std::uint32_t{1} << request.itag;
  unit().complete_invalidation({.source_id = kDevice, .itags = itags});
  EXPECT_TRUE(completed(ticket));
  expect_no_error();
}

// Tags of one message with another number of completions to come.
TEST_P(DeviceTlbMessages, TagsCountOnTheirOwn) {
  start_queue();
  driver().push(page_of(kDevice, Iova(0x1000)));
  driver().push(page_of(kDevice, Iova(0x2000)));
  const std::uint32_t ticket = driver().push_wait();
  driver().ring_doorbell();
  const auto sent = requests(2);
  ASSERT_THAT(sent, SizeIs(2));
  const std::uint32_t first = std::uint32_t{1} << sent[0].itag;
  const std::uint32_t second = std::uint32_t{1} << sent[1].itag;
  unit().complete_invalidation({.source_id = kDevice, .itags = first | second, .count = 2});
  EXPECT_TRUE(pending(ticket));
  unit().complete_invalidation({.source_id = kDevice, .itags = second, .count = 2});
  EXPECT_TRUE(pending(ticket));
  unit().complete_invalidation({.source_id = kDevice, .itags = first, .count = 2});
  EXPECT_TRUE(completed(ticket));
}

// Status write and completion event of a wait that had to wait.
TEST_P(DeviceTlbMessages, EventOfTheWait) {
  constexpr Message kEvent{.address = 0xFEE0'500C, .data = 0x4055};
  start_queue();
  driver().set_event(reg::kIectl, kEvent);
  driver().submit({page_of(kDevice), wait_descriptor({.interrupt = true, .fence = true})});
  const auto sent = requests(1);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_THAT(unit().take_messages(), IsEmpty());
  EXPECT_EQ(driver().read32(reg::kIcs), 0U);
  complete(sent[0]);
  unit().settle();
  EXPECT_THAT(unit().take_messages(), ElementsAre(kEvent));
  EXPECT_EQ(driver().read32(reg::kIcs), kIcsIwc);
}

// Many rounds over many devices: nothing is lost, no tag is used up.
TEST_P(DeviceTlbMessages, ThousandsOverManyDevices) {
  start_queue(1);
  for (unsigned round = 0; round < 60; ++round) {
    for (unsigned n = 0; n < 40; ++n) {
      driver().push(page_of(SourceId(static_cast<std::uint16_t>(round + 37 * n)),
                            Iova((round * 40 + n) * kPage), 1 + n % 8));
    }
    const std::uint32_t ticket = driver().push_wait();
    driver().ring_doorbell();
    unsigned sent = 0;
    for (unsigned n = 0; n < 100 && sent < 40; ++n) {
      auto now = requests();
      std::ranges::reverse(now);
      for (const InvalidateRequest &request : now) {
        EXPECT_FALSE(driver().wait_completed(ticket));
        complete(request, 1 + n % 3);
        ++sent;
      }
    }
    ASSERT_EQ(sent, 40U);
    ASSERT_TRUE(completed(ticket));
  }
  expect_no_error();
}

DMAR_ATS_SCENARIO(DeviceTlbMessages);

}  // namespace
}  // namespace dmar
