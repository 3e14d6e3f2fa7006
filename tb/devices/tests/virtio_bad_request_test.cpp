// SPDX-License-Identifier: Apache-2.0
// Requests that cannot be carried out: each fails alone, and the queue goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/tests/malformed_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

const Buffer kHeader{BlkDriver::header_of(0), 16, false};
const Buffer kStatus{BlkDriver::status_of(0), 1, true};

struct BadRequest {
  const char *name;
  const char *error;
  std::vector<Buffer> buffers;
  std::uint32_t type = 0;
  std::uint64_t sector = 0;
};

class SpoilsRequest : public Malformed, public ::testing::WithParamInterface<BadRequest> {};

TEST_P(SpoilsRequest, FailsAloneAndTheQueueGoesOn) {
  ASSERT_TRUE(driver_.start());
  driver_.put_header(0, GetParam().type, GetParam().sector);
  const std::uint16_t head = driver_.add(GetParam().buffers);
  driver_.notify();
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.collect().count(head), 1u);
  EXPECT_EQ(driver_.answer(0), kIoError);
  EXPECT_THAT(device_->last_error(), HasSubstr(GetParam().error));
  EXPECT_FALSE(needs_reset());
  EXPECT_EQ(device_->statistics().failed, 1u);
  EXPECT_EQ(image_.contents(), image_bytes(0, kImageBytes));
  EXPECT_THAT(driver_.run(kIn, 1, {{BlkDriver::kData, 512, true}}), Optional(kOkay));
}

const Buffer kIn512{BlkDriver::kData, 512, true};
const Buffer kOut512{BlkDriver::kData, 512, false};
constexpr std::uint64_t kSectors = 512;

const BadRequest kBadRequests[] = {
    {"HeaderTooShort", "header has 15 bytes", {{BlkDriver::header_of(0), 15, false}, kStatus}},
    {"NoHeader", "header has 0 bytes", {kStatus}},
    {"HeaderWritable", "header has 0 bytes", {{BlkDriver::kData, 16, true}, kIn512, kStatus}},
    {"ReadBeyondEnd", "beyond the end", {kHeader, kIn512, kStatus}, 0, kSectors},
    {"ReadAcrossEnd",
     "beyond the end",
     {kHeader, kIn512, {0x20'0000, 512, true}, kStatus},
     0,
     kSectors - 1},
    {"ReadAtHighestSector", "beyond the end", {kHeader, kIn512, kStatus}, 0, ~std::uint64_t{0}},
    {"ReadAtWrappingSector",
     "beyond the end",
     {kHeader, kIn512, kStatus},
     0,
     std::uint64_t{1} << 55},
    {"WriteBeyondEnd", "beyond the end", {kHeader, kOut512, kStatus}, 1, kSectors},
    {"ReadMoreThanThereIs",
     "beyond the end",
     {kHeader, {BlkDriver::kData, 0xFFFF'FE00, true}, kStatus}},
    {"PartOfASector", "not whole sectors", {kHeader, {BlkDriver::kData, 511, true}, kStatus}},
    {"ReadIntoReadable", "a read with data", {kHeader, kOut512, kStatus}},
    {"WriteFromWritable", "a write with room", {kHeader, kIn512, kStatus}, 1},
};

INSTANTIATE_TEST_SUITE_P(Requests, SpoilsRequest, ::testing::ValuesIn(kBadRequests),
                         [](const auto &info) { return std::string(info.param.name); });

TEST_F(Malformed, HeaderBlockedFailsTheRequest) {
  ASSERT_TRUE(driver_.start());
  const std::uint16_t head = driver_.request(kIn, 0, {kIn512});
  port_.refuse(BlkDriver::header_of(head), 16, FakePort::kRead);
  driver_.notify();
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.answer(head), kIoError);
  EXPECT_EQ(device_->last_error(), "header of a request: DMA was blocked");
}

}  // namespace
}  // namespace dmar::devices
