// SPDX-License-Identifier: Apache-2.0
// The block device and a driver that keeps to the rules: requests of every type, blocked DMA,
// misbehaviour on demand.
#include "devices/virtio_blk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/tests/blk_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

class Block : public BlkFixture {};

TEST_F(Block, ConfigurationTellsCapacityAndLimits) {
  ASSERT_TRUE(driver_.start());
  const std::uint64_t at = VirtioPci::kDeviceOffset;
  EXPECT_EQ(driver_.host().read(at, 8), kImageBytes / 512);
  EXPECT_EQ(driver_.host().read(at + 12), 126u);
  EXPECT_EQ(driver_.host().read(at + 20), 512u);
  EXPECT_EQ(driver_.host().read(at + 24), 0u);
}

TEST_F(Block, OffersWhatLinuxAndFirmwareNeed) {
  driver_.host().enable(BlkDriver::kBar);
  EXPECT_EQ(driver_.host().read(4), 0x3000'0244u);
  driver_.host().write(0, 1);
  EXPECT_EQ(driver_.host().read(4), 0x3u);
  driver_.host().write(0, 2);
  EXPECT_EQ(driver_.host().read(4), 0u);
}

TEST_F(Block, FlushIsAnswered) {
  ASSERT_TRUE(driver_.start());
  EXPECT_THAT(driver_.run(kFlush, 0), Optional(kOkay));
}

TEST_F(Block, GetIdGivesTheNameAsFarAsThereIsRoom) {
  ASSERT_TRUE(driver_.start());
  EXPECT_THAT(driver_.run(kGetId, 0, {{BlkDriver::kData, 20, true}}), Optional(kOkay));
  const std::vector<std::uint8_t> id{'o', 'p', 'e', 'n', 'd', 'm', 'a', 'r', 0, 0,
                                     0,   0,   0,   0,   0,   0,   0,   0,   0, 0};
  EXPECT_EQ(memory_bytes(BlkDriver::kData, 20), id);
  fill(BlkDriver::kData, 8, 0);
  const auto before = memory_bytes(BlkDriver::kData + 4, 4);
  EXPECT_THAT(driver_.run(kGetId, 0, {{BlkDriver::kData, 4, true}}), Optional(kOkay));
  EXPECT_THAT(memory_bytes(BlkDriver::kData, 4), ElementsAre('o', 'p', 'e', 'n'));
  EXPECT_EQ(memory_bytes(BlkDriver::kData + 4, 4), before);
}

TEST_F(Block, AnswerTellsHowMuchWasWrittenIntoMemory) {
  ASSERT_TRUE(driver_.start());
  const auto written = [&](std::uint32_t type, const std::vector<Buffer> &data) {
    const std::uint16_t head = driver_.request(type, 0, data);
    driver_.notify();
    EXPECT_TRUE(port_.drain());
    const auto answers = driver_.collect();
    return answers.contains(head) ? answers.at(head) : 0xFFFF'FFFF;
  };
  EXPECT_EQ(written(kIn, {{BlkDriver::kData, 1024, true}}), 1025u);
  EXPECT_EQ(written(kOut, {{BlkDriver::kData, 1024, false}}), 1u);
  EXPECT_EQ(written(kFlush, {}), 1u);
  EXPECT_EQ(written(kGetId, {{BlkDriver::kData, 30, true}}), 20u);
}

TEST_F(Block, UnknownRequestIsUnsupported) {
  ASSERT_TRUE(driver_.start());
  EXPECT_THAT(driver_.run(11, 0), Optional(kUnsupported));
  EXPECT_EQ(device_->last_error(), "request type 11 is not known");
  EXPECT_EQ(device_->statistics().failed, 1u);
}

TEST_F(Block, WholeImageInOneRequest) {
  ASSERT_TRUE(driver_.start());
  EXPECT_THAT(driver_.run(kIn, 0, {{BlkDriver::kData, kImageBytes, true}}), Optional(kOkay));
  EXPECT_EQ(memory_bytes(BlkDriver::kData, kImageBytes), image_bytes(0, kImageBytes));
}

TEST_F(Block, ReadOnlyDiskRefusesWrites) {
  Disk disk(image_.path(), Disk::Mode::kReadOnly);
  VirtioBlk device(port_, disk);
  BlkDriver driver(port_, device);
  ASSERT_TRUE(driver.start());
  driver.host().write(0, 0);
  EXPECT_EQ(driver.host().read(4), 0x3000'0264u);
  EXPECT_THAT(driver.run(kOut, 0, {{BlkDriver::kData, 512, false}}), Optional(kIoError));
  EXPECT_EQ(device.last_error(), "sector 0: the disk is read-only");
  EXPECT_EQ(image_now(0, 512), image_bytes(0, 512));
  EXPECT_THAT(driver.run(kIn, 0, {{BlkDriver::kData, 512, true}}), Optional(kOkay));
  EXPECT_THAT(driver.run(kFlush, 0), Optional(kOkay));
}

TEST_F(Block, BlockedDataEndWithAnError) {
  ASSERT_TRUE(driver_.start());
  port_.refuse(BlkDriver::kData + 600, 1);
  EXPECT_THAT(driver_.run(kIn, 0, {{BlkDriver::kData, 1024, true}}), Optional(kIoError));
  EXPECT_EQ(device_->last_error(), "data of a read: DMA was blocked");
  EXPECT_THAT(driver_.run(kOut, 0, {{BlkDriver::kData, 1024, false}}), Optional(kIoError));
  EXPECT_EQ(device_->last_error(), "data of a write: DMA was blocked");
  EXPECT_EQ(image_now(0, 1024), image_bytes(0, 1024));
  EXPECT_EQ(device_->status() & virtio_status::kNeedsReset, 0);
  port_.refuse_nothing();
  EXPECT_THAT(driver_.run(kIn, 0, {{BlkDriver::kData, 1024, true}}), Optional(kOkay));
}

TEST_F(Block, MemoryErrorsEndWithAnError) {
  ASSERT_TRUE(driver_.start());
  port_.memory.inject_error(HostAddr(BlkDriver::kData), HostAddr(BlkDriver::kData));
  EXPECT_THAT(driver_.run(kIn, 0, {{BlkDriver::kData, 1024, true}}), Optional(kIoError));
  EXPECT_EQ(device_->last_error(), "data of a read: memory error");
}

TEST_F(Block, MisbehavesOnceAndThenCarriesOn) {
  ASSERT_TRUE(driver_.start());
  const auto data = fill(BlkDriver::kData, 512, 1);
  port_.refuse(BlkDriver::kData, 512, FakePort::kWrite);  // mapped read-only
  device_->misbehave_next(Misbehaviour::kWriteReadOnlyBuffer);
  EXPECT_THAT(driver_.run(kIn, 1, {{0x30'0000, 512, true}}), Optional(kOkay));
  EXPECT_EQ(device_->misbehaviour_status(), std::nullopt);
  EXPECT_THAT(driver_.run(kOut, 1, {{BlkDriver::kData, 512, false}}), Optional(kOkay));
  EXPECT_THAT(device_->misbehaviour_status(), Optional(DmaStatus::kBlocked));
  EXPECT_EQ(image_now(512, 512), data);
  port_.refuse_nothing();
  EXPECT_THAT(driver_.run(kOut, 1, {{BlkDriver::kData, 512, false}}), Optional(kOkay));
  EXPECT_EQ(memory_bytes(BlkDriver::kData, 512), data) << "misbehaved a second time";
}

TEST_F(Block, MisbehaviourThatNobodyBlocksShows) {
  ASSERT_TRUE(driver_.start());
  const auto data = fill(BlkDriver::kData, 512, 1);
  device_->misbehave_next(Misbehaviour::kWriteReadOnlyBuffer);
  driver_.run(kOut, 1, {{BlkDriver::kData, 512, false}});
  EXPECT_THAT(device_->misbehaviour_status(), Optional(DmaStatus::kOkay));
  EXPECT_NE(memory_bytes(BlkDriver::kData, 4), std::vector(data.begin(), data.begin() + 4));
}

TEST_F(Block, ReadsAWriteOnlyBufferWhenTold) {
  ASSERT_TRUE(driver_.start());
  port_.refuse(BlkDriver::kData, 512, FakePort::kRead);
  device_->misbehave_next(Misbehaviour::kReadWriteOnlyBuffer);
  EXPECT_THAT(driver_.run(kIn, 1, {{BlkDriver::kData, 512, true}}), Optional(kOkay));
  EXPECT_THAT(device_->misbehaviour_status(), Optional(DmaStatus::kBlocked));
  EXPECT_EQ(memory_bytes(BlkDriver::kData, 512), image_bytes(512, 512));
}

// As firmware does it: no MSI-X, one request at a time, looking at the used ring, then at the ISR.
TEST_F(Block, PollingDriverWithoutMessages) {
  ASSERT_TRUE(driver_.start({.msix = false, .flush = false}));
  port_.memory.write8(HostAddr(BlkDriver::kAvailable), 1);  // wants no interrupt
  for (std::uint32_t sector = 0; sector < 20; ++sector) {
    EXPECT_THAT(driver_.run(kIn, sector, {{BlkDriver::kData, 512, true}}), Optional(kOkay));
    EXPECT_EQ(memory_bytes(BlkDriver::kData, 512), image_bytes(512 * sector, 512));
    EXPECT_FALSE(port_.pin);
    EXPECT_EQ(driver_.host().read(VirtioPci::kIsrOffset, 1), 0u);
  }
  EXPECT_TRUE(port_.messages.empty());
}

TEST_F(Block, NotificationOnlyStartsTheWork) {
  ASSERT_TRUE(driver_.start());
  driver_.request(kIn, 0, {{BlkDriver::kData, 512, true}});
  EXPECT_TRUE(device_->idle());
  driver_.notify();
  EXPECT_FALSE(device_->idle());
  EXPECT_EQ(port_.pending(), 1u);
  ASSERT_TRUE(port_.drain());
  EXPECT_TRUE(device_->idle());
}

}  // namespace
}  // namespace dmar::devices
