// SPDX-License-Identifier: Apache-2.0
// How long an invalidation may take (docs/architecture.md, "Invalidation and drain"): measured in
// cycles from the register write to the status write, under traffic that never pauses, and held
// against the bound. After completion nothing of the old translation is under way at memory.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class DrainBound : public RtlScenario {
 protected:
  static constexpr unsigned kVictimPages = 4;  // of kDevice; they change with each invalidation
  static constexpr unsigned kOtherPages = 96;  // of the others: hits and misses
  static constexpr unsigned kRounds = 24;
  static constexpr std::array<SourceId, 3> kOthers{bdf(0, 5, 1), bdf(0, 6, 0), bdf(1, 0, 0)};
  static constexpr std::array<unsigned, 4> kLatencies{1, 20, 100, 200};

  enum class Traffic { kMixed, kFaults };

  void start(const bench::MemoryTiming &timing) {
    make({.dma_memory = timing, .table_memory = timing});
    victim_.emplace(tables().create_domain({.id = 1, .levels = 4}));
    tables().attach(kDevice, *victim_);
    for (unsigned n = 0; n < kVictimPages; ++n) {
      victim_->map(Iova(kIova.raw() + n * kPage), HostAddr(kData + n * kPage));
    }
    for (unsigned k = 0; k < kOthers.size(); ++k) {
      Domain domain = tables().create_domain({.id = 2 + k, .levels = 4});
      tables().attach(kOthers[k], domain);
      for (unsigned n = 0; n < kOtherPages; ++n) {
        // One page for each page table, so that a miss reads every level again.
        domain.map(Iova(kIova.raw() + n * kPage * 512 * 8), HostAddr(0x1'0000'0000 + n * kPage));
      }
    }
    driver().set_root_pointer(tables().root_table());
    driver().enable_translation();
    driver().enable_queue();
    sent_ = 0;
    old_page_ = 0;
    open_.clear();
  }

  [[nodiscard]] std::uint64_t old_base() const { return old_page_ == 0 ? kData : kMoreData; }
  [[nodiscard]] std::uint64_t new_base() const { return old_page_ == 0 ? kMoreData : kData; }

  Request next(Traffic traffic) {
    const unsigned n = sent_++;
    const bool victim = n % 4 == 0;
    Request request = read_of(Iova(kIova.raw() + n % kVictimPages * kPage + n % 32 * 64),
                              16U << (n % 5), kDevice);
    if (n % 3 != 0) request.kind = AccessKind::kWrite;
    if (victim) return request;
    request.source_id = kOthers[n % kOthers.size()];
    request.address = Iova(kIova.raw() + n * 7 % kOtherPages * kPage * 512 * 8 + n % 32 * 64);
    if (traffic == Traffic::kFaults) {
      request.address = Iova(0x4000 + n % 512 * kPage);  // mapped for nobody
    } else if (n % 8 == 5) {
      request.kind = AccessKind::kWrite;  // a message, which waits for the writes before it
      request.address = Iova(0xFEE0'0000 + n % 64 * 4096);
      request.bytes = 4;
    }
    return request;
  }

  // One cycle in which the devices have more requests ready than the port takes.
  void keep_busy(Traffic traffic) {
    while (unit().in_flight() < 2 * (2 * slots()) + 8)
      open_.push_back(unit().submit(next(traffic)));
    unit().step();
    std::erase_if(open_, [&](auto handle) { return unit().poll(handle).has_value(); });
    unit().take_verdicts();
  }

  // The longest of kRounds invalidations of the victim, one right after the other.
  std::uint64_t measure(Traffic traffic, bool answers_taken = true) {
    for (unsigned n = 0; n < 500; ++n) keep_busy(traffic);
    unit().accept_device_answers(answers_taken);
    if (!answers_taken) {
      for (unsigned n = 0; n < 3000; ++n) keep_busy(traffic);
    }
    const unsigned sent_before = sent_;
    std::uint64_t longest = 0;
    for (unsigned round = 0; round < kRounds; ++round) {
      for (unsigned n = 0; n < kVictimPages; ++n) {
        const HostAddr leaf = tables().entry_address(*victim_, Iova(kIova.raw() + n * kPage), 1);
        memory().write64(leaf, (new_base() + n * kPage) | 3);
      }
      driver().push(iotlb_descriptor({.granularity = granularity::kDomain, .domain = 1}));
      const std::uint32_t ticket = driver().push_wait();
      const std::uint64_t begin = unit().cycle();
      unit().start_write(reg::kIqt, 4, driver().tail());
      unit().take_dma_accesses();
      while (!driver().wait_completed(ticket) || unit().register_busy()) {
        keep_busy(traffic);
        if (unit().cycle() - begin > 100'000) {
          ADD_FAILURE() << "the drain does not end";
          return longest;
        }
      }
      longest = std::max(longest, unit().cycle() - begin);
      expect_nothing_old_under_way(traffic, round % 2 * 50);
      old_page_ = 1 - old_page_;
    }
    if (answers_taken) {
      EXPECT_GT(sent_ - sent_before, kRounds / 2) << "traffic stood still";
    }
    unit().accept_device_answers(true);
    return longest;
  }

  // Nor does anything go there in the cycles that follow.
  void expect_nothing_old_under_way(Traffic traffic, unsigned cycles) {
    unit().take_dma_accesses();
    for (const bench::AddressBeat &burst : unit().dma_under_way()) {
      EXPECT_NE(burst.address & ~0xFFFFULL, old_base()) << "cycle " << unit().cycle();
    }
    for (unsigned n = 0; n < cycles; ++n) keep_busy(traffic);
    for (const bench::AxiAccess &access : unit().take_dma_accesses()) {
      EXPECT_NE(access.address.address & ~0xFFFFULL, old_base()) << access.perform_cycle;
    }
  }

  // docs/architecture.md. The latencies are those that memory really showed.
  [[nodiscard]] std::uint64_t bound() {
    constexpr std::uint64_t kReads = 6;  // of a walk: root, context, four levels
    constexpr std::uint64_t kStandstill = 10 + 32;
    constexpr std::uint64_t kWriteBuffer = 256;
    const std::uint64_t table = unit().slowest_table_answer() + 8;
    const std::uint64_t data = unit().slowest_dma_answer() + 8;
    const std::uint64_t requests = 2 * slots();
    const std::uint64_t walking = (2 * requests + walks() - 1) / walks() * kReads * table;
    return 3 * table + 2 * walking + kStandstill + kWriteBuffer + (slots() + 1) * data;
  }

  void expect_within_bound(const std::string &what, std::uint64_t longest) {
    fmt::print("{}, {}: {} cycles, bound {}\n", GetParam(), what, longest, bound());
    EXPECT_LE(longest, bound()) << what;
    EXPECT_GT(longest, 2 * unit().slowest_table_answer()) << what << ": shorter than its reads";
  }

  std::optional<Domain> victim_;
  std::vector<bench::RtlIommu::Handle> open_;
  unsigned sent_ = 0;
  unsigned old_page_ = 0;
};

