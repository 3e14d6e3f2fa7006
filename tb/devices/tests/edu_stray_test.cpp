// SPDX-License-Identifier: Apache-2.0
// Stray writes of the educational device: what stops them and what does not.
#include <gtest/gtest.h>

#include <vector>

#include "devices/tests/edu_fixture.hpp"

namespace dmar::devices {
namespace {

class EduStray : public EduTest {
 protected:
  static constexpr std::uint64_t kTarget = 0x7000;

  void load_and_aim() {
    port_.memory.store(HostAddr(0x1000), std::vector<std::uint8_t>(64, 0xD5));
    start(0x1000, 0x4'0000, 64, 0);
    ASSERT_TRUE(port_.drain());
    host_.write(0x88, kTarget, 8);
  }
  [[nodiscard]] unsigned arrived() {
    std::vector<std::uint8_t> bytes(64);
    port_.memory.load(HostAddr(kTarget), bytes);
    unsigned count = 0;
    for (const std::uint8_t byte : bytes) count += byte == 0xD5 ? 1 : 0;
    return count;
  }
};

TEST_F(EduStray, WritesSoOften) {
  load_and_aim();
  const unsigned before = port_.started();
  host_.write(0xBC, 5);
  EXPECT_EQ(port_.pending(), 1u);  // one after the other
  EXPECT_FALSE(device_.idle());
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(port_.started() - before, 5u);
  EXPECT_EQ(arrived(), 64u);
  EXPECT_EQ(host_.read(0xBC), 0u);
  EXPECT_EQ(host_.read(0xC0), 5u);
  EXPECT_EQ(host_.read(0xC4), 0u);
  EXPECT_TRUE(device_.idle());
}

TEST_F(EduStray, CountsWhatIsBlocked) {
  load_and_aim();
  port_.refuse(kTarget, 64);
  host_.write(0xBC, 3);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(host_.read(0xC0), 3u);
  EXPECT_EQ(host_.read(0xC4), 3u);
  EXPECT_EQ(arrived(), 0u);
}

TEST_F(EduStray, GoOnThroughAResetAndWithoutBusMaster) {
  load_and_aim();
  host_.write(0xBC, 0xFFFF'FFFF);
  ASSERT_TRUE(port_.pump());
  device_.config_write(0x04, 2, 0);  // neither memory nor bus master
  ASSERT_TRUE(port_.pump());
  device_.reset();
  ASSERT_TRUE(port_.pump());
  EXPECT_EQ(port_.pending(), 1u);
  EXPECT_FALSE(device_.idle());
  host_.enable(0xFEA0'0000);
  EXPECT_EQ(host_.read(0xC0), 3u);
  host_.write(0xBC, 0);  // the last one is under way
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(host_.read(0xC0), 4u);
  EXPECT_TRUE(device_.idle());
}

TEST_F(EduStray, PauseBetweenTwo) {
  load_and_aim();
  device_.tick(1'000'000);
  host_.write(0xC8, 500);
  host_.write(0xBC, 3);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(host_.read(0xC0), 1u);
  EXPECT_TRUE(device_.stray().pausing());
  device_.tick(1'000'499);
  EXPECT_EQ(port_.pending(), 0u);
  device_.tick(1'000'500);
  ASSERT_TRUE(port_.drain());
  device_.tick(1'009'000);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(host_.read(0xC0), 3u);
  EXPECT_FALSE(device_.stray().pausing());
}

TEST_F(EduStray, ANewAimTakesThePlaceOfTheOld) {
  load_and_aim();
  host_.write(0xBC, 100);
  ASSERT_TRUE(port_.pump());
  host_.write(0x88, 0x9000, 8);
  host_.write(0xBC, 2);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(host_.read(0xC0), 2u);  // neither the one that had ended nor the one under way
}

}  // namespace
}  // namespace dmar::devices
