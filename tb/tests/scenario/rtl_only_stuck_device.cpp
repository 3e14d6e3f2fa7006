// SPDX-License-Identifier: Apache-2.0
// A device that takes no answers, for ever (RealBug10): software can still invalidate, set the root
// pointer and switch translation, and the answers are right when the device takes them at last.
#include <fmt/format.h>

#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class StuckDevice : public RtlScenario {
 protected:
  static constexpr Iova kUnmapped{0x9000};
  static constexpr unsigned kSettled = 5000;  // clocks after which nothing moves any more

  struct Asked {
    Request request;
    std::uint8_t id = 0;
    bool permitted = true;
  };
  Asked permitted(AccessKind kind, unsigned n, std::uint8_t id, std::uint32_t bytes = 64) {
    Request request = read_of(Iova(kIova.raw() + bytes * n % kPage), bytes);
    request.kind = kind;
    return {request, id, true};
  }
  Asked blocked(AccessKind kind, std::uint8_t id, std::uint32_t bytes = 64) {
    Request request = read_of(kUnmapped, bytes);
    request.kind = kind;
    return {request, id, false};
  }

  // Submits all, lets them go as far as they come, and then has software do everything that waits
  // for DMA.
  void run(const std::vector<Asked> &asked) {
    start_with_page();
    unit().access(read_of(kIova));
    unit().accept_device_answers(false);
    std::vector<bench::RtlIommu::Handle> handles;
    for (const Asked &one : asked) handles.push_back(unit().submit(one.request, {}, one.id));
    unit().step(kSettled);
    begin_invalidation(false);
    finish_invalidation();
    begin_invalidation(true);
    finish_invalidation();
    ASSERT_NO_THROW(driver().set_root_pointer(tables().root_table()));
    ASSERT_NO_THROW(driver().disable_translation());
    ASSERT_NO_THROW(driver().enable_translation());
    for (const auto handle : handles) EXPECT_FALSE(unit().poll(handle).has_value());
    unit().accept_device_answers(true);
    for (std::size_t n = 0; n < asked.size(); ++n) {
      const Completion completion = unit().wait(handles[n]).completion;
      const std::uint64_t reached = kData + asked[n].request.address.raw() % kPage;
      if (asked[n].permitted) {
        EXPECT_THAT(completion, Reaches(reached)) << n;
      } else {
        EXPECT_EQ(completion.status, Completion::Status::kBlocked) << n;
      }
    }
    driver().invalidate_all();
    EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kData));
    EXPECT_THAT(unit().access(write_of(kIova)), Reaches(kData));
  }
};

// Twice as many requests as the port has slots, so that those behind wait outside.
TEST_P(StuckDevice, ManyIds) {
  for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite}) {
    SCOPED_TRACE(static_cast<int>(kind));
    make({});
    std::vector<Asked> asked;
    for (unsigned n = 0; n < 16; ++n) {
      asked.push_back(permitted(kind, n, static_cast<std::uint8_t>(n % 5)));
    }
    run(asked);
  }
}

TEST_P(StuckDevice, OneIdWithBlockedOnesBetween) {
  for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite}) {
    for (unsigned first = 0; first < 2; ++first) {
      SCOPED_TRACE(fmt::format("kind {}, first {}", static_cast<int>(kind), first));
      make({});
      std::vector<Asked> asked;
      for (unsigned n = 0; n < 12; ++n) {
        asked.push_back(n % 2 == first ? blocked(kind, 3) : permitted(kind, n, 3));
      }
      run(asked);
    }
  }
}

// The blocked read is the oldest of its ID, and its error beats fill what there is to fill.
TEST_P(StuckDevice, LongBlockedReadInFront) {
  make({});
  std::vector<Asked> asked{blocked(AccessKind::kRead, 1, 4096)};
  for (unsigned n = 0; n < 4; ++n) asked.push_back(permitted(AccessKind::kRead, n, 1, 256));
  for (unsigned n = 0; n < 4; ++n) asked.push_back(permitted(AccessKind::kRead, n, 2, 256));
  run(asked);
}

// More read data than the unit can keep: what finds no room has not been released yet.
TEST_P(StuckDevice, MoreReadDataThanTheBufferHolds) {
  for (const unsigned ids : {1U, 8U}) {
    SCOPED_TRACE(ids);
    make({});
    std::vector<Asked> asked;
    for (unsigned n = 0; n < 8; ++n) {
      asked.push_back(permitted(AccessKind::kRead, 0, static_cast<std::uint8_t>(n % ids), 4096));
    }
    run(asked);
  }
}

// The write buffer is smaller than these: it empties into memory, whatever the device takes.
TEST_P(StuckDevice, MoreWriteDataThanTheBufferHolds) {
  std::vector<Asked> asked;
  for (unsigned n = 0; n < 12; ++n) {
    const auto id = static_cast<std::uint8_t>(n % 4);
    asked.push_back(n % 3 == 1 ? blocked(AccessKind::kWrite, id, 4096)
                               : permitted(AccessKind::kWrite, 0, id, 4096));
  }
  run(asked);
}

TEST_P(StuckDevice, ReadsAndWritesTogether) {
  make({.dma_memory = {.min_latency = 1, .max_latency = 50, .reorder = true}});
  std::vector<Asked> asked;
  for (unsigned n = 0; n < 32; ++n) {
    const AccessKind kind = n % 2 == 0 ? AccessKind::kRead : AccessKind::kWrite;
    const auto id = static_cast<std::uint8_t>(n / 2 % 3);
    asked.push_back(n % 5 == 0 ? blocked(kind, id) : permitted(kind, n, id));
  }
  run(asked);
}

DMAR_RTL_SCENARIO(StuckDevice);

}  // namespace
}  // namespace dmar
