// SPDX-License-Identifier: Apache-2.0
// The invalidation queue when software does everything right (VT-d 6.5.2): ring, sizes, waits.
#include <fmt/format.h>

#include <algorithm>

#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

namespace g = granularity;

class Queue : public Scenario {
 protected:
  [[nodiscard]] std::uint32_t head() { return driver().read32(reg::kIqh); }
  void settle_without_error() {
    unit().settle();
    EXPECT_EQ(driver().fault_status() & fsts::kIqe, 0U);
    EXPECT_EQ(head(), driver().read32(reg::kIqt));
  }
};

TEST_P(Queue, EveryValidDescriptor) {
  driver().enable_queue();
  for (unsigned granularity = 1; granularity <= 3; ++granularity) {
    driver().submit({context_descriptor({.granularity = granularity,
                                         .domain = 0xFFFF,
                                         .source_id = SourceId(0xFFFF),
                                         .function_mask = 3})});
    settle_without_error();
    if (granularity == g::kDeviceOrPage && !config().page_selective) continue;
    for (const std::uint64_t address : {std::uint64_t{0}, kIova.raw(), ~std::uint64_t{0xFFF}}) {
      driver().submit({iotlb_descriptor({.granularity = granularity,
                                         .domain = 0xFFFF,
                                         .address = Iova(address),
                                         .address_mask = config().max_address_mask,
                                         .leaf_only = address == 0})});
      settle_without_error();
    }
  }
}

// Fields that the granularity does not use may hold anything (RealBug44).
TEST_P(Queue, RealBug44_UnusedFieldsAreIgnored) {
  driver().enable_queue();
  for (unsigned granularity = 1; granularity <= 2; ++granularity) {
    driver().submit({iotlb_descriptor({.granularity = granularity,
                                       .domain = 0xABCD,
                                       .address = Iova(~std::uint64_t{0xFFF}),
                                       .address_mask = 63,
                                       .leaf_only = true})});
    settle_without_error();
  }
}