TEST_P(DrainBound, RealBug11_EndlessTraffic) {
  for (const unsigned latency : kLatencies) {
    start({.min_latency = latency, .max_latency = latency});
    const std::uint64_t longest = measure(Traffic::kMixed);
    expect_within_bound(fmt::format("latency {}", latency), longest);
  }
}

TEST_P(DrainBound, RealBug11_MemoryThatAnswersOutOfOrder) {
  start({.min_latency = 1, .max_latency = 100, .reorder = true});
  const std::uint64_t longest = measure(Traffic::kMixed);
  expect_within_bound("latency 1 to 100, any order", longest);
}

TEST_P(DrainBound, RealBug15_FloodOfFaults) {
  for (const unsigned latency : kLatencies) {
    start({.min_latency = latency, .max_latency = latency});
    const std::uint64_t longest = measure(Traffic::kFaults);
    expect_within_bound(fmt::format("faults, latency {}", latency), longest);
  }
}

// Everything that the devices could send is inside, and none of it is ever answered.
TEST_P(DrainBound, RealBug10_DevicesThatTakeNoAnswers) {
  for (const unsigned latency : kLatencies) {
    start({.min_latency = latency, .max_latency = latency});
    const std::uint64_t longest = measure(Traffic::kMixed, false);
    expect_within_bound(fmt::format("no answers taken, latency {}", latency), longest);
  }
}

DMAR_RTL_SCENARIO(DrainBound);

}  // namespace
}  // namespace dmar
