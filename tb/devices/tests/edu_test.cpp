// SPDX-License-Identifier: Apache-2.0
// The educational device: registers, DMA both ways, interrupts, and what QEMU's does not have.
#include "devices/edu.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/tests/fake_port.hpp"
#include "devices/tests/pci_host.hpp"

namespace dmar::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t kRunning = 1;
constexpr std::uint64_t kFromBuffer = 2;
constexpr std::uint64_t kInterrupt = 4;

class EduTest : public ::testing::Test {
 protected:
  void SetUp() override { host_.enable(0xFEA0'0000); }

  void start(std::uint64_t source, std::uint64_t destination, std::uint64_t count,
             std::uint64_t command) {
    host_.write(0x80, source, 8);
    host_.write(0x88, destination, 8);
    host_.write(0x90, count, 8);
    host_.write(0x98, command | kRunning, 8);
  }
  void enable_msi(std::uint64_t address, std::uint16_t data) {
    const std::uint8_t capability = host_.capabilities(0x05).at(0);
    device_.config_write(capability + 4U, 4, static_cast<std::uint32_t>(address));
    device_.config_write(capability + 8U, 4, static_cast<std::uint32_t>(address >> 32));
    device_.config_write(capability + 12U, 2, data);
    device_.config_write(capability + 2U, 2, 1);
  }

  FakePort port_;
  Edu device_{port_};
  PciHost host_{device_};
};

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

TEST_F(EduTest, MovesDataBothWays) {
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

TEST_F(EduTest, WideRegistersTakeHalves) {
  host_.write(0x80, 0x1111'2222);
  host_.write(0x84, 0x3333'4444);
  EXPECT_EQ(host_.read(0x80, 8), 0x3333'4444'1111'2222u);
  host_.write(0x80, 5);
  EXPECT_EQ(host_.read(0x80, 8), 0x3333'4444'0000'0005u);
  EXPECT_EQ(host_.read(0x84), 0x3333'4444u);
  EXPECT_EQ(host_.read(0x84, 8), ~std::uint64_t{0});
}

TEST_F(EduTest, RegistersStandWhileATransferRuns) {
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

TEST_F(EduTest, InterruptsAtTheEndOfATransfer) {
  start(0x1000, 0x4'0000, 16, kInterrupt);
  EXPECT_FALSE(port_.pin);
  ASSERT_TRUE(port_.drain());
  EXPECT_TRUE(port_.pin);
  EXPECT_EQ(host_.read(0x24), 0x100u);
}

TEST_F(EduTest, TellsHowATransferEnded) {
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

TEST_F(EduTest, TransfersThatCannotBeDoNotBegin) {
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

TEST_F(EduTest, FunctionThatIsNoBusMasterMovesNothing) {
  host_.enable(0xFEA0'0000, PciHost::kMemory);
  start(0x1000, 0x4'0000, 16, 0);
  EXPECT_EQ(host_.read(0xA0), 3u);
  host_.write(0xA8, 0xFEE0'0000, 8);
  host_.write(0xB0, 1);
  EXPECT_EQ(host_.read(0xB4), 3u);
  EXPECT_TRUE(device_.idle());
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

TEST_F(EduTest, ResetInTheMiddleOfATransfer) {
  port_.memory.write64(HostAddr(0x1000), 0x1122'3344'5566'7788);
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