// RealBug38: all mixes of SW, IF and FN complete, the empty one included.
TEST_P(Queue, RealBug38_EveryMixOfWait) {
  driver().enable_queue();
  for (unsigned mix = 0; mix < 8; ++mix) {
    const HostAddr status(Driver::kStatus.raw() + 0x800 + 4 * mix);
    driver().submit({wait_descriptor({.status_write = (mix & 1) != 0,
                                      .interrupt = (mix & 2) != 0,
                                      .fence = (mix & 4) != 0,
                                      .status_address = status,
                                      .status_data = 0x1000'0001 + mix})});
    settle_without_error();
    EXPECT_EQ(memory().read32(status), (mix & 1) != 0 ? 0x1000'0001 + mix : 0U) << mix;
    EXPECT_EQ(driver().read32(reg::kIcs), (mix & 2) != 0 ? kIcsIwc : 0U) << mix;
    driver().write32(reg::kIcs, kIcsIwc);
  }
}

TEST_P(Queue, StatusWritesTouchFourBytes) {
  driver().enable_queue();
  for (unsigned n = 0; n < 4; ++n) {
    const HostAddr line(0x0700'4000);
    for (unsigned k = 0; k < 4; ++k) memory().write32(HostAddr(line.raw() + 4 * k), 0xFFFF'FFFF);
    driver().submit({wait_descriptor({.status_write = true,
                                      .status_address = HostAddr(line.raw() + 4 * n),
                                      .status_data = 0x0403'0201})});
    settle_without_error();
    for (unsigned k = 0; k < 4; ++k) {
      EXPECT_EQ(memory().read32(HostAddr(line.raw() + 4 * k)), k == n ? 0x0403'0201U : kAll32);
    }
  }
}

// Address bits that no host address has are ignored.
// The queue has no error for a status write that memory refuses: the wait completes, its event
// follows, and the queue goes on.
TEST_P(Queue, RefusedStatusWriteCompletesTheWait) {
  const HostAddr refused(Driver::kStatus.raw() + 0x900);
  const HostAddr taken(Driver::kStatus.raw() + 0x940);
  memory().inject_error(refused, HostAddr(refused.raw() + 3), Memory::ErrorOn::kWrite);
  driver().enable_queue();
  driver().submit({wait_descriptor({.status_write = true,
                                    .interrupt = true,
                                    .status_address = refused,
                                    .status_data = 0x1234'5678})});
  settle_without_error();
  EXPECT_EQ(driver().fault_status(), 0U);
  EXPECT_EQ(driver().read32(reg::kIcs), kIcsIwc);
  EXPECT_EQ(memory().read32(refused), 0U);
  driver().write32(reg::kIcs, kIcsIwc);
  driver().submit({wait_descriptor(
      {.status_write = true, .status_address = taken, .status_data = 0x9ABC'DEF0})});
  settle_without_error();
  EXPECT_EQ(memory().read32(taken), 0x9ABC'DEF0U);
  EXPECT_EQ(driver().read32(reg::kIcs), 0U);
}

TEST_P(Queue, StatusAddressBitsBeyondTheWidth) {
  driver().enable_queue();
  for (unsigned n = config().host_address_width; n < 64; ++n) {
    driver().submit({wait_descriptor({.status_write = true,
                                      .status_address = HostAddr(Driver::kStatus.raw() | bit(n)),
                                      .status_data = n})});
    settle_without_error();
    EXPECT_EQ(memory().read32(Driver::kStatus), n);
  }
}

// RealBug20: each wait writes once and in order; the last one is visible last.
TEST_P(Queue, RealBug20_WaitsCompleteInOrder) {
  driver().enable_queue();
  std::vector<std::uint32_t> seen;
  const auto handle = memory().observe_writes([&](HostAddr address, auto bytes) {
    if (address.raw() >> 12 == 0x0700'5000 >> 12 && bytes.size() == 4) {
      seen.push_back(static_cast<std::uint32_t>(address.raw() & 0xFFF) / 4);
    }
  });
  for (unsigned n = 0; n < 40; ++n) {
    driver().push(iotlb_descriptor({}));
    driver().push(wait_descriptor({.status_write = true,
                                   .fence = n % 3 == 0,
                                   .status_address = HostAddr(0x0700'5000 + 4 * n),
                                   .status_data = n}));
  }
  driver().ring_doorbell();
  driver().wait_for_queue();
  memory().stop_observing(handle);
  ASSERT_EQ(seen.size(), 40U);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
}

// RealBug34, RealBug46: the ring wraps, several times, over what was there before.
TEST_P(Queue, RealBug34_RingWrapsOverGarbage) {
  for (std::uint64_t at = 0; at < 4096; at += 8) {
    memory().write64(HostAddr(Driver::kQueue.raw() + at), ~std::uint64_t{0});
  }
  driver().enable_queue();
  std::uint32_t expected = 0;
  for (unsigned round = 0; round < 11; ++round) {
    for (unsigned n = 0; n < 60; ++n) driver().push(wait_descriptor({.fence = true}));
    driver().wait_for_queue();
    expected = (expected + 61 * 16) % 4096;
    EXPECT_EQ(head(), expected);
  }
  EXPECT_EQ(driver().fault_status(), 0U);
}

// RealBug03: the wait in the last slot of the ring.
TEST_P(Queue, RealBug03_WaitInTheLastSlot) {
  driver().enable_queue();
  for (unsigned n = 0; n < 255; ++n) driver().push(iotlb_descriptor({}));
  const std::uint32_t ticket = driver().push_wait();
  EXPECT_EQ(driver().tail(), 0U);
  // 256 descriptors fill the ring, which would look empty: one slot stays free.
  driver().set_tail(4096 - 16);
  driver().ring_doorbell();
  settle_without_error();
  EXPECT_FALSE(driver().wait_completed(ticket));
  driver().set_tail(0);
  driver().ring_doorbell();
  settle_without_error();
  EXPECT_TRUE(driver().wait_completed(ticket));
  EXPECT_EQ(head(), 0U);
}

TEST_P(Queue, EverySizeWraps) {
  for (unsigned size_code = 0; size_code <= 2; ++size_code) {
    driver().enable_queue(size_code);
    const std::uint32_t bytes = std::uint32_t{4096} << size_code;
    // Start near the end: the head gets there only by processing, so fill with no-ops.
    for (std::uint32_t at = 0; at < bytes - 32; at += 16) driver().push(wait_descriptor({}));
    driver().ring_doorbell();
    unit().settle();
    EXPECT_EQ(head(), bytes - 32) << size_code;
    driver().wait_for_queue();
    driver().wait_for_queue();
    EXPECT_EQ(head(), 0U) << size_code;
    driver().wait_for_queue();
    EXPECT_EQ(head(), 16U) << size_code;
    EXPECT_EQ(driver().fault_status(), 0U);
    driver().disable_queue();
  }
}

TEST_P(Queue, HeadNeverPassesTheTail) {
  driver().enable_queue();
  for (unsigned n = 0; n < 20; ++n) driver().push({.lo = ~std::uint64_t{0}, .hi = 0});  // bad ones
  driver().set_tail(0);
  for (unsigned n = 0; n < 20; ++n) {
    driver().submit({wait_descriptor({})});
    settle_without_error();
    EXPECT_EQ(head(), 16 * (n + 1));
  }
}

TEST_P(Queue, TailWritesOfEveryWidth) {
  driver().enable_queue();
  driver().push(wait_descriptor({}));
  driver().write64(reg::kIqt, driver().tail());
  settle_without_error();
  driver().push(wait_descriptor({}));
  driver().write32(reg::kIqt + 4, ~std::uint32_t{0});  // no bits there
  unit().settle();
  EXPECT_EQ(head(), 16U);
  driver().ring_doorbell();
  settle_without_error();
  EXPECT_EQ(head(), 32U);
}

TEST_P(Queue, WorksInEveryStateOfTranslation) {
  driver().enable_queue();
  driver().wait_for_queue();
  start_with_page();
  driver().wait_for_queue();
  driver().disable_translation();
  driver().wait_for_queue();
  EXPECT_EQ(head(), 48U);
}

TEST_P(Queue, AddressAboveFourGigabytes) {
  const HostAddr base(bit(config().host_address_width - 1) + 0x3000);
  driver().enable_queue(0, base);
  driver().wait_for_queue();
  EXPECT_EQ(head(), 16U);
}

DMAR_SCENARIO(Queue);

}  // namespace
}  // namespace dmar
