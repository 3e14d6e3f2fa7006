// SPDX-License-Identifier: Apache-2.0
// Device-TLB invalidations side by side: thousands over many devices that answer when they like,
// the limit of each device, all tags out, the queue switched off meanwhile.
#include <algorithm>
#include <deque>
#include <map>

#include "bench/random.hpp"
#include "tests/scenario/device_tlb_rtl.hpp"

namespace dmar {
namespace {

class DeviceTlbQueue : public DeviceTlbRtl {};

// What software has put into the queue, and what the devices owe.
class Devices {
 public:
  explicit Devices(std::uint64_t seed) : random_(seed, 77) {}

  struct Asked {
    SourceId source_id;
    std::uint64_t payload = 0;
    unsigned mip = 0;
    unsigned order = 0;
  };
  void ask(const Asked &asked) { asked_.push_back(asked); }

  // Requests leave in the order of the queue, with a tag that is free, within the limit.
  void note(const InvalidateRequest &request) {
    ASSERT_FALSE(asked_.empty()) << "nobody asked for this";
    const Asked asked = asked_.front();
    asked_.pop_front();
    EXPECT_EQ(request.source_id, asked.source_id);
    EXPECT_EQ(request.payload, asked.payload);
    ASSERT_FALSE(owed_.contains(request.itag)) << "the tag is out";
    const auto count = static_cast<std::uint8_t>(random_.percent(80) ? 1 : 1 + random_.below(8));
    owed_[request.itag] = {
        .source_id = request.source_id, .left = count, .count = count, .order = asked.order};
    if (asked.mip != 0) {
      EXPECT_LE(with(request.source_id), asked.mip);
    }
    most_ = std::max(most_, owed_.size());
  }

  // One more message of some device, about one of its tags or about all that wait for a single one.
  InvalidateCompletion answer() {
    auto chosen = owed_.begin();
    if (random_.percent(50)) {
      std::advance(chosen, static_cast<std::ptrdiff_t>(random_.below(owed_.size())));
    } else {
      for (auto it = owed_.begin(); it != owed_.end(); ++it) {
        if (it->second.order < chosen->second.order) chosen = it;
      }
    }
    const Owed owed = chosen->second;
    std::uint32_t itags = 1U << chosen->first;
    for (const auto &[itag, other] : owed_) {
      if (owed.count == 1 && other.count == 1 && other.source_id == owed.source_id) {
        itags |= 1U << itag;
      }
    }
    for (unsigned itag = 0; itag < 32; ++itag) {
      if ((itags >> itag & 1) != 0 && --owed_[static_cast<std::uint8_t>(itag)].left == 0) {
        owed_.erase(static_cast<std::uint8_t>(itag));
      }
    }
    return {.source_id = owed.source_id, .itags = itags, .count = owed.count};
  }

  [[nodiscard]] bool owe() const { return !owed_.empty(); }
  [[nodiscard]] std::size_t most() const { return most_; }
  // Everything asked for before `order` has left and been answered.
  [[nodiscard]] bool answered_before(unsigned order) const {
    return std::ranges::all_of(asked_, [&](const Asked &a) { return a.order >= order; }) &&
           std::ranges::all_of(owed_, [&](const auto &o) { return o.second.order >= order; });
  }

 private:
  struct Owed {
    SourceId source_id;
    unsigned left = 0;
    std::uint8_t count = 1;
    unsigned order = 0;
  };
  [[nodiscard]] std::size_t with(SourceId source_id) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        owed_, [&](const auto &o) { return o.second.source_id == source_id; }));
  }

  bench::Random random_;
  std::deque<Asked> asked_;
  std::map<std::uint8_t, Owed> owed_;
  std::size_t most_ = 0;
};

TEST_P(DeviceTlbQueue, ThousandsOverManyDevicesThatAnswerWhenTheyLike) {
  for (const unsigned stall : {0U, 60U}) {
    make({.message_stall_percent = stall});
    start();
    bench::Random random(scenario_seed(), stall);
    Devices devices(scenario_seed() + stall);
    std::deque<std::pair<std::uint32_t, unsigned>> waits;  // ticket, invalidations before it
    unsigned pushed = 0;
    while ((pushed < 1500 || !waits.empty()) && !HasFatalFailure()) {
      ASSERT_LT(unit().cycle(), 1'000'000U) << "the queue hangs";
      if (pushed < 1500 && waits.size() < 12) {
        for (std::uint64_t n = random.below(16); n-- > 0; ++pushed) {
          const auto source_id = SourceId(static_cast<std::uint16_t>(0x100 + random.below(48) * 8));
          const std::uint64_t address = random.next() & ~0xFFFULL;
          const bool larger = random.percent(30);
          const auto mip = static_cast<unsigned>(random.percent(60) ? 0 : 1 + random.below(31));
          driver().push(invalidation(source_id, address | (larger ? 1 : 0), mip));
          devices.ask({source_id, address | (larger ? 1U << 11 : 0), mip, pushed});
        }
        if (random.percent(20)) driver().push(iotlb_descriptor({}));
        waits.emplace_back(driver().push_wait(), pushed);
        driver().ring_doorbell();
      }
      unit().step(1 + random.below(20));
      for (const InvalidateRequest &request : unit().take_invalidate_requests()) {
        devices.note(request);
      }
      while (!waits.empty() && driver().wait_completed(waits.front().first)) {
        EXPECT_TRUE(devices.answered_before(waits.front().second)) << "the wait is early";
        waits.pop_front();
      }
      if (devices.owe() && random.percent(80)) unit().send_completion(devices.answer());
    }
    EXPECT_EQ(driver().fault_status(), 0U);
    EXPECT_GT(devices.most(), 8U);
  }
}

