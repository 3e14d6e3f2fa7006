// SPDX-License-Identifier: Apache-2.0
// Everything that stops the invalidation queue (VT-d 6.5.2.10): cause, head, order of causes,
// recovery without a tail write.
#include <fmt/format.h>

#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

namespace g = granularity;

class QueueErrors : public Scenario {
 protected:
  static constexpr QueueDescriptor kNothing = wait_descriptor({});

  void expect_stopped(QueueError cause) {
    driver().poll32(reg::kFsts, fsts::kIqe, fsts::kIqe, "IQE");
    EXPECT_EQ(driver().read64(reg::kIqercd) & 0xF, static_cast<std::uint64_t>(cause));
  }
  void expect_running() {
    unit().settle();
    EXPECT_EQ(driver().fault_status() & fsts::kIqe, 0U);
    EXPECT_EQ(driver().read32(reg::kIqh), driver().read32(reg::kIqt));
  }
  void clear_error() { driver().write32(reg::kFsts, fsts::kIqe); }
  void put(HostAddr slot, QueueDescriptor descriptor) {
    memory().write64(slot, descriptor.lo);
    memory().write64(HostAddr(slot.raw() + 8), descriptor.hi);
  }

  // One bad descriptor: the queue stops at it, and goes on once it is repaired and IQE cleared.
  void expect_invalid(QueueDescriptor descriptor, QueueError cause) {
    SCOPED_TRACE(fmt::format("descriptor {:016x} {:016x}", descriptor.hi, descriptor.lo));
    const std::uint32_t at = driver().tail();
    driver().submit({descriptor});
    expect_stopped(cause);
    EXPECT_EQ(driver().read32(reg::kIqh), at);
    put(driver().slot(at), kNothing);
    clear_error();
    driver().poll32(reg::kIqh, ~std::uint32_t{0}, driver().tail(), "queue after repair");
    EXPECT_EQ(driver().fault_status() & fsts::kIqe, 0U);
  }
  // Each bit of `lo` and `hi` set alone in `good`.
  void expect_reserved(QueueDescriptor good, std::uint64_t lo, std::uint64_t hi) {
    for (unsigned n = 0; n < 64 && !HasFailure(); ++n) {
      if ((lo & bit(n)) != 0) {
        expect_invalid({good.lo | bit(n), good.hi}, QueueError::kReservedBit);
      }
      if ((hi & bit(n)) != 0) {
        expect_invalid({good.lo, good.hi | bit(n)}, QueueError::kReservedBit);
      }
    }
  }
};

// RealBug35: the type has 7 bits, in two places.
TEST_P(QueueErrors, RealBug35_EveryType) {
  driver().enable_queue();
  for (unsigned type = 0; type < 128; ++type) {
    const std::uint64_t lo = (type & 0xF) | ((type >> 4) << 9) | (g::kGlobal << 4);
    if (type == 1 || type == 2 || type == 5) {
      driver().submit({{.lo = lo, .hi = 0}});
      expect_running();
      driver().write32(reg::kIcs, kIcsIwc);
    } else {
      expect_invalid({.lo = lo, .hi = 0}, QueueError::kInvalidType);
    }
    if (HasFailure()) return;
  }
}

TEST_P(QueueErrors, ReservedBitsOfContextInvalidation) {
  driver().enable_queue();
  const std::uint64_t lo = bits(8, 6) | bits(15, 12) | bits(63, 50);
  for (unsigned granularity = 1; granularity <= 3; ++granularity) {
    expect_reserved(context_descriptor({.granularity = granularity}), lo, ~std::uint64_t{0});
  }
}

TEST_P(QueueErrors, ReservedBitsOfIotlbInvalidation) {
  driver().enable_queue();
  const unsigned last = config().page_selective ? 3 : 2;
  for (unsigned granularity = 1; granularity <= last; ++granularity) {
    expect_reserved(iotlb_descriptor({.granularity = granularity}),
                    bit(8) | bits(15, 12) | bits(63, 32), bits(11, 7));
  }
}

