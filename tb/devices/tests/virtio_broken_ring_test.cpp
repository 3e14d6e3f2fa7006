// SPDX-License-Identifier: Apache-2.0
// Drivers that break the ring or the set-up of the queue: the device asks for a reset, and works
// after it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "devices/tests/malformed_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::HasSubstr;

constexpr std::uint16_t kNext = 1;
constexpr std::uint16_t kIndirect = 4;
constexpr std::uint64_t kRing = BlkDriver::kDescriptors;

struct BrokenRing {
  const char *name;
  const char *error;
  std::function<void(BlkDriver &, FakePort &)> make;  // up to and without the notification
  DriverOptions options = {};
};

class BreaksRing : public Malformed, public ::testing::WithParamInterface<BrokenRing> {};

TEST_P(BreaksRing, NeedsReset) {
  ASSERT_TRUE(driver_.start(GetParam().options));
  driver_.put_header(0, kIn, 0);
  GetParam().make(driver_, port_);
  driver_.notify_always();
  ASSERT_TRUE(port_.drain());
  EXPECT_TRUE(needs_reset());
  EXPECT_THAT(device_->last_error(), HasSubstr(GetParam().error));
  EXPECT_EQ(device_->errors(), 1u);
  EXPECT_THAT(port_.messages, ::testing::ElementsAre(BlkDriver::kConfigMessage));
  EXPECT_EQ(driver_.answer(0), BlkDriver::kUnanswered);
  expect_recovery();
}

const Buffer kHeader{BlkDriver::header_of(0), 16, false};
const Buffer kStatus{BlkDriver::status_of(0), 1, true};

