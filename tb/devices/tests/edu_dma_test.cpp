// SPDX-License-Identifier: Apache-2.0
// DMA of the educational device: both ways, limits, failures, reset in the middle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <utility>
#include <vector>

#include "devices/tests/edu_fixture.hpp"

namespace dmar::devices {
namespace {

using EduDma = EduTest;
using ::testing::IsEmpty;

TEST_F(EduDma, MovesDataBothWays) {
  std::vector<std::uint8_t> data(4096);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i * 3);
  const std::uint64_t source = 0x1234'5678'9ABC'DEF1;  // no mask of 28 bits here
  port_.memory.store(HostAddr(source), data);
  start(source, 0x4'0000, 4096, 0);
  EXPECT_EQ(host_.read(0x98, 8), kRunning);
  EXPECT_FALSE(device_.idle());
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(host_.read(0x98, 8), 0u);
  EXPECT_EQ(host_.read(0xA0), 0u);
  EXPECT_TRUE(device_.idle());

  start(0x4'0064, 0x5000, 200, kFromBuffer);
  EXPECT_EQ(host_.read(0x98), kRunning | kFromBuffer);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(host_.read(0x98), kFromBuffer);
  std::vector<std::uint8_t> back(200);
  port_.memory.load(HostAddr(0x5000), back);
  EXPECT_EQ(back, std::vector(data.begin() + 100, data.begin() + 300));
  EXPECT_FALSE(port_.pin);
  EXPECT_EQ(device_.statistics().transfers, 2u);
}

TEST_F(EduDma, WideRegistersTakeHalves) {
  host_.write(0x80, 0x1111'2222);
  host_.write(0x84, 0x3333'4444);
  EXPECT_EQ(host_.read(0x80, 8), 0x3333'4444'1111'2222u);
  host_.write(0x80, 5);
  EXPECT_EQ(host_.read(0x80, 8), 0x3333'4444'0000'0005u);
  EXPECT_EQ(host_.read(0x84), 0x3333'4444u);
  EXPECT_EQ(host_.read(0x84, 8), ~std::uint64_t{0});
}

TEST_F(EduDma, RegistersStandWhileATransferRuns) {
  start(0x1000, 0x4'0000, 16, 0);
  host_.write(0x80, 7, 8);
  host_.write(0x88, 7, 8);
  host_.write(0x90, 7, 8);
  host_.write(0x98, 0, 8);
  EXPECT_EQ(host_.read(0x80, 8), 0x1000u);
  EXPECT_EQ(host_.read(0x88, 8), 0x4'0000u);
  EXPECT_EQ(host_.read(0x90, 8), 16u);
  EXPECT_EQ(host_.read(0x98, 8), kRunning);
  EXPECT_EQ(port_.pending(), 1u);
}

TEST_F(EduDma, InterruptsAtTheEndOfATransfer) {
  start(0x1000, 0x4'0000, 16, kInterrupt);
  EXPECT_FALSE(port_.pin);
  ASSERT_TRUE(port_.drain());
  EXPECT_TRUE(port_.pin);
  EXPECT_EQ(host_.read(0x24), 0x100u);
}

TEST_F(EduDma, TellsHowATransferEnded) {
  port_.refuse(0x2000, 16);
  start(0x4'0000, 0x2008, 16, kFromBuffer | kInterrupt);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(host_.read(0xA0), 1u);
  EXPECT_EQ(host_.read(0x24), 0x100u);
  port_.memory.inject_error(HostAddr(0x3000), HostAddr(0x3000));
  start(0x3000, 0x4'0000, 16, 0);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(host_.read(0xA0), 2u);
  EXPECT_EQ(device_.statistics().blocked, 1u);
  EXPECT_EQ(device_.statistics().memory_errors, 1u);
}

TEST_F(EduDma, BufferKeepsItsDataWhenATransferFails) {
  port_.memory.write32(HostAddr(0x1000), 0x1122'3344);
  port_.memory.write32(HostAddr(0x2000), 0xFFFF'FFFF);
  start(0x1000, 0x4'0000, 4, 0);
  ASSERT_TRUE(port_.drain());
  port_.refuse(0x2000, 4);
  start(0x2000, 0x4'0000, 4, 0);
  ASSERT_TRUE(port_.drain());
  start(0x4'0000, 0x3000, 4, kFromBuffer);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(port_.memory.read32(HostAddr(0x3000)), 0x1122'3344u);
}

TEST_F(EduDma, TransfersThatCannotBeDoNotBegin) {
  const std::vector<std::array<std::uint64_t, 4>> cases{
      {0x1000, 0x4'0000, 4097, 0},
      {0x1000, 0x4'0FFF, 2, 0},
      {0x1000, 0x3'FFFF, 1, 0},
      {0x1000, 0x4'1000, 1, 0},
      {0x1000, 0x2000, 16, kFromBuffer},
      {0x1000, 0x4'0000, ~std::uint64_t{0}, 0},
      {0x4'0001, 0x1000, 4096, kFromBuffer},
      {0x1000, 0x4'0800, ~std::uint64_t{0} - 0x7FF, 0}};
  for (const auto &[source, destination, count, command] : cases) {
    start(source, destination, count, command);
    EXPECT_EQ(host_.read(0xA0), 3u);
    EXPECT_EQ(host_.read(0x98, 8), command);
    EXPECT_TRUE(device_.idle());
  }
  start(0x1000, 0x4'0000, 0, 0);
  EXPECT_EQ(host_.read(0xA0), 0u) << "no byte is no error";
}

TEST_F(EduDma, FunctionThatIsNoBusMasterMovesNothing) {
  host_.enable(0xFEA0'0000, PciHost::kMemory);
  start(0x1000, 0x4'0000, 16, 0);
  EXPECT_EQ(host_.read(0xA0), 3u);
  host_.write(0xA8, 0xFEE0'0000, 8);
  host_.write(0xB0, 1);
  EXPECT_EQ(host_.read(0xB4), 3u);
  EXPECT_TRUE(device_.idle());
}

TEST_F(EduDma, ResetInTheMiddleOfATransfer) {
  port_.memory.write64(HostAddr(0x1000), 0x1122'3344'5566'7788);
  start(0x1000, 0x4'0000, 8, 0);
  ASSERT_TRUE(port_.drain());
  start(0x1000, 0x4'0000, 8, kInterrupt);
  host_.write(0x60, 1);
  device_.reset();
  EXPECT_FALSE(port_.pin);
  EXPECT_FALSE(device_.idle());
  ASSERT_TRUE(port_.drain());
  EXPECT_TRUE(device_.idle());
  EXPECT_FALSE(port_.pin);
  host_.enable(0xFEA0'0000);
  for (const std::uint64_t offset : {0x80, 0x88, 0x90, 0x98}) EXPECT_EQ(host_.read(offset, 8), 0u);
  EXPECT_EQ(host_.read(0x24), 0u);
  start(0x4'0000, 0x6000, 8, kFromBuffer);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(port_.memory.read64(HostAddr(0x6000)), 0u) << "the buffer kept data of the old life";
  EXPECT_THAT(port_.messages, IsEmpty());
}

}  // namespace
}  // namespace dmar::devices
