// SPDX-License-Identifier: Apache-2.0
// Registers and interrupts of the educational device, and what QEMU's does not have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "devices/tests/edu_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::ElementsAre;

TEST_F(EduTest, IdentifiesItself) {
  EXPECT_EQ(device_.config_read(0x00, 4), 0x11E8'1234u);
  EXPECT_EQ(device_.config_read(0x08, 4), 0x00FF'0010u);
  EXPECT_EQ(device_.config_read(0x3D, 1), 1u);
  EXPECT_EQ(host_.bar_bytes(0x10), 1U << 20);
  EXPECT_EQ(host_.read(0x00), 0x0100'00EDu);
  EXPECT_EQ(host_.read(0x04), 0xFFFF'FFFFu);
  host_.write(0x04, 0x1234'5678);
  EXPECT_EQ(host_.read(0x04), 0xEDCB'A987u);
}

TEST_F(EduTest, OtherAccessesReadOnesAndWriteNothing) {
  host_.write(0x04, 0, 8);
  host_.write(0x04, 0, 2);
  EXPECT_EQ(host_.read(0x04), 0xFFFF'FFFFu);
  EXPECT_EQ(host_.read(0x00, 1), 0xFFu);
  EXPECT_EQ(host_.read(0x00, 8), ~std::uint64_t{0});
  EXPECT_EQ(host_.read(0x0C), 0xFFFF'FFFFu);
  EXPECT_EQ(host_.read(0x4'0000), 0xFFFF'FFFFu);
  EXPECT_EQ(host_.read(0xF'FFF8, 8), ~std::uint64_t{0});
}

TEST_F(EduTest, Factorial) {
  for (const auto &[n, expected] :
       std::vector<std::pair<std::uint32_t, std::uint32_t>>{{0, 1},
                                                            {1, 1},
                                                            {5, 120},
                                                            {12, 479'001'600},
                                                            {13, 1'932'053'504},
                                                            {33, 0x8000'0000},
                                                            {34, 0},
                                                            {0xFFFF'FFFF, 0}}) {
    host_.write(0x08, n);
    EXPECT_EQ(host_.read(0x08), expected) << n;
    EXPECT_EQ(host_.read(0x20) & 1, 0u);
  }
  EXPECT_EQ(host_.read(0x24), 0u);
}

TEST_F(EduTest, FactorialInterruptsWhenAsked) {
  host_.write(0x20, 0xFFFF'FFFF);
  EXPECT_EQ(host_.read(0x20), 0x80u);
  host_.write(0x08, 4);
  EXPECT_EQ(host_.read(0x24), 1u);
  EXPECT_TRUE(port_.pin);
  host_.write(0x64, 1);
  EXPECT_FALSE(port_.pin);
}

TEST_F(EduTest, PinIsAssertedUntilEveryBitIsAcknowledged) {
  host_.write(0x60, 0x30);
  EXPECT_TRUE(port_.pin);
  EXPECT_EQ(host_.read(0x24), 0x30u);
  host_.write(0x64, 0x10);
  EXPECT_TRUE(port_.pin);
  host_.write(0x64, 0x20);
  EXPECT_FALSE(port_.pin);
  EXPECT_EQ(device_.statistics().interrupts, 1u);
}

TEST_F(EduTest, MessageInsteadOfPinWhenEnabled) {
  enable_msi(0x1'FEE0'1000, 0x55);
  host_.write(0x60, 2);
  ASSERT_TRUE(port_.drain());
  EXPECT_THAT(port_.messages, ElementsAre(Message{0x1'FEE0'1000, 0x55}));
  EXPECT_FALSE(port_.pin);
}

TEST_F(EduTest, SendsAnyMessage) {
  host_.write(0xA8, 0xFEE0'0C18, 8);
  host_.write(0xB0, 0xABCD'0041);
  EXPECT_EQ(host_.read(0xB4), 0x8000'0000u);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(host_.read(0xB4), 0u);
  EXPECT_THAT(port_.messages, ElementsAre(Message{0xFEE0'0C18, 0xABCD'0041}));
  port_.refuse(0xFEE0'0000, 0x1000);
  host_.write(0xB0, 2);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(host_.read(0xB4), 1u);
}

TEST_F(EduTest, ProvokesOthers) {
  host_.write(0xB8, 1);  // nobody listens
  std::vector<std::uint32_t> seen;
  device_.on_provoke = [&](std::uint32_t value) { seen.push_back(value); };
  host_.write(0xB8, 7);
  EXPECT_THAT(seen, ElementsAre(7));
}

}  // namespace
}  // namespace dmar::devices