TEST_P(QueueErrors, ReservedBitsOfWait) {
  driver().enable_queue();
  // PD (bit 7) is reserved: the unit has no page requests.
  expect_reserved(kNothing, bits(8, 7) | bits(31, 12), bits(1, 0));
  expect_reserved(wait_descriptor({.fence = true}), bits(8, 7) | bits(31, 12), bits(1, 0));
}

TEST_P(QueueErrors, ReservedGranularities) {
  driver().enable_queue();
  expect_invalid(context_descriptor({.granularity = 0}), QueueError::kReservedBit);
  expect_invalid(iotlb_descriptor({.granularity = 0}), QueueError::kReservedBit);
}

TEST_P(QueueErrors, AddressMaskAndPageSelective) {
  driver().enable_queue();
  for (unsigned mask = 0; mask < 64; ++mask) {
    const auto descriptor = iotlb_descriptor(
        {.granularity = g::kDeviceOrPage, .domain = 1, .address = kIova, .address_mask = mask});
    if (config().page_selective && mask <= config().max_address_mask) {
      driver().submit({descriptor});
      expect_running();
    } else {
      expect_invalid(descriptor, QueueError::kReservedBit);
    }
  }
}

// RealBug39: a descriptor with several defects has one cause, the type.
TEST_P(QueueErrors, RealBug39_TypeCountsBeforeReservedBits) {
  driver().enable_queue();
  expect_invalid({.lo = ~std::uint64_t{0}, .hi = ~std::uint64_t{0}}, QueueError::kInvalidType);
  expect_invalid({.lo = 0, .hi = ~std::uint64_t{0}}, QueueError::kInvalidType);
}

TEST_P(QueueErrors, FetchError) {
  driver().enable_queue();
  memory().inject_error(driver().slot(0), HostAddr(driver().slot(0).raw() + 15));
  driver().submit({kNothing});
  expect_stopped(QueueError::kFetch);
  EXPECT_EQ(driver().read32(reg::kIqh), 0U);
  memory().clear_errors();
  clear_error();
  expect_running();
}

TEST_P(QueueErrors, FetchBeyondTheHostAddressWidth) {
  for (unsigned n = config().host_address_width; n < 64; ++n) {
    driver().set_tail(0);
    driver().enable_queue(0, HostAddr(bit(n)));
    driver().write32(reg::kIqt, 0x10);
    expect_stopped(QueueError::kFetch);
    driver().disable_queue();
    clear_error();
  }
}

TEST_P(QueueErrors, TailBeyondTheRing) {
  for (unsigned size_code = 0; size_code <= 2; ++size_code) {
    driver().enable_queue(size_code);
    const std::uint32_t bytes = std::uint32_t{4096} << size_code;
    for (const std::uint32_t tail : {bytes, bytes + 16, std::uint32_t{0x7FFF0}}) {
      driver().write32(reg::kIqt, tail);
      expect_stopped(QueueError::kInvalidTail);
      EXPECT_EQ(driver().read32(reg::kIqh), 0U);
      // A good tail alone does not restart it.
      driver().write32(reg::kIqt, 0);
      unit().settle();
      EXPECT_NE(driver().fault_status() & fsts::kIqe, 0U);
      clear_error();
      expect_running();
    }
    driver().disable_queue();
  }
}

TEST_P(QueueErrors, WideDescriptorsAreNotSupported) {
  driver().enable_queue();
  driver().write64(reg::kIqa, Driver::kQueue.raw() | iqa::kDw);
  unit().settle();
  EXPECT_EQ(driver().fault_status(), 0U);  // nothing to fetch yet
  driver().write32(reg::kIqt, 0x20);
  expect_stopped(QueueError::kWidth);
  for (unsigned n = 0; n < 2; ++n) put(driver().slot(16 * n), kNothing);
  driver().write64(reg::kIqa, Driver::kQueue.raw());
  clear_error();
  expect_running();
}

TEST_P(QueueErrors, TableModeStopsTheQueue) {
  for (const unsigned mode : {1U, 2U, 3U}) {
    driver().set_root_pointer(tables().root_table(), mode);
    driver().enable_queue();
    driver().push(kNothing);
    driver().ring_doorbell();
    expect_stopped(QueueError::kTableMode);
    driver().set_root_pointer(tables().root_table(), 0);
    clear_error();
    expect_running();
    driver().disable_queue();
  }
}

