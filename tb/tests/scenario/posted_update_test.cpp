// SPDX-License-Identifier: Apache-2.0
// Posting (VT-d 5.2.3): what becomes of a descriptor, for every state of ON, SN and URG, every
// vector and every form of the destination.
#include <fmt/format.h>

#include "tests/scenario/posted_scenario.hpp"

namespace dmar {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PostedUpdate : public PostedScenario {};

// The values of the worked example.
TEST_P(PostedUpdate, WorkedExample) {
  start_remapping(7);
  table().set_raw(0x70, 0x3456'7FC0'00A3'8001, 0x0000'0012'0004'3A10);
  const Request request = interrupt_of({0xFEE0'0E10, 0}, SourceId(0x3A10));
  struct Case {
    bool urgent;
    std::uint64_t before, after;
    bool notifies;
  };
  for (const Case &c : {Case{false, 0x0000'0300'00F2'0000, 0x0000'0300'00F2'0001, true},
                        Case{false, 0x0000'0300'00F2'0001, 0x0000'0300'00F2'0001, false},
                        Case{false, 0x0000'0300'00F2'0002, 0x0000'0300'00F2'0002, false},
                        Case{true, 0x0000'0300'00F2'0002, 0x0000'0300'00F2'0003, true}}) {
    SCOPED_TRACE(fmt::format("q4 {:#x}", c.before));
    table().set_raw(0x70, 0x3456'7FC0'00A3'8001 | (c.urgent ? bit(14) : 0), 0x0000'0012'0004'3A10);
    driver().invalidate(InterruptScope{});
    descriptor().clear(c.before);
    descriptor().set_word(2, 0x20);
    EXPECT_THAT(access(request), IsPosted());
    EXPECT_THAT(descriptor().words(),
                ElementsAre(0, 0, 0x0000'0008'0000'0020, 0, c.after, 0, 0, 0));
    if (c.notifies) {
      EXPECT_THAT(notifications(), ElementsAre(Message{0xFEE0'3000, 0x40F2}));
    } else {
      EXPECT_THAT(notifications(), IsEmpty());
    }
  }
}

// The same with 32-bit APIC ids.
TEST_P(PostedUpdate, WorkedExampleWithLongIds) {
  if (!config().extended_interrupt_mode) GTEST_SKIP() << "no 32-bit APIC ids in this configuration";
  start_remapping(7, true);
  table().set_raw(0x70, 0x3456'7FC0'00A3'8001, 0x0000'0012'0004'3A10);
  descriptor().clear(0x0001'2345'00F2'0000);
  descriptor().set_word(2, 0x20);
  EXPECT_THAT(access(interrupt_of({0xFEE0'0E10, 0}, SourceId(0x3A10))), IsPosted());
  EXPECT_THAT(descriptor().words(),
              ElementsAre(0, 0, 0x0000'0008'0000'0020, 0, 0x0001'2345'00F2'0001, 0, 0, 0));
  EXPECT_THAT(notifications(), ElementsAre(Message{0x0001'2300'FEE4'5000, 0x40F2}));
}

// ON, SN and URG in all combinations; the vector's bit is set in each.
TEST_P(PostedUpdate, FullMatrix) {
  start_remapping(8);
  for (unsigned mix = 0; mix < 8; ++mix) {
    const bool on = (mix & 1) != 0;
    const bool suppressed = (mix & 2) != 0;
    const bool urgent = (mix & 4) != 0;
    SCOPED_TRACE(fmt::format("ON {} SN {} URG {}", on, suppressed, urgent));
    const bool notifies = !on && (urgent || !suppressed);
    const std::uint64_t before = kControl | (on ? kOn : 0) | (suppressed ? kSn : 0);
    descriptor().clear(before);
    const unsigned index = post_to({.urgent = urgent, .vector = 0x41});
    EXPECT_THAT(access(interrupt(index)), IsPosted());
    EXPECT_THAT(descriptor().words(),
                ElementsAre(0, 2, 0, 0, before | (notifies ? kOn : 0), 0, 0, 0));
    EXPECT_THAT(notifications(), ::testing::SizeIs(notifies ? 1 : 0));
  }
}

// One bit a vector, beside all that is pending already.
TEST_P(PostedUpdate, EveryVector) {
  start_remapping(9);
  for (unsigned vector = 0; vector < 256 && !HasFailure(); ++vector) {
    SCOPED_TRACE(vector);
    descriptor().clear(kControl);
    EXPECT_THAT(access(interrupt(post_to({.vector = vector}))), IsPosted());
    for (unsigned n = 0; n < 4; ++n) {
      EXPECT_EQ(descriptor().word(n), n == vector / 64 ? bit(vector % 64) : 0);
    }
    EXPECT_EQ(descriptor().control(), kControl | kOn);
    for (unsigned n = 0; n < 4; ++n) descriptor().set_word(n, ~std::uint64_t{0});
    EXPECT_THAT(access(interrupt(post_to({.vector = vector}))), IsPosted());
    for (unsigned n = 0; n < 4; ++n) EXPECT_EQ(descriptor().word(n), ~std::uint64_t{0});
    EXPECT_THAT(notifications(), ElementsAre(kNotification));
  }
}

// Until software clears ON there is one notification, for however many interrupts.
TEST_P(PostedUpdate, OneNotificationUntilOnIsCleared) {
  start_remapping(8);
  descriptor().clear(kControl);
  for (unsigned vector = 0x20; vector < 0x28; ++vector) {
    EXPECT_THAT(access(interrupt(post_to({.vector = vector}))), IsPosted());
  }
  EXPECT_EQ(descriptor().word(0), std::uint64_t{0xFF} << 32);
  EXPECT_THAT(notifications(), ElementsAre(kNotification));
  descriptor().clear(kControl);
  EXPECT_THAT(access(interrupt(post_to({.vector = 0x20}))), IsPosted());
  EXPECT_THAT(notifications(), ElementsAre(kNotification));
}

// A request does not contribute more than its index.
TEST_P(PostedUpdate, RequestContributesNothing) {
  start_remapping(8);
  const unsigned index = post_to({.vector = 0x41});
  for (const std::uint32_t data : {0U, 0xFFFF'FFFFU, 0x8052U}) {
    descriptor().clear(kControl);
    Request request = interrupt(index);
    request.message_data = data;
    EXPECT_THAT(access(request), IsPosted());
    EXPECT_EQ(descriptor().word(1), 2U);
  }
}

TEST_P(PostedUpdate, NotificationVectors) {
  start_remapping(8);
  const unsigned index = post_to({});
  for (unsigned n = 0; n < 8; ++n) {
    descriptor().clear(PostedDescriptor::notify(1U << n, 3));
    EXPECT_THAT(access(interrupt(index)), IsPosted());
    EXPECT_THAT(notifications(), ElementsAre(Message{0xFEE0'3000, 0x4000 | 1U << n}));
  }
}

TEST_P(PostedUpdate, ShortDestinations) {
  start_remapping(8);
  const unsigned index = post_to({});
  for (unsigned n = 0; n < 8; ++n) {
    descriptor().clear(PostedDescriptor::notify(0xF2, 1U << n));
    EXPECT_THAT(access(interrupt(index)), IsPosted());
    EXPECT_THAT(notifications(), ElementsAre(Message{0xFEE0'0000 | bit(12 + n), 0x40F2}));
  }
}

TEST_P(PostedUpdate, LongDestinations) {
  if (!config().extended_interrupt_mode) GTEST_SKIP() << "no 32-bit APIC ids in this configuration";
  start_remapping(8, true);
  const unsigned index = post_to({});
  for (unsigned n = 0; n < 32; ++n) {
    descriptor().clear(0x00F2'0000 | bit(32 + n));
    EXPECT_THAT(access(interrupt(index)), IsPosted());
    const std::uint64_t address = n < 8 ? bit(12 + n) : bit(40 + n - 8);
    EXPECT_THAT(notifications(), ElementsAre(Message{0xFEE0'0000 | address, 0x40F2}));
  }
}

// Nothing beside the descriptor is touched.
TEST_P(PostedUpdate, NeighboursStayAsTheyAre) {
  start_remapping(8);
  const std::uint64_t before = kDescriptor.raw() - 8;
  const std::uint64_t after = kDescriptor.raw() + 64;
  memory().write64(HostAddr(before), 0x1111'2222'3333'4444);
  memory().write64(HostAddr(after), 0x5555'6666'7777'8888);
  descriptor().clear(kControl);
  EXPECT_THAT(access(interrupt(post_to({.vector = 0}))), IsPosted());
  EXPECT_THAT(access(interrupt(post_to({.vector = 255}))), IsPosted());
  EXPECT_EQ(memory().read64(HostAddr(before)), 0x1111'2222'3333'4444U);
  EXPECT_EQ(memory().read64(HostAddr(after)), 0x5555'6666'7777'8888U);
}

// The unit's own accesses are not those of a device: protected memory does not stop them.
TEST_P(PostedUpdate, ProtectedMemoryDoesNotCount) {
  if (!config().protected_high) GTEST_SKIP() << "no protected memory in this configuration";
  start_remapping(8);
  driver().write64(reg::kPhmbase, 0);
  driver().write64(reg::kPhmlimit, bits(config().host_address_width - 1, 0));
  driver().write32(reg::kPmen, pmen::kEpm);
  driver().poll32(reg::kPmen, pmen::kPrs, pmen::kPrs, "PMEN");
  descriptor().clear(kControl);
  EXPECT_THAT(access(interrupt(post_to({}))), IsPosted());
  EXPECT_EQ(descriptor().control(), kControl | kOn);
}

// An entry that is changed from remapped to posted and back, each time with an invalidation.
TEST_P(PostedUpdate, EntryChangesItsFormat) {
  start_remapping(8);
  const unsigned index = fresh_index();
  const PostedEntry posted{.vector = 0x41, .descriptor = kDescriptor};
  const InterruptEntry remapped{.vector = 0x52, .destination = 0x100};
  for (unsigned n = 0; n < 3; ++n) {
    table().set(index, remapped);
    driver().invalidate(InterruptScope{.all = false, .index = index});
    EXPECT_THAT(access(interrupt(index)), Delivers(delivered(remapped)));
    table().set_raw(index, posted.lo(), posted.hi());
    driver().invalidate(InterruptScope{.all = false, .index = index});
    descriptor().clear(kControl);
    EXPECT_THAT(access(interrupt(index)), IsPosted());
    EXPECT_EQ(descriptor().word(1), 2U);
  }
}

DMAR_POSTED_SCENARIO(PostedUpdate);

}  // namespace
}  // namespace dmar
