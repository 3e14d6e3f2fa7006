// SPDX-License-Identifier: Apache-2.0
// The queue with a driver that keeps to the rules, in all the ways it can be used: order, answers,
// wake-ups.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "bench/random.hpp"
#include "devices/tests/blk_fixture.hpp"

namespace dmar::devices {
namespace {

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

// Looked at after every single transfer: data and status are in memory before the used ring names
// the request, and the interrupt comes behind that.
TEST_P(QueueKinds, AnswersAreCompleteAtTheMomentTheyAppear) {
  const auto interrupts = [&] { return device_->statistics().interrupts; };
  for (unsigned round = 0; round < 60; ++round) {
    std::map<std::uint32_t, unsigned> under_way;
    for (unsigned i = 0; i < 4; ++i) {
      fill(BlkDriver::kData + 0x1000 * i, 512, 0);
      const std::vector<Buffer> data{{BlkDriver::kData + 0x1000 * i, 512, true}};
      under_way[driver_.request(kIn, 10 + i, data)] = i;
    }
    driver_.notify();
    unsigned answered = 0;
    const std::uint64_t before = interrupts();
    while (port_.pump()) {
      for (const auto &[head, written] : driver_.collect()) {
        ASSERT_TRUE(under_way.contains(head));
        const unsigned i = under_way.at(head);
        ASSERT_EQ(driver_.answer(static_cast<std::uint16_t>(head)), kOkay);
        ASSERT_EQ(memory_bytes(BlkDriver::kData + 0x1000 * i, 512),
                  image_bytes(512 * (10 + i), 512));
        ++answered;
      }
      ASSERT_LE(interrupts() - before, answered);
    }
    ASSERT_EQ(answered, 4u);
    // With event index, what the driver has seen needs no interrupt any more.
    if (!GetParam().event_index) {
      ASSERT_GE(interrupts() - before, 1u);
    }
  }
}

// As an operating system does it: notifies only when the device wants it, looks at the used ring
// only after an interrupt, and adds requests at any moment. A lost wake-up on either side shows as
// requests that are never answered.
TEST_P(QueueKinds, SleepingDriverMissesNothing) {
  bench::Random random(7);
  unsigned added = 0;
  unsigned answered = 0;
  std::size_t messages = 0;
  while (answered < 400) {
    // Descriptors are used again when four more requests have been answered.
    if (added < answered / 4 * 4 + 4 && random.percent(15)) {
      driver_.request(kIn, added % 100, {{BlkDriver::kData + 0x1000 * (added % 8), 512, true}});
      ++added;
      driver_.notify();
    }
    const bool moved = port_.pump();
    const bool interrupted = port_.messages.size() != messages || port_.pin;
    messages = port_.messages.size();
    if (port_.pin) driver_.host().read(VirtioPci::kIsrOffset, 1);
    while (interrupted) {
      const std::size_t more = driver_.collect().size();
      if (more == 0) break;
      answered += static_cast<unsigned>(more);
    }
    ASSERT_TRUE(moved || interrupted || added < answered / 4 * 4 + 4)
        << added - answered << " requests are never answered";
  }
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
