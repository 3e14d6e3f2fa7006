// SPDX-License-Identifier: Apache-2.0
// Registers of an AHCI host adapter, and its resets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "devices/tests/ahci_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::IsEmpty;

class AhciRegisters : public AhciFixture {
 protected:
  void SetUp() override { driver_.host().enable(AhciDriver::kBase); }
};

TEST_F(AhciRegisters, AtReset) {
  const std::map<std::uint32_t, std::uint32_t> expected{
      {0x00, 0x0024'1F00},  // 32-bit addresses, one port, 32 slots
      {0x04, 0x8000'0000}, {0x0C, 1},      {0x10, 0x0001'0301}, {0x118, 6},
      {0x120, 0x0150},     {0x124, 0x101}, {0x128, 0x123}};
  for (std::uint32_t offset = 0; offset < Ahci::kBarBytes; offset += 4) {
    const auto found = expected.find(offset);
    EXPECT_EQ(driver_.read(offset), found == expected.end() ? 0 : found->second) << offset;
  }
}

// Bits that can be written, with nothing running; everything else stands.
TEST_F(AhciRegisters, WritableBits) {
  const std::map<std::uint32_t, std::uint32_t> writable{
      {0x04, 2}, {0x100, 0xFFFF'FC00}, {0x108, 0xFFFF'FF00}, {0x114, 0x6900'0063}, {0x12C, 0xFF0}};
  for (std::uint32_t offset = 0; offset < 0x200; offset += 4) {
    if (offset == 0x118) continue;  // starts the port
    const std::uint32_t before = driver_.read(offset);
    const std::uint32_t mask = writable.contains(offset) ? writable.at(offset) : 0;
    const std::uint32_t value = offset == 0x04 ? ~1U : offset == 0x12C ? ~0xFU : ~0U;
    driver_.write(offset, value);
    EXPECT_EQ(driver_.read(offset), (before & ~mask) | (value & mask)) << offset;
    driver_.write(offset, offset == 0x04 ? 0 : before);
    EXPECT_EQ(driver_.read(offset), before) << offset;
  }
  EXPECT_TRUE(device_.idle());
}

TEST_F(AhciRegisters, TakesAlignedAccessesOfFourAndEightBytes) {
  PciHost &host = driver_.host();
  host.write(0x108, 0xFFFF'FFFF'1234'5678, 8);
  EXPECT_EQ(host.read(0x108, 8), 0x1234'5600u) << "the upper half of the address is not there";
  host.write(0x110, 0xFFFF'FFFF'0000'0000, 8);
  EXPECT_EQ(driver_.read(0x114), 0x6900'0063u);
  for (const unsigned bytes : {1U, 2U}) {
    host.write(0x108, 0, bytes);
    EXPECT_EQ(host.read(0x108, bytes), bytes == 1 ? 0xFFu : 0xFFFFu);
  }
  host.write(0x10A, 0, 4);
  host.write(0x104, 0, 8);
  EXPECT_EQ(driver_.read(0x108), 0x1234'5600u);
  EXPECT_EQ(host.read(0x10A, 4), 0xFFFF'FFFFu);
}

TEST_F(AhciRegisters, FirstFisIsStoredWhenTheDriverHasRoomForIt) {
  driver_.write(0x108, AhciDriver::kReceived);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.received(0x40), 0u);
  driver_.write(0x118, 0x10);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.received(0x40), 0x0150'0034u);
  EXPECT_EQ(driver_.received(0x44), 1u);
  EXPECT_EQ(driver_.received(0x4C), 1u);
  EXPECT_EQ(driver_.read(0x118), 0x4016u);
  EXPECT_EQ(driver_.port_interrupts(), 0u);
}

TEST_F(AhciRegisters, CommandsAreNotIssuedToAPortThatIsStopped) {
  driver_.issue(0xFF);
  EXPECT_EQ(driver_.issued(), 0u);
}

class AhciReset : public AhciFixture {
 protected:
  void begin_read() {
    driver_.request({.command = AhciDriver::kReadDma, .lba = 1, .count = 64}, 3, false,
                    {{kData, 0x4000}, {kData + 0x8000, 0x4000}});
    driver_.issue(1U << 3);
  }
};

// At every point of a command: what was in flight ends, nothing else begins, nobody is told.
TEST_F(AhciReset, StopOfThePort) {
  bool done = false;
  for (unsigned steps = 0; !done; ++steps) {
    begin_read();
    for (unsigned i = 0; i < steps; ++i) port_.pump();
    done = driver_.issued() == 0;
    const std::size_t in_flight = port_.pending();
    const unsigned started = port_.started();
    driver_.write(0x118, 0x10);
    EXPECT_EQ(driver_.issued(), 0u);
    EXPECT_EQ(driver_.read(0x118) >> 15 & 1, done ? 0u : 1u) << "the list runs until that";
    ASSERT_TRUE(port_.drain());
    EXPECT_EQ(driver_.read(0x118), 0x4016u);
    EXPECT_EQ(port_.started(), started) << in_flight << " were in flight";
    EXPECT_EQ(driver_.port_interrupts(), done ? 1u : 0u);
    // A disk that was at a command is busy with it until its link is reset.
    EXPECT_TRUE(driver_.task_file() == 0x50 || driver_.task_file() == 0xD0 ||
                driver_.task_file() == 0x150);
    driver_.write(0x12C, 1);
    driver_.write(0x12C, 0);
    driver_.write(0x130, 0xFFFF'FFFF);
    driver_.write(0x118, 0x11);
    ASSERT_TRUE(port_.drain());
    begin_read();
    ASSERT_TRUE(port_.drain());
    ASSERT_EQ(driver_.issued(), 0u);
    driver_.acknowledge();
  }
}

TEST_F(AhciReset, BusyDiskTakesNoCommand) {
  begin_read();
  while (driver_.task_file() != 0xD0) ASSERT_TRUE(port_.pump());
  driver_.write(0x118, 0x10);
  ASSERT_TRUE(port_.drain());
  driver_.write(0x118, 0x11);
  driver_.run({.command = AhciDriver::kFlush});
  EXPECT_EQ(driver_.issued(), 1u);
  EXPECT_EQ(driver_.task_file(), 0xD0u);
}

TEST_F(AhciReset, Link) {
  driver_.write(0x118, 0x10);
  driver_.write(0x12C, 0x301);
  EXPECT_EQ(driver_.read(0x128), 0u);
  EXPECT_EQ(driver_.task_file(), 0x7Fu);
  EXPECT_EQ(driver_.read(0x124), 0xFFFF'FFFFu);
  port_.memory.write32(HostAddr(AhciDriver::kReceived + 0x40), 0);
  driver_.write(0x12C, 0x300);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.read(0x128), 0x123u);
  EXPECT_EQ(driver_.task_file(), 0x150u);
  EXPECT_EQ(driver_.read(0x124), 0x101u);
  EXPECT_EQ(driver_.received(0x40), 0x0150'0034u);
  EXPECT_EQ(driver_.read(0x130), 1U << 26) << "the exchange is seen";
  EXPECT_EQ(driver_.port_interrupts(), 1U << 6);
  driver_.write(0x110, 1U << 6);
  EXPECT_EQ(driver_.port_interrupts(), 1U << 6) << "a view of the SATA errors";
  driver_.write(0x130, 1U << 26);
  EXPECT_EQ(driver_.port_interrupts(), 0u);
}

TEST_F(AhciReset, LinkInTheMiddleOfACommand) {
  begin_read();
  while (driver_.task_file() != 0xD0) ASSERT_TRUE(port_.pump());
  driver_.write(0x12C, 1);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.task_file(), 0x7Fu);
  EXPECT_EQ(driver_.port_interrupts(), 0u);
  EXPECT_TRUE(device_.idle());
}

TEST_F(AhciReset, LinkThatIsSwitchedOff) {
  driver_.write(0x12C, 4);
  EXPECT_EQ(driver_.read(0x128), 4u);
  driver_.run({.command = AhciDriver::kFlush});
  EXPECT_EQ(driver_.issued(), 1u) << "there is no disk";
  driver_.write(0x12C, 0);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.read(0x128), 0x123u);
  EXPECT_EQ(driver_.issued(), 0u);
}

TEST_F(AhciReset, SoftwareResetOfTheDisk) {
  driver_.run({.command = AhciDriver::kSetFeatures, .features = 0x82});
  driver_.acknowledge();
  driver_.control(0x04, 0);
  driver_.issue(1);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.issued(), 0u);
  EXPECT_EQ(driver_.task_file(), 0x50u) << "no answer yet";
  driver_.control(0x00, 0);
  driver_.issue(1);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.task_file(), 0x150u);
  EXPECT_EQ(driver_.received(0x40), 0x0150'0034u);
  EXPECT_EQ(driver_.port_interrupts(), 0u);
  driver_.run({.command = AhciDriver::kIdentify}, false, {{kData, 512}});
  EXPECT_EQ(memory(kData, 512).at(170), 0x68u) << "the write cache is on again";
}

// At every point of a command.
TEST_F(AhciReset, Adapter) {
  bool done = false;
  for (unsigned steps = 0; !done; ++steps) {
    begin_read();
    for (unsigned i = 0; i < steps; ++i) port_.pump();
    done = device_.idle();
    port_.messages.clear();
    const unsigned started = port_.started();
    driver_.write(0x04, 0x8000'0003);
    EXPECT_EQ(driver_.read(0x04), done ? 0x8000'0000u : 0x8000'0003u);
    driver_.write(0x114, 0xFF);  // lost while the reset is under way
    ASSERT_TRUE(port_.drain());
    EXPECT_EQ(driver_.read(0x04), 0x8000'0000u);
    EXPECT_EQ(driver_.read(0x114), done ? 0x63u : 0u);
    EXPECT_EQ(driver_.read(0x118), 6u);
    EXPECT_EQ(driver_.read(0x100), AhciDriver::kList) << "addresses stay";
    EXPECT_EQ(driver_.read(0x108), AhciDriver::kReceived);
    EXPECT_EQ(driver_.task_file(), 0x150u);
    EXPECT_EQ(driver_.issued(), 0u);
    EXPECT_EQ(port_.started(), started);
    EXPECT_EQ(device_.adapter_resets(), steps + 1);
    driver_.start();
    begin_read();
    ASSERT_TRUE(port_.drain());
    ASSERT_EQ(driver_.issued(), 0u);
    driver_.acknowledge();
    ASSERT_TRUE(port_.drain());
  }
}

}  // namespace
}  // namespace dmar::devices
