// SPDX-License-Identifier: Apache-2.0
// Drivers that break the ring or the set-up of the queue: the device asks for a reset, and works
// after it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "devices/tests/broken_rings.hpp"
#include "devices/tests/malformed_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::HasSubstr;

constexpr std::uint16_t kChained = 1;
constexpr std::uint64_t kRing = BlkDriver::kDescriptors;

class BreaksRing : public Malformed, public ::testing::WithParamInterface<BrokenRing> {};

TEST_P(BreaksRing, NeedsReset) {
  ASSERT_TRUE(driver_.start({.indirect = GetParam().indirect}));
  driver_.put_header(0, kIn, 0);
  GetParam().make(driver_.queue(), port_);
  expect_broken(GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(Rings, BreaksRing, ::testing::ValuesIn(broken_rings()),
                         [](const auto &info) { return std::string(info.param.name); });

const Buffer kHeader{BlkDriver::header_of(0), 16, false};
const Buffer kStatus{BlkDriver::status_of(0), 1, true};

// What only requests of a disk have.
class BreaksDiskRing : public Malformed {};

TEST_F(BreaksDiskRing, NoRoomForStatus) {
  ASSERT_TRUE(driver_.start());
  driver_.put_header(0, kIn, 0);
  driver_.add({kHeader});
  expect_broken("no room for its status");
}

TEST_F(BreaksDiskRing, StatusBlocked) {
  ASSERT_TRUE(driver_.start());
  driver_.put_header(0, kIn, 0);
  driver_.add({kHeader, kStatus});
  port_.refuse(BlkDriver::status_of(0), 1, FakePort::kWrite);
  expect_broken("status of a request: DMA was blocked");
}

TEST_F(BreaksDiskRing, AvailableEventBlocked) {
  ASSERT_TRUE(driver_.start({.event_index = true}));
  driver_.put_header(0, kIn, 0);
  driver_.put_descriptor(kRing, 0, {0, 0, false}, kChained, 1);
  driver_.put_descriptor(kRing, 1, {0, 0, false}, kChained, 2);
  driver_.put_descriptor(kRing, 2, {0x7000, 1, true}, 0, 0);
  driver_.offer(0);
  port_.refuse(BlkDriver::kUsed + 4 + 8 * 16, 2);
  expect_broken("available event: DMA was blocked");
}

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
    driver_.put_descriptor(kRing, head, kHeader, kChained, static_cast<std::uint16_t>(90 + head));
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