// Before the fetch: table mode, width, tail; then the fetch itself, then the contents.
TEST_P(QueueErrors, OrderOfCauses) {
  driver().enable_queue();
  put(driver().slot(0), {.lo = ~std::uint64_t{0}, .hi = 0});
  memory().inject_error(driver().slot(0), HostAddr(driver().slot(0).raw() + 15));
  driver().write64(reg::kIqa, Driver::kQueue.raw() | iqa::kDw);
  driver().set_root_pointer(tables().root_table(), 2);
  driver().write32(reg::kIqt, 0x7FFF0);
  expect_stopped(QueueError::kTableMode);
  driver().set_root_pointer(tables().root_table(), 0);
  clear_error();
  expect_stopped(QueueError::kWidth);
  driver().write64(reg::kIqa, Driver::kQueue.raw());
  clear_error();
  expect_stopped(QueueError::kInvalidTail);
  driver().write32(reg::kIqt, 0x10);
  clear_error();
  expect_stopped(QueueError::kFetch);
  memory().clear_errors();
  clear_error();
  expect_stopped(QueueError::kInvalidType);
  put(driver().slot(0), {.lo = kNothing.lo | bit(8), .hi = 0});
  clear_error();
  expect_stopped(QueueError::kReservedBit);
  put(driver().slot(0), kNothing);
  clear_error();
  expect_running();
}

// What was fetched before the bad descriptor completes; nothing after it does.
TEST_P(QueueErrors, EarlierDescriptorsComplete) {
  driver().enable_queue();
  const std::uint32_t before = driver().push_wait();
  const std::uint32_t bad_at = driver().tail();
  driver().push({.lo = 0xE, .hi = 0});
  const std::uint32_t after = driver().push_wait();
  driver().ring_doorbell();
  expect_stopped(QueueError::kInvalidType);
  unit().settle();
  EXPECT_TRUE(driver().wait_completed(before));
  EXPECT_FALSE(driver().wait_completed(after));
  // The tail may move on meanwhile; that starts nothing.
  const std::uint32_t last = driver().push_wait();
  driver().ring_doorbell();
  unit().settle();
  EXPECT_FALSE(driver().wait_completed(last));
  put(driver().slot(bad_at), kNothing);
  clear_error();
  expect_running();
  EXPECT_TRUE(driver().wait_completed(after));
  EXPECT_TRUE(driver().wait_completed(last));
}

// IQE cleared without a repair: the queue finds the same descriptor again.
TEST_P(QueueErrors, ClearedWithoutRepairStopsAgain) {
  driver().enable_queue();
  driver().submit({{.lo = 0xE, .hi = 0}});
  for (unsigned n = 0; n < 3; ++n) {
    expect_stopped(QueueError::kInvalidType);
    clear_error();
  }
  expect_stopped(QueueError::kInvalidType);
}

TEST_P(QueueErrors, DisableAndEnableWhileStopped) {
  driver().enable_queue();
  driver().submit({{.lo = 0xE, .hi = 0}});
  expect_stopped(QueueError::kInvalidType);
  driver().disable_queue();
  EXPECT_EQ(driver().read32(reg::kIqh), 0U);
  driver().set_tail(0);
  driver().enable_queue();
  const std::uint32_t ticket = driver().push_wait();
  driver().ring_doorbell();
  unit().settle();
  EXPECT_FALSE(driver().wait_completed(ticket));  // IQE still stands
  clear_error();
  expect_running();
  EXPECT_TRUE(driver().wait_completed(ticket));
}

// Translation goes on while the queue stands still.
TEST_P(QueueErrors, TranslationGoesOn) {
  start_with_page();
  driver().enable_queue();
  driver().submit({{.lo = 0xE, .hi = 0}});
  expect_stopped(QueueError::kInvalidType);
  for (unsigned n = 0; n < 4; ++n) EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
}

DMAR_SCENARIO(QueueErrors);

}  // namespace
}  // namespace dmar