TEST_P(DeviceTlbQueue, TheLimitOfADeviceIsKept) {
  for (unsigned mip : {1U, 2U, 31U}) {
    SCOPED_TRACE(mip);
    make({});
    start();
    push(kDevice, mip + 3, mip);
    const std::uint32_t ticket = driver().push_wait();
    driver().ring_doorbell();
    for (unsigned more = 0; more < 3; ++more) {
      step_until_sent(mip + more);
      EXPECT_EQ(sent_after_a_while(), mip + more);
      answer(sent()[more]);
      step_until_sent(mip + more + 1);
    }
    EXPECT_EQ(sent_after_a_while(), mip + 3);
    EXPECT_FALSE(driver().wait_completed(ticket));
    for (unsigned i = 3; i < mip + 3; ++i) answer(sent()[i]);
    step_until_complete(ticket);
  }
}

// The limit says what may be out with that device; what is out with others does not count.
TEST_P(DeviceTlbQueue, OthersDoNotCountForTheLimit) {
  start();
  push(kNeighbour, 20);
  push(kDevice, 1, 1);
  driver().ring_doorbell();
  EXPECT_EQ(sent_after_a_while(), 21U);
}

TEST_P(DeviceTlbQueue, WithoutALimitAllTagsGoOutAndTheNextOneWaits) {
  start();
  push(kDevice, kTags + 2);
  const std::uint32_t ticket = driver().push_wait();
  driver().ring_doorbell();
  EXPECT_EQ(sent_after_a_while(), kTags);
  std::uint32_t tags = 0;
  for (const InvalidateRequest &request : sent()) tags |= 1U << request.itag;
  EXPECT_EQ(tags, ~0U);
  answer(sent()[17]);
  EXPECT_EQ(sent_after_a_while(), kTags + 1);
  EXPECT_EQ(sent().back().itag, sent()[17].itag);
  answer(sent()[5]);
  EXPECT_EQ(sent_after_a_while(), kTags + 2);
  for (unsigned i = 0; i < kTags + 2; ++i) {
    EXPECT_FALSE(driver().wait_completed(ticket));
    if (i != 17 && i != 5) answer(sent()[i]);
  }
  step_until_complete(ticket);
  EXPECT_EQ(driver().fault_status(), 0U);
}

// The tag that was freed last goes out last: who is late finds it free, or with nobody for long.
TEST_P(DeviceTlbQueue, TagsGoOutInTurn) {
  start();
  for (unsigned i = 0; i < 2 * kTags; ++i) {
    push(kDevice, 1);
    driver().ring_doorbell();
    step_until_sent(i + 1);
    EXPECT_EQ(sent().back().itag, i % kTags);
    answer(sent().back());
    step_until_taken();
    unit().step(kRound);
  }
}

TEST_P(DeviceTlbQueue, WhatIsOutSurvivesAQueueThatIsSwitchedOff) {
  start();
  push(kDevice, 3);
  driver().ring_doorbell();
  step_until_sent(3);
  driver().disable_queue();
  EXPECT_EQ(driver().read32(reg::kIqh), 0U);
  answer(sent()[1]);
  step_until_taken();
  driver().set_tail(0);
  driver().enable_queue();
  const std::uint32_t ticket = driver().push_wait();
  driver().ring_doorbell();
  unit().step(kLong);
  EXPECT_FALSE(driver().wait_completed(ticket)) << "two answers are owed";
  answer(sent()[0]);
  step_until_taken();
  unit().step(kLong);
  EXPECT_FALSE(driver().wait_completed(ticket)) << "one answer is owed";
  answer(sent()[2]);
  step_until_complete(ticket);
  EXPECT_EQ(driver().fault_status(), 0U);
}

// What has begun is finished: a wait descriptor that waits for a device keeps the queue on.
TEST_P(DeviceTlbQueue, AQueueThatIsSwitchedOffFinishesItsWait) {
  start();
  push(kDevice, 1);
  const std::uint32_t ticket = driver().push_wait();
  driver().ring_doorbell();
  step_until_sent(1);
  unit().step(kLong);
  unit().start_write(reg::kGcmd, 4, gcmd::kTe);
  unit().step(kLong);
  EXPECT_TRUE(driver().queue_enabled());
  answer(sent()[0]);
  driver().poll32(reg::kGsts, gsts::kQies, 0, "QIE off");
  EXPECT_TRUE(driver().wait_completed(ticket));
}

DMAR_RTL_SCENARIO_WITH(DeviceTlbQueue, has_device_tlb);

}  // namespace
}  // namespace dmar
