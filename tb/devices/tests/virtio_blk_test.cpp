// SPDX-License-Identifier: Apache-2.0
// The block device and a driver that keeps to the rules: requests of every type, all ways to use
// the queue.
#include "devices/virtio_blk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/tests/blk_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

class QueueKinds : public BlkFixture, public ::testing::WithParamInterface<DriverOptions> {
 protected:
  void SetUp() override { ASSERT_TRUE(driver_.start(GetParam())); }
};

TEST_P(QueueKinds, ReadsWhatTheImageHolds) {
  EXPECT_THAT(driver_.run(kIn, 3, {{BlkDriver::kData, 1024, true}}), Optional(kOkay));
  EXPECT_EQ(memory_bytes(BlkDriver::kData, 1024), image_bytes(3 * 512, 1024));
  EXPECT_EQ(device_->statistics().bytes_read, 1024u);
}

TEST_P(QueueKinds, WritesReachTheImage) {
  const auto data = fill(BlkDriver::kData, 1536, 9);
  EXPECT_THAT(driver_.run(kOut, 5, {{BlkDriver::kData, 1536, false}}), Optional(kOkay));
  EXPECT_EQ(image_now(5 * 512, 1536), data);
  EXPECT_EQ(device_->statistics().bytes_written, 1536u);
}

TEST_P(QueueKinds, DataInManyPiecesOfAnySize) {
  const std::vector<Buffer> pieces{
      {0x10'0003, 100, true}, {0x20'0FFF, 0, true}, {0x20'0FFF, 401, true}, {0x30'0000, 11, true}};
  EXPECT_THAT(driver_.run(kIn, 0, pieces), Optional(kOkay));
  EXPECT_EQ(memory_bytes(0x10'0003, 100), image_bytes(0, 100));
  EXPECT_EQ(memory_bytes(0x20'0FFF, 401), image_bytes(100, 401));
  EXPECT_EQ(memory_bytes(0x30'0000, 11), image_bytes(501, 11));
}

TEST_P(QueueKinds, ManyRequestsInFlightAreEachAnsweredOnce) {
  std::vector<std::uint16_t> heads;
  for (unsigned round = 0; round < 40; ++round) {
    heads.clear();
    for (unsigned i = 0; i < 5; ++i) {
      heads.push_back(driver_.request(kIn, i, {{BlkDriver::kData + 0x1000 * i, 512, true}}));
      if (i % 2 == round % 2) driver_.notify();
    }
    driver_.notify();
    ASSERT_TRUE(port_.drain());
    ASSERT_EQ(driver_.collect().size(), heads.size()) << "round " << round;
    for (unsigned i = 0; i < heads.size(); ++i) {
      EXPECT_EQ(driver_.answer(heads[i]), kOkay);
      EXPECT_EQ(memory_bytes(BlkDriver::kData + 0x1000 * i, 512), image_bytes(512 * i, 512));
    }
  }
  EXPECT_EQ(device_->statistics().requests, 200u);
  EXPECT_EQ(device_->last_error(), "");
}

INSTANTIATE_TEST_SUITE_P(Options, QueueKinds,
                         ::testing::Values(DriverOptions{}, DriverOptions{.indirect = true},
                                           DriverOptions{.event_index = true},
                                           DriverOptions{.indirect = true, .event_index = true},
                                           DriverOptions{.msix = false, .queue_size = 128}),
                         [](const auto &info) {
                           const DriverOptions &options = info.param;
                           return std::string(options.indirect ? "Indirect" : "Direct") +
                                  (options.event_index ? "EventIndex" : "") +
                                  (options.msix ? "" : "Pin");
                         });

}  // namespace
}  // namespace dmar::devices
