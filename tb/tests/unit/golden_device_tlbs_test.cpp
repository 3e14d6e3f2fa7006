// SPDX-License-Identifier: Apache-2.0
// Tags of device-TLB invalidations in the golden model, which takes the lowest one that is free,
// and its sizes of regions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dmar/ats.hpp"
#include "golden/device_tlbs.hpp"

namespace dmar::golden {
namespace {

constexpr SourceId kFirst{0x20};
constexpr SourceId kSecond{0x28};

class GoldenDeviceTlbs : public ::testing::Test {
 protected:
  unsigned send(SourceId source_id, unsigned max_pending = 32) {
    const bool sent = tlbs_.send({.source_id = source_id, .max_pending = max_pending});
    return sent ? requests_.back().itag : 99;
  }
  bool complete(SourceId source_id, std::uint32_t itags, std::uint8_t count = 1) {
    return tlbs_.complete({.source_id = source_id, .itags = itags, .count = count});
  }

  std::vector<InvalidateRequest> requests_;
  DeviceTlbs tlbs_{requests_};
};

TEST_F(GoldenDeviceTlbs, LowestFreeTag) {
  for (unsigned n = 0; n < 32; ++n) EXPECT_EQ(send(kFirst), n);
  EXPECT_EQ(send(kFirst), 99U);
  EXPECT_TRUE(complete(kFirst, 0x0009'0040));
  EXPECT_EQ(send(kFirst), 6U);
  EXPECT_EQ(send(kFirst), 16U);
  EXPECT_EQ(send(kFirst), 19U);
}

TEST_F(GoldenDeviceTlbs, LimitIsThatOfTheDevice) {
  EXPECT_EQ(send(kFirst, 2), 0U);
  EXPECT_EQ(send(kFirst, 2), 1U);
  EXPECT_EQ(send(kFirst, 2), 99U);
  EXPECT_EQ(send(kSecond, 2), 2U);
  EXPECT_EQ(send(kFirst, 3), 3U);
}

TEST_F(GoldenDeviceTlbs, CompletionsCountForEachTag) {
  send(kFirst);
  send(kFirst);
  EXPECT_TRUE(complete(kFirst, 3, 2));
  EXPECT_TRUE(complete(kFirst, 1, 2));
  EXPECT_FALSE(complete(kFirst, 1, 2));  // no longer in use
  EXPECT_FALSE(tlbs_.idle());
  EXPECT_FALSE(complete(kSecond, 2, 1));
  EXPECT_FALSE(complete(kFirst, 6, 2));  // tag 1 counts, tag 2 is unknown
  EXPECT_TRUE(tlbs_.idle());
}

TEST_F(GoldenDeviceTlbs, EachCompletionSaysHowManyAreEnough) {
  send(kFirst);
  EXPECT_TRUE(complete(kFirst, 1, 3));
  EXPECT_TRUE(complete(kFirst, 1, 8));
  EXPECT_FALSE(tlbs_.idle());
  EXPECT_TRUE(complete(kFirst, 1, 3));
  EXPECT_TRUE(tlbs_.idle());
}

TEST_F(GoldenDeviceTlbs, OldestIsGivenUpFirst) {
  send(kFirst);
  send(kSecond);
  complete(kFirst, 1);
  EXPECT_EQ(send(kFirst), 0U);
  EXPECT_EQ(tlbs_.give_up(std::nullopt), kSecond);
  EXPECT_EQ(tlbs_.give_up(5), std::nullopt);
  EXPECT_EQ(tlbs_.give_up(0), kFirst);
  EXPECT_EQ(tlbs_.give_up(std::nullopt), std::nullopt);
}

TEST(SizeCode, WorkedExamples) {
  EXPECT_EQ(size_code::encode(0x12'3456'7000, 4096), 0x12'3456'7000U);
  EXPECT_EQ(size_code::encode(0x12'3456'6000, 8192) | 1, 0x12'3456'6801U);
  EXPECT_EQ(size_code::encode(0x1'4000'0000, 2 << 20), 0x1'400F'F800U);
  EXPECT_EQ(size_code::encode(0x30'0000'0000, 1 << 30), 0x30'1FFF'F800U);
  EXPECT_EQ(size_code::bytes(0x7FFF'FFFF'FFFF'F800), 0U);
}

TEST(SizeCode, WhatIsEncodedIsDecoded) {
  for (unsigned n = 12; n < 63; ++n) {
    const std::uint64_t bytes = std::uint64_t{1} << n;
    for (const std::uint64_t base : {std::uint64_t{0}, bytes, ~std::uint64_t{0} & ~(bytes - 1)}) {
      const std::uint64_t code = size_code::encode(base | (bytes / 2), bytes);
      EXPECT_EQ(size_code::bytes(code), bytes) << n;
      EXPECT_EQ(size_code::base(code), base) << n;
    }
  }
}

}  // namespace
}  // namespace dmar::golden
