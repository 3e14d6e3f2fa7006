// SPDX-License-Identifier: Apache-2.0
// The invalidation queue while software changes what is around it (VT-d 6.5.2, 11.4.4): the root
// pointer is set again under a running queue, the ring ends at the end of the address space.
#include <fmt/format.h>

#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

class QueueBase : public Scenario {
 protected:
  [[nodiscard]] std::uint32_t head() { return driver().read32(reg::kIqh); }

  // IQE for want of an address, and the head where it was.
  void expect_fetch_error(std::uint32_t at) {
    driver().poll32(reg::kFsts, fsts::kIqe, fsts::kIqe, "IQE");
    EXPECT_EQ(driver().read64(reg::kIqercd) & 0xF, static_cast<std::uint64_t>(QueueError::kFetch));
    EXPECT_EQ(head(), at);
  }
  // Executes empty waits until the head is at `offset`.
  void advance_to(std::uint32_t offset) {
    while (driver().tail() != offset) driver().push(wait_descriptor({}));
    driver().ring_doorbell();
    driver().poll32(reg::kIqh, ~std::uint32_t{0}, offset, "the queue");
  }
};

// Xen writes GSTS OR the new bit. The queue does not restart: nothing is carried out twice.
TEST_P(QueueBase, RootPointerUnderARunningQueue) {
  start_with_page();
  driver().enable_queue();
  for (const std::uint32_t written : {gcmd::kTe | gcmd::kQie, gcmd::kQie}) {
    for (unsigned n = 0; n < 5; ++n) driver().push_wait();
    driver().wait_for_queue();
    const std::uint32_t before = head();
    ASSERT_NE(before, 0U);
    for (unsigned n = 0; n < 256; ++n) memory().write32(HostAddr(Driver::kStatus.raw() + 4 * n), 0);
    driver().write64(reg::kRtaddr, tables().root_table().raw());
    const std::uint32_t status = driver().read32(reg::kGsts);
    EXPECT_EQ(status & (gsts::kTes | gsts::kQies), written);
    driver().write32(reg::kGcmd, status | gcmd::kSrtp);
    driver().poll32(reg::kGsts, gsts::kRtps, gsts::kRtps, "SRTP");
    unit().settle();
    EXPECT_EQ(driver().read32(reg::kGsts), written | gsts::kRtps);
    EXPECT_EQ(head(), before);
    EXPECT_EQ(driver().read32(reg::kIqt), before);
    for (unsigned n = 0; n < 256; ++n) {
      EXPECT_EQ(memory().read32(HostAddr(Driver::kStatus.raw() + 4 * n)), 0U) << n;
    }
    driver().wait_for_queue();
    EXPECT_EQ(head(), before + 16);
    EXPECT_EQ(driver().fault_status(), 0U);
    if ((written & gcmd::kTe) != 0) driver().disable_translation();
  }
}

// The same with work waiting in the ring: it is done once, in whatever order.
TEST_P(QueueBase, RootPointerWhileTheQueueWorks) {
  start_with_page();
  driver().enable_queue();
  advance_to(0x200);
  unsigned writes = 0;
  const auto observer = memory().observe_writes([&](HostAddr address, auto) {
    if (address.raw() >> 12 == Driver::kStatus.raw() >> 12) ++writes;
  });
  for (unsigned n = 0; n < 20; ++n) driver().push_wait();
  driver().ring_doorbell();
  driver().write32(reg::kGcmd, driver().read32(reg::kGsts) | gcmd::kSrtp);
  driver().poll32(reg::kGsts, gsts::kRtps, gsts::kRtps, "SRTP");
  unit().settle();
  memory().stop_observing(observer);
  EXPECT_EQ(writes, 20U);
  EXPECT_EQ(head(), 0x340U);
  EXPECT_NE(driver().read32(reg::kGsts) & gsts::kQies, 0U);
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
}

// A ring of two pages of which the second lies beyond the last address: address 0 is not it.
TEST_P(QueueBase, RingPastTheEndOfTheAddressSpace) {
  driver().enable_queue(1);
  advance_to(0x1010);
  const QueueDescriptor trap =
      wait_descriptor({.status_write = true, .status_address = HostAddr(0x7770), .status_data = 1});
  for (unsigned n = 0; n < 256; ++n) {
    memory().write64(HostAddr(16 * n), trap.lo);
    memory().write64(HostAddr(16 * n + 8), trap.hi);
  }
  driver().write64(reg::kIqa, 0xFFFF'FFFF'FFFF'F001);
  driver().write32(reg::kIqt, 0x1020);
  expect_fetch_error(0x1010);
  EXPECT_EQ(memory().read32(HostAddr(0x7770)), 0U);
  // Recovery: a ring that exists.
  driver().write64(reg::kIqa, Driver::kQueue.raw() | 1);
  driver().push(wait_descriptor({}));
  driver().write32(reg::kFsts, fsts::kIqe);
  unit().settle();
  EXPECT_EQ(driver().fault_status() & fsts::kIqe, 0U);
  EXPECT_EQ(head(), 0x1020U);
}

// The first page of the ring is the last one below the host address width.
TEST_P(QueueBase, RingAcrossTheHostAddressWidth) {
  const HostAddr base(bit(config().host_address_width) - kPage);
  driver().enable_queue(1, base);
  advance_to(0x1000);
  EXPECT_EQ(driver().fault_status(), 0U);
  driver().submit({wait_descriptor({})});
  expect_fetch_error(0x1000);
  driver().write64(reg::kIqa, Driver::kQueue.raw() | 1);
  memory().write64(HostAddr(Driver::kQueue.raw() + 0x1000), wait_descriptor({}).lo);
  driver().write32(reg::kFsts, fsts::kIqe);
  unit().settle();
  EXPECT_EQ(driver().fault_status() & fsts::kIqe, 0U);
  EXPECT_EQ(head(), 0x1010U);
}

// The head is in the second page of a ring that becomes one of one page: it takes the descriptor
// where it stands, and goes on inside the short ring.
TEST_P(QueueBase, HeadOutsideAShorterRing) {
  for (unsigned place = 256; place < 260; ++place) {
    SCOPED_TRACE(place);
    const auto put = [&](unsigned at, const QueueDescriptor &descriptor) {
      memory().write64(driver().slot(16 * at), descriptor.lo);
      memory().write64(HostAddr(driver().slot(16 * at).raw() + 8), descriptor.hi);
    };
    const auto status = [](unsigned n) { return HostAddr(Driver::kStatus.raw() + 0x800 + 4 * n); };
    const auto wait = [&](unsigned n) {
      return wait_descriptor({.status_write = true, .status_address = status(n), .status_data = n});
    };
    driver().set_tail(0);
    driver().enable_queue(1);
    advance_to(16 * place);
    for (unsigned n = 1; n < 4; ++n) put(place + n, {.lo = 0xE, .hi = 0});
    const unsigned next = place + 1 - 256;
    put(place, wait(1));
    put(next, wait(2));
    put(next + 1, wait(3));
    for (unsigned n = 1; n < 4; ++n) memory().write32(status(n), 0);
    driver().write64(reg::kIqa, Driver::kQueue.raw());
    driver().write32(reg::kIqt, 16 * (next + 2));
    driver().poll32(reg::kIqh, ~std::uint32_t{0}, 16 * (next + 2), "the queue");
    unit().settle();
    EXPECT_EQ(driver().fault_status(), 0U);
    for (unsigned n = 1; n < 4; ++n) EXPECT_EQ(memory().read32(status(n)), n);
    driver().disable_queue();
  }
}

DMAR_SCENARIO(QueueBase);

}  // namespace
}  // namespace dmar
