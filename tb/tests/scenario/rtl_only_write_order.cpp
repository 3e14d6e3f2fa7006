// SPDX-License-Identifier: Apache-2.0
// Writes of one AXI ID, permitted and blocked in turn: the unit answers the blocked ones itself, so
// an answer of memory could go to the wrong one.
#include <fmt/format.h>

#include "dmar/pattern.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class WriteOrder : public RtlScenario {
 protected:
  static constexpr Iova kUnmapped{0x9000};
  static constexpr unsigned kWrites = 48;
  static constexpr std::uint8_t kId = 5;

  // Which of the writes is let through, by its number.
  using Permitted = bool (*)(unsigned n);

  void run(Permitted permitted) {
    std::vector<bench::RtlIommu::Handle> handles;
    std::vector<Request> requests;
    for (unsigned n = 0; n < kWrites; ++n) {
      const std::uint64_t page = permitted(n) ? kIova.raw() : kUnmapped.raw();
      requests.push_back(write_of(Iova(page + 64 * n), 16 + n % 3 * 16));
      handles.push_back(unit().submit(requests.back(), {}, kId));
    }
    for (unsigned n = 0; n < kWrites; ++n) {
      const Completion completion = unit().wait(handles[n]).completion;
      if (permitted(n)) {
        EXPECT_THAT(completion, Reaches(kData + 64 * n)) << n;
        EXPECT_EQ(memory().read64(HostAddr(kData + 64 * n)), first_word(requests[n])) << n;
      } else {
        EXPECT_THAT(completion, Faults(FaultReason::kWriteNotPermitted)) << n;
      }
    }
  }
  static std::uint64_t first_word(const Request &request) {
    std::uint64_t word = 0;
    for (unsigned k = 8; k-- > 0;) word = (word << 8) | pattern_byte(request.address, k);
    return word;
  }
};

TEST_P(WriteOrder, BlockedAndPermittedInTurn) {
  const std::vector<Permitted> mixes{
      [](unsigned n) { return n % 2 == 0; }, [](unsigned n) { return n % 2 == 1; },
      [](unsigned n) { return n % 3 == 0; }, [](unsigned n) { return n % 4 >= 2; },
      [](unsigned n) { return n % 7 != 3; }};
  const std::vector<bench::MemoryTiming> timings{
      {.min_latency = 1, .max_latency = 1},
      {.min_latency = 40, .max_latency = 40},
      {.min_latency = 1, .max_latency = 60, .reorder = true, .stall_percent = 30}};
  for (std::size_t mix = 0; mix < mixes.size(); ++mix) {
    for (const bench::MemoryTiming &timing : timings) {
      SCOPED_TRACE(
          fmt::format("mix {}, latency {}..{}", mix, timing.min_latency, timing.max_latency));
      make({.dma_memory = timing});
      start_with_page();
      run(mixes[mix]);
      // A slot that is never freed would hold up the drain, or the writes that need it.
      ASSERT_NO_THROW(driver().disable_translation());
      for (unsigned n = 0; n < 2 * slots(); ++n) {
        EXPECT_THAT(unit().access(write_of(Iova(kMoreData + 64 * n))), Reaches(kMoreData + 64 * n));
      }
      EXPECT_EQ(unit().in_flight(), 0U);
      if (HasFailure()) return;
    }
  }
}

// The answer of memory to the first write comes last of all: the second one, which is blocked, is
// answered after it and with its own status.
TEST_P(WriteOrder, BlockedWriteWaitsForTheOlderOne) {
  start_with_page();
  unit().access(read_of(kIova));
  hold_dma(false, true);
  std::vector<bench::RtlIommu::Handle> handles;
  for (unsigned n = 0; n < 6; ++n) {
    handles.push_back(unit().submit(write_of(n % 2 == 0 ? kIova : kUnmapped), {}, kId));
  }
  unit().step(1000);
  for (const auto handle : handles) EXPECT_FALSE(unit().poll(handle).has_value());
  release();
  for (unsigned n = 0; n < 6; ++n) {
    const Completion completion = unit().wait(handles[n]).completion;
    EXPECT_EQ(completion.status,
              n % 2 == 0 ? Completion::Status::kOkay : Completion::Status::kBlocked);
  }
  ASSERT_NO_THROW(driver().disable_translation());
}

// Memory errors belong to the write that met them.
TEST_P(WriteOrder, MemoryErrorsAmongBlockedWrites) {
  start_with_page();
  memory().inject_error(HostAddr(kData + 0x800), HostAddr(kData + 0x8FF));
  std::vector<bench::RtlIommu::Handle> handles;
  for (unsigned n = 0; n < 30; ++n) {
    const Iova good(kIova.raw() + (n % 3 == 0 ? 0x800 : 0x100));
    handles.push_back(unit().submit(write_of(n % 3 == 2 ? kUnmapped : good), {}, kId));
  }
  using Status = Completion::Status;
  for (unsigned n = 0; n < 30; ++n) {
    const Status want = n % 3 == 0   ? Status::kMemoryError
                        : n % 3 == 1 ? Status::kOkay
                                     : Status::kBlocked;
    EXPECT_EQ(unit().wait(handles[n]).completion.status, want) << n;
  }
  ASSERT_NO_THROW(driver().disable_translation());
}

DMAR_RTL_SCENARIO(WriteOrder);

}  // namespace
}  // namespace dmar
