// SPDX-License-Identifier: Apache-2.0
// Postings against a CPU that changes the same descriptor at every clock of an update: whatever
// comes of it is what one of the two orders gives, no vector and no notification is lost, and none
// comes twice.
#include <fmt/format.h>

#include <array>
#include <map>
#include <set>

#include "bench/random.hpp"
#include "tests/scenario/rtl_posting.hpp"

namespace dmar {
namespace {

constexpr std::uint64_t kOn = 1;
constexpr std::uint64_t kSn = 2;
constexpr unsigned kWords = 5;  // PIR and control

// A descriptor and what leaves it, as plain values.
struct State {
  std::array<std::uint64_t, kWords> words{};
  unsigned notifications = 0;
  std::uint64_t taken = 0;  // what the CPU got

  friend bool operator==(const State &, const State &) = default;
};

// An atomic operation of a CPU on one word.
struct Deed {
  const char *name;
  unsigned word;
  std::uint64_t (*change)(std::uint64_t);
};

constexpr Deed kDeeds[]{
    {"clear ON", 4, [](std::uint64_t word) { return word & ~kOn; }},
    {"set SN", 4, [](std::uint64_t word) { return word | kSn; }},
    {"clear SN", 4, [](std::uint64_t word) { return word & ~kSn; }},
    {"another vector and destination", 4,
     [](std::uint64_t word) { return (word & 3) | PostedControl{.vector = 0x55}.word(); }},
    {"take the requests", 1, [](std::uint64_t) { return std::uint64_t{0}; }},
    {"post another vector", 1, [](std::uint64_t word) { return word | std::uint64_t{1} << 63; }},
    {"take the requests of another word", 3, [](std::uint64_t) { return std::uint64_t{0}; }},
};

void do_deed(const Deed &deed, State &state) {
  state.taken = state.words[deed.word];
  state.words[deed.word] = deed.change(state.taken);
}

// What VT-d 5.2.3 says of one posting.
void do_post(unsigned vector, bool urgent, State &state) {
  state.words[vector / 64] |= std::uint64_t{1} << (vector % 64);
  const bool notifies = (state.words[4] & kOn) == 0 && (urgent || (state.words[4] & kSn) == 0);
  if (!notifies) return;
  state.words[4] |= kOn;
  ++state.notifications;
}

class PostingCpu : public RtlPosting {
 protected:
  static constexpr unsigned kVector = 0x53;  // in word 1

  void set_state(const State &state) {
    set_descriptor({});
    for (unsigned word = 0; word < kWords; ++word) {
      memory().write64(HostAddr(kDescriptor + 8 * word), state.words[word]);
    }
  }
  State state(std::uint64_t taken) {
    State now{.notifications = static_cast<unsigned>(unit().take_messages().size()),
              .taken = taken};
    for (unsigned word = 0; word < kWords; ++word) {
      now.words[word] = memory().read64(HostAddr(kDescriptor + 8 * word));
    }
    return now;
  }

  // One posting, and the deed so many clocks after the posting asks for the descriptor first, or
  // just before when it never does so soon. Says which of the orders it was; 3: either.
  unsigned race(const State &before, bool urgent, const Deed &deed, unsigned clocks) {
    set_state(before);
    unit().take_messages();
    State first = before;  // the CPU
    do_deed(deed, first);
    do_post(kVector, urgent, first);
    State last = before;
    do_post(kVector, urgent, last);
    do_deed(deed, last);
    const auto handle = post(kVector + (urgent ? kUrgent : 0));
    const unsigned reads = count(bench::kPostingId, false);
    unit().step_until([&] { return count(bench::kPostingId, false) != reads; }, "the first read");
    unit().step(clocks);
    const std::uint64_t at = kDescriptor + 8ULL * deed.word;
    const std::uint64_t taken = memory().read64(HostAddr(at));
    exchange(at, deed.change(taken));
    EXPECT_THAT(wait(handle), IsOkay());
    const State now = state(taken);
    const unsigned order = unsigned{now == first} | unsigned{now == last} << 1;
    EXPECT_NE(order, 0U) << deed.name << ", " << clocks << " clocks";
    return order;
  }
};

TEST_P(PostingCpu, EveryClockOfAnUpdate) {
  constexpr unsigned kClocks = 40;
  start();
  send(kVector);
  send(kVector + kUrgent);
  for (const Deed &deed : kDeeds) {
    std::set<unsigned> orders;
    const unsigned refused = refused_updates();
    for (unsigned setting = 0; setting < 8; ++setting) {
      SCOPED_TRACE(fmt::format("{}, setting {}", deed.name, setting));
      State before;
      before.words = {0, 1, 0, 0x8000, kIdle.word() | (setting & 3)};
      for (unsigned clocks = 0; clocks < kClocks; ++clocks) {
        orders.insert(race(before, (setting & 4) != 0, deed, clocks));
        ASSERT_FALSE(HasFailure());
      }
    }
    // It was late enough to come after the update, and soon enough to make it look again.
    EXPECT_TRUE(orders.contains(2) || orders.contains(3)) << deed.name;
    EXPECT_GT(refused_updates(), refused) << deed.name;
  }
}

// Somebody who comes first again and again only makes it look again, in every state.
TEST_P(PostingCpu, OvertakenThreeTimes) {
  start();
  for (unsigned setting = 0; setting < 8; ++setting) {
    SCOPED_TRACE(setting);
    const bool urgent = (setting & 4) != 0;
    State wanted;
    wanted.words = {0, 1, 0, 0x8000, kIdle.word() | (setting & 3)};
    set_state(wanted);
    const unsigned refused = refused_updates();
    unsigned reads = count(bench::kPostingId, false);
    const auto handle = post(kVector + (urgent ? kUrgent : 0));
    for (unsigned times = 1; times <= 3; ++times) {
      unit().step_until([&] { return count(bench::kPostingId, false) != reads; }, "a read");
      reads = count(bench::kPostingId, false);
      wanted.words[0] |= std::uint64_t{1} << times;
      memory().write64(HostAddr(kDescriptor), wanted.words[0]);
      unit().step_until([&] { return refused_updates() == refused + times; }, "a refused write");
    }
    EXPECT_THAT(wait(handle), IsOkay());
    EXPECT_EQ(refused_updates(), refused + 3);
    do_post(kVector, urgent, wanted);
    EXPECT_EQ(state(0), wanted);
  }
}

// A CPU that does nothing but what notifications tell it: after one it clears ON, then takes all
// requests, each step some clocks after the last one. All vectors reach it, none more often than it
// was posted; each notification is one that ON was set for.
class PostingStream : public PostingCpu {
 protected:
  static constexpr unsigned kPosts = 400;

