// SPDX-License-Identifier: Apache-2.0
// Frames that cannot be sent or delivered: each is lost alone, and the queue goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "devices/tests/malformed_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct BadFrame {
  const char *name;
  const char *error;
  std::vector<Buffer> pieces;
  Bytes header = Bytes(12);
};

class SpoilsFrame : public MalformedNet, public ::testing::WithParamInterface<BadFrame> {};

// Between two frames that are sent all the same.
TEST_P(SpoilsFrame, IsDroppedAloneAndTheQueueGoesOn) {
  ASSERT_TRUE(driver_.start({.event_index = true}));
  const Bytes first = make_frame(kOther, 60, 1);
  const Bytes second = make_frame(kOther, 60, 2);
  Bytes bytes = GetParam().header;
  const Bytes frame = make_frame(kOther, 1600);
  bytes.insert(bytes.end(), frame.begin(), frame.end());
  const std::uint16_t one = driver_.send(first);
  const std::uint16_t bad = driver_.send_bytes(bytes, GetParam().pieces);
  const std::uint16_t two = driver_.send(second);
  driver_.transmit().notify();
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(network_.take(), (Frames{first, second}));
  EXPECT_THAT(device_->last_error(), HasSubstr(GetParam().error));
  EXPECT_FALSE(needs_reset());
  EXPECT_EQ(statistics().refused, 1u);
  EXPECT_EQ(statistics().errors, 1u);
  using Answer = QueueDriver::Answer;
  EXPECT_THAT(driver_.transmit().collect(),
              ElementsAre(Answer{one, 0}, Answer{bad, 0}, Answer{two, 0}));
}

constexpr std::uint64_t kAt = 0x60'0000;
Bytes header_with(std::size_t at, std::uint8_t value) {
  Bytes header(12);
  header[at] = value;
  return header;
}

const BadFrame kBadFrames[] = {
    {"Empty", "0 bytes, its headers have 26", {{kAt, 0, false}}},
    {"HeaderTooShort", "11 bytes, its headers have 26", {{kAt, 11, false}}},
    {"NoFrame", "12 bytes, its headers have 26", {{kAt, 12, false}}},
    {"FrameTooShort", "25 bytes, its headers have 26", {{kAt, 12, false}, {kAt + 12, 13, false}}},
    {"TooLong", "1527 bytes are too many", {{kAt, 1527, false}}},
    {"TooLongEvenWithATag", "1531 bytes are too many", {{kAt, 1531, false}}},
    {"Huge", "4294967296 bytes are too many", {{kAt, 0xFFFF'FFFF, false}, {kAt, 1, false}}},
    {"Writable", "a buffer for the device to write", {{kAt, 100, true}}},
    {"PartlyWritable", "a buffer for the device", {{kAt, 100, false}, {kAt + 100, 0, true}}},
    {"WantsChecksum", "wants a checksum or segments", {{kAt, 100, false}}, header_with(0, 1)},
    {"WantsSegments", "wants a checksum or segments", {{kAt, 100, false}}, header_with(1, 1)},
};

INSTANTIATE_TEST_SUITE_P(Frames, SpoilsFrame, ::testing::ValuesIn(kBadFrames),
                         [](const auto &info) { return std::string(info.param.name); });

class LosesFrame : public MalformedNet {};

TEST_F(LosesFrame, FlagsThatNobodyKnowsAreIgnored) {
  ASSERT_TRUE(driver_.start());
  Bytes bytes = header_with(0, 0xFE);
  const Bytes frame = make_frame(kOther, 60);
  bytes.insert(bytes.end(), frame.begin(), frame.end());
  driver_.send_bytes(bytes, {{kAt, 72, false}});
  driver_.transmit().notify();
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(network_.take(), Frames{frame});
}

TEST_F(LosesFrame, SentFromBlockedMemory) {
  ASSERT_TRUE(driver_.start());
  port_.refuse(NetDriver::data_of(1, 0) + 30, 1, FakePort::kRead);
  const std::uint16_t head = driver_.send(make_frame(kOther, 60), {12, 10, 50});
  driver_.transmit().notify();
  ASSERT_TRUE(port_.drain());
  EXPECT_THAT(network_.take(), IsEmpty());
  EXPECT_THAT(driver_.transmit().collect(), ElementsAre(QueueDriver::Answer{head, 0}));
  EXPECT_EQ(statistics().failed_reads, 1u);
  EXPECT_EQ(statistics().errors, 1u);
  EXPECT_EQ(device_->last_error(), "frame 0 to send: DMA was blocked");
  EXPECT_FALSE(needs_reset());
}

TEST_F(LosesFrame, SentFromMemoryWithAnError) {
  ASSERT_TRUE(driver_.start());
  port_.memory.inject_error(HostAddr(NetDriver::data_of(1, 0)), HostAddr(NetDriver::data_of(1, 0)));
  const Bytes frame = make_frame(kOther, 60, 2);
  driver_.send(make_frame(kOther, 60, 1));
  driver_.send(frame);
  driver_.transmit().notify();
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(network_.take(), Frames{frame});
  EXPECT_EQ(device_->last_error(), "frame 0 to send: memory error");
}

// The buffer comes back empty, in its place, and the frames around it arrive.
TEST_F(LosesFrame, ReceivedIntoBlockedMemory) {
  for (const bool mergeable : {true, false}) {
    ASSERT_TRUE(driver_.start({.mergeable = mergeable}));
    driver_.add_buffers(3);
    port_.refuse(NetDriver::data_of(0, 1) + 40, 1, FakePort::kWrite);
    Frames sent;
    for (std::uint8_t i = 0; i < 3; ++i) {
      sent.push_back(make_frame(kStation, 60, i));
      device_->frame(sent.back());
    }
    ASSERT_TRUE(port_.drain());
    EXPECT_EQ(driver_.received(), (Frames{sent[0], sent[2]}));
    EXPECT_EQ(driver_.empty_buffers(), 1u);
    EXPECT_EQ(device_->last_error(), "received frame of 72 bytes: DMA was blocked");
    EXPECT_FALSE(needs_reset());
    port_.refuse_nothing();
  }
  EXPECT_EQ(statistics().failed_writes, 2u);
  EXPECT_EQ(statistics().received_frames, 4u);
}

// Every buffer of it is empty then.
TEST_F(LosesFrame, ReceivedIntoBuffersOfWhichOneIsBlocked) {
  ASSERT_TRUE(driver_.start());
  for (std::uint64_t i = 0; i < 4; ++i) driver_.add_buffer({{kAt + 0x1000 * i, 100, true}});
  driver_.receive().notify();
  port_.refuse(kAt + 0x1000, 100);
  EXPECT_THAT(receive(make_frame(kStation, 280)), IsEmpty());
  EXPECT_EQ(driver_.empty_buffers(), 3u);
  const Bytes frame = make_frame(kStation, 80);
  EXPECT_EQ(receive(frame), Frames{frame});
}

}  // namespace
}  // namespace dmar::devices