const BrokenRing kBrokenRings[] = {
    {"HeadBeyondQueue", "names descriptor 16 of 16",
     [](BlkDriver &driver, FakePort &) { driver.offer(16); }},
    {"NextBeyondQueue", "next descriptor 99 of 16",
     [](BlkDriver &driver, FakePort &) {
       driver.put_descriptor(kRing, 0, kHeader, kNext, 99);
       driver.offer(0);
     }},
    {"Loop", "more descriptors than the queue has",
     [](BlkDriver &driver, FakePort &) {
       driver.put_descriptor(kRing, 0, kHeader, kNext, 1);
       driver.put_descriptor(kRing, 1, kHeader, kNext, 0);
       driver.offer(0);
     }},
    {"IndexRunsAway", "17 requests at once, the queue has 16",
     [](BlkDriver &driver, FakePort &) {
       driver.put_descriptor(kRing, 0, kHeader, 0, 0);
       for (unsigned i = 0; i < 17; ++i) driver.offer(0);
     }},
    {"IndexRunsBack", "65535 requests at once",
     [](BlkDriver &, FakePort &port) {
       port.memory.write32(HostAddr(BlkDriver::kAvailable), 0xFFFF'0000);
     }},
    {"ReadableBehindWritable", "a readable buffer behind a writable one",
     [](BlkDriver &driver, FakePort &) {
       driver.add({kStatus, kHeader});
     }},
    {"BufferWraps", "ends beyond 2^64",
     [](BlkDriver &driver, FakePort &) {
       driver.add({kHeader, {0xFFFF'FFFF'FFFF'F000, 0x2000, true}, kStatus});
     }},
    {"NoRoomForStatus", "no room for its status",
     [](BlkDriver &driver, FakePort &) { driver.add({kHeader}); }},
    {"StatusBlocked", "status of a request: DMA was blocked",
     [](BlkDriver &driver, FakePort &port) {
       driver.add({kHeader, kStatus});
       port.refuse(BlkDriver::status_of(0), 1, FakePort::kWrite);
     }},
    {"IndirectNotNegotiated", "was not negotiated",
     [](BlkDriver &driver, FakePort &) {
       driver.put_descriptor(kRing, 0, {BlkDriver::kTables, 32}, kIndirect, 0);
       driver.offer(0);
     }},
    {"IndirectOfOddLength",
     "indirect table of 33 bytes",
     [](BlkDriver &driver, FakePort &) {
       driver.put_descriptor(kRing, 0, {BlkDriver::kTables, 33}, kIndirect, 0);
       driver.offer(0);
     },
     {.indirect = true}},
    {"IndirectEmpty",
     "indirect table of 0 bytes",
     [](BlkDriver &driver, FakePort &) {
       driver.put_descriptor(kRing, 0, {BlkDriver::kTables, 0}, kIndirect, 0);
       driver.offer(0);
     },
     {.indirect = true}},
    {"IndirectHuge",
     "indirect table of 4294967280 bytes",
     [](BlkDriver &driver, FakePort &) {
       driver.put_descriptor(kRing, 0, {BlkDriver::kTables, 0xFFFF'FFF0}, kIndirect, 0);
       driver.offer(0);
     },
     {.indirect = true}},
    {"IndirectWithNext",
     "indirect table of 32 bytes",
     [](BlkDriver &driver, FakePort &) {
       driver.put_descriptor(kRing, 0, {BlkDriver::kTables, 32}, kIndirect | kNext, 1);
       driver.offer(0);
     },
     {.indirect = true}},
    {"IndirectNested",
     "indirect table in an indirect table",
     [](BlkDriver &driver, FakePort &) {
       driver.put_descriptor(kRing, 0, {BlkDriver::kTables, 32}, kIndirect, 0);
       driver.put_descriptor(BlkDriver::kTables, 0, {BlkDriver::kTables, 32}, kIndirect, 0);
       driver.offer(0);
     },
     {.indirect = true}},
    {"IndirectLoop",
     "its indirect table is a loop",
     [](BlkDriver &driver, FakePort &) {
       driver.put_descriptor(kRing, 0, {BlkDriver::kTables, 32}, kIndirect, 0);
       driver.put_descriptor(BlkDriver::kTables, 0, kHeader, kNext, 1);
       driver.put_descriptor(BlkDriver::kTables, 1, kHeader, kNext, 0);
       driver.offer(0);
     },
     {.indirect = true}},
    {"IndirectNextBeyond",
     "next descriptor 2 of an indirect table of 2",
     [](BlkDriver &driver, FakePort &) {
       driver.put_descriptor(kRing, 0, {BlkDriver::kTables, 32}, kIndirect, 0);
       driver.put_descriptor(BlkDriver::kTables, 0, kHeader, kNext, 2);
       driver.offer(0);
     },
     {.indirect = true}},
    {"IndirectBlocked",
     "indirect table: DMA was blocked",
     [](BlkDriver &driver, FakePort &port) {
       driver.add({kHeader, kStatus});
       port.refuse(BlkDriver::kTables, 4096);
     },
     {.indirect = true}},
    {"AvailableIndexBlocked", "index of the available ring: DMA was blocked",
     [](BlkDriver &, FakePort &port) { port.refuse(BlkDriver::kAvailable + 2, 2); }},
    {"AvailableEntryBlocked", "entry of the available ring: DMA was blocked",
     [](BlkDriver &driver, FakePort &port) {
       driver.offer(0);
       port.refuse(BlkDriver::kAvailable + 4, 2);
     }},
    {"DescriptorBlocked", "descriptor: DMA was blocked",
     [](BlkDriver &driver, FakePort &port) {
       driver.offer(0);
       port.refuse(BlkDriver::kDescriptors, 16);
     }},
    {"AvailableEventBlocked",
     "available event: DMA was blocked",
     [](BlkDriver &driver, FakePort &port) {
       driver.put_descriptor(kRing, 0, {0, 0, false}, kNext, 1);
       driver.put_descriptor(kRing, 1, {0, 0, false}, kNext, 2);
       driver.put_descriptor(kRing, 2, {0x7000, 1, true}, 0, 0);
       driver.offer(0);
       port.refuse(BlkDriver::kUsed + 4 + 8 * 16, 2);
     },
     {.event_index = true}},
};

INSTANTIATE_TEST_SUITE_P(Rings, BreaksRing, ::testing::ValuesIn(kBrokenRings),
                         [](const auto &info) { return std::string(info.param.name); });

// The answer itself is there, but the driver cannot be told.
TEST_F(Malformed, BlockedUsedRingNeedsReset) {
  for (const auto &[first, name] :
       {std::pair{BlkDriver::kUsed + 4, "entry of the used ring"},
        std::pair{BlkDriver::kUsed + 2, "index of the used ring"},
        std::pair{BlkDriver::kAvailable + 0, "interrupt wish of the driver"}}) {
    ASSERT_TRUE(driver_.start());
    driver_.request(kIn, 0, {{BlkDriver::kData, 512, true}});
    driver_.notify_always();
    port_.refuse(first, 2);
    ASSERT_TRUE(port_.drain());
    EXPECT_TRUE(needs_reset());
    EXPECT_EQ(device_->last_error(), std::string(name) + ": DMA was blocked");
    expect_recovery();
  }
}

TEST_F(Malformed, FirstReasonCounts) {
  ASSERT_TRUE(driver_.start());
  for (const std::uint16_t head : {3, 4, 5}) {
    driver_.put_descriptor(kRing, head, kHeader, kNext, static_cast<std::uint16_t>(90 + head));
    driver_.offer(head);
  }
  driver_.notify_always();
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(device_->errors(), 1u);
  EXPECT_THAT(port_.messages, ::testing::ElementsAre(BlkDriver::kConfigMessage));
  expect_recovery();
}

struct BadSetup {
  const char *error;
  std::uint16_t size;
  std::uint64_t descriptors = BlkDriver::kDescriptors;
  std::uint64_t available = BlkDriver::kAvailable;
  std::uint64_t used = BlkDriver::kUsed;
};

TEST_F(Malformed, QueueThatCannotBe) {
  constexpr std::uint64_t kTop = 0xFFFF'FFFF'FFFF'F000;
  for (const BadSetup &setup :
       {BadSetup{"size 0 is not", 0}, BadSetup{"size 3 is not", 3},
        BadSetup{"size 256 is not", 256}, BadSetup{"not aligned", 8, 0x1'0008},
        BadSetup{"not aligned", 8, 0x1'0000, 0x1'8001},
        BadSetup{"not aligned", 8, 0x1'0000, 0x1'8000, 0x2'0002}, BadSetup{"2^64", 8, kTop}}) {
    driver_.host().enable(BlkDriver::kBar);
    driver_.reset();
    driver_.set_status(virtio_status::kAcknowledge | virtio_status::kDriver);
    driver_.negotiate(feature_bit(virtio_feature::kVersion1));
    driver_.set_up_queue(setup.size, {setup.descriptors, setup.available, setup.used});
    EXPECT_TRUE(needs_reset());
    EXPECT_EQ(driver_.host().read(0x1C, 2), 0u);
    const std::uint64_t errors = device_->errors();
    driver_.host().write(0x1C, 1, 2);
    EXPECT_EQ(device_->errors(), errors) << "counted twice";
    EXPECT_THAT(device_->last_error(), HasSubstr(setup.error));
    driver_.set_status(virtio_status::kDriverOk);
    expect_recovery();
  }
}

}  // namespace
}  // namespace dmar::devices