  void cpu_step() {
    for (const Message &message : unit().take_messages()) {
      EXPECT_EQ(message, kNotification);
      ++notifications_;
      woken_ = true;
    }
    if (wait_ > 0) {
      --wait_;
    } else if (step_ > 0) {
      take(step_ - 1);
      step_ = step_ == 4 ? 0 : step_ + 1;
      wait_ = random_.below(6);
    } else if (woken_) {
      woken_ = false;
      const std::uint64_t old = exchange(kControl, control() & ~kOn);
      cleared_ += old & kOn;
      step_ = 1;
      wait_ = random_.below(12);
    }
  }
  void take(unsigned word) {
    const std::uint64_t bits = exchange(kDescriptor + 8ULL * word, 0);
    for (unsigned bit = 0; bit < 64; ++bit) {
      if (((bits >> bit) & 1) != 0) ++taken_[64 * word + bit];
    }
  }
  void run(unsigned few) {
    std::vector<bench::RtlIommu::Handle> handles;
    std::map<unsigned, unsigned> posted;
    for (unsigned n = 0; n < kPosts; ++n) {
      const auto vector = static_cast<unsigned>(random_.below(few)) * (256 / few);
      handles.push_back(post(vector));
      ++posted[vector];
      for (std::uint64_t clocks = random_.below(60); clocks > 0; --clocks) {
        unit().step();
        cpu_step();
      }
    }
    for (unsigned n = 0; n < 400'000 && !unit().at_rest(); ++n) {
      unit().step();
      cpu_step();
    }
    ASSERT_TRUE(unit().at_rest());
    for (unsigned n = 0; n < 400; ++n) {
      unit().step();
      cpu_step();
    }
    for (const auto handle : handles) EXPECT_THAT(wait(handle), IsOkay());
    for (const auto &[vector, times] : posted) {
      EXPECT_GE(taken_[vector], 1U) << "lost: " << vector;
      EXPECT_LE(taken_[vector], times) << "doubled: " << vector;
    }
    for (const auto &[vector, times] : taken_) EXPECT_TRUE(posted.contains(vector)) << vector;
    EXPECT_EQ(notifications_, cleared_);
    EXPECT_EQ(control(), kIdle.word());
    for (unsigned word = 0; word < 4; ++word) EXPECT_EQ(requests(word), 0U);
  }

  bench::Random random_{scenario_seed(), 77};
  std::map<unsigned, unsigned> taken_;
  std::uint64_t notifications_ = 0;
  std::uint64_t cleared_ = 0;
  std::uint64_t wait_ = 0;
  unsigned step_ = 0;
  bool woken_ = false;
};

TEST_P(PostingStream, NothingIsLostOrDoubled) {
  start();
  run(256);
  EXPECT_GT(notifications_, 10U);
  EXPECT_GT(refused_updates(), 0U);
}

TEST_P(PostingStream, OfFewVectorsThroughSlowMemory) {
  make({.table_memory = {.min_latency = 1, .max_latency = 60, .reorder = true, .stall_percent = 30},
        .device_stall_percent = 20});
  start();
  run(4);
  EXPECT_GT(notifications_, 10U);
  EXPECT_GT(refused_updates(), 0U);
}

DMAR_RTL_SCENARIO_WITH(PostingCpu, posts_interrupts);
DMAR_RTL_SCENARIO_WITH(PostingStream, posts_interrupts);

}  // namespace
}  // namespace dmar
