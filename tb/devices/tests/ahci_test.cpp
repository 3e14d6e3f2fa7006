// SPDX-License-Identifier: Apache-2.0
// Commands of a driver that keeps the rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <string>

#include "devices/tests/ahci_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using AhciTest = AhciFixture;

// 16-bit words, as IDENTIFY DEVICE gives them.
std::uint16_t word(const std::vector<std::uint8_t> &bytes, std::size_t index) {
  return static_cast<std::uint16_t>(bytes.at(2 * index) | bytes.at(2 * index + 1) << 8);
}

std::string text(const std::vector<std::uint8_t> &bytes, std::size_t first, std::size_t words) {
  std::string out;
  for (std::size_t i = first; i < first + words; ++i) {
    out += static_cast<char>(word(bytes, i) >> 8);
    out += static_cast<char>(word(bytes, i));
  }
  return out;
}

TEST_F(AhciTest, ReadsAcrossDescriptors) {
  driver_.run({.command = AhciDriver::kReadDma, .lba = 5, .count = 3}, false,
              {{kData, 100}, {kData + 0x2000, 1000}, {kData + 0x4000, 0x8000}});
  const auto expected = sectors(5, 3);
  std::vector<std::uint8_t> got = memory(kData, 100);
  for (const auto &[address, bytes] : {std::pair{0x2000U, 1000U}, {0x4000U, 436U}}) {
    const auto more = memory(kData + address, bytes);
    got.insert(got.end(), more.begin(), more.end());
  }
  EXPECT_EQ(got, expected);
  EXPECT_EQ(driver_.issued(), 0u);
  EXPECT_EQ(driver_.moved(0), 1536u);
  EXPECT_EQ(driver_.task_file(), 0x50u);
  EXPECT_EQ(driver_.received(0x40), 0x0050'4034u) << "the FIS at the end";
  EXPECT_EQ(driver_.received(0x44), 0x4000'0005u) << "address and device";
  EXPECT_EQ(driver_.port_interrupts(), 1u);
  EXPECT_THAT(port_.messages, ElementsAre(AhciDriver::kMessage));
  EXPECT_EQ(device_.statistics().bytes_read, 1536u);
  EXPECT_EQ(device_.last_error(), "");
}

TEST_F(AhciTest, WritesAndReadsBack) {
  std::vector<std::uint8_t> data(200 * 512);  // more than is moved at a time
  std::iota(data.begin(), data.end(), std::uint8_t{3});
  data.resize(100 * 512);
  store(kData, data);
  driver_.run({.command = AhciDriver::kWriteDma, .lba = 20, .count = 100}, true,
              {{kData, 512}, {kData + 512, 99 * 512}});
  EXPECT_EQ(driver_.moved(0), data.size());
  const auto contents = image_.contents();
  EXPECT_TRUE(std::equal(data.begin(), data.end(), contents.begin() + 20 * 512));
  EXPECT_EQ(contents.at(20 * 512 - 1), TemporaryDisk::byte_at(20 * 512 - 1));
  EXPECT_EQ(contents.at(120 * 512), TemporaryDisk::byte_at(120 * 512));
  driver_.acknowledge();
  driver_.run({.command = AhciDriver::kReadDma, .lba = 20, .count = 100}, false,
              {{kData + 0x10'0000, 100 * 512}});
  EXPECT_EQ(memory(kData + 0x10'0000, data.size()), data);
  EXPECT_EQ(device_.statistics().commands, 2u);
}

TEST_F(AhciTest, NarrowCommandsHaveTheirUpperAddressInTheDeviceRegister) {
  driver_.run({.command = 0xC8, .lba = 7, .count = 1}, false, {{kData, 512}});
  EXPECT_EQ(memory(kData, 512), sectors(7, 1));
  driver_.acknowledge();
  store(kData, std::vector<std::uint8_t>(512, 0xAB));
  driver_.run({.command = 0xCA, .lba = 8, .count = 0xFF01}, true, {{kData, 512}});
  EXPECT_EQ(image_.contents().at(8 * 512), 0xABu) << "only the low half of the count is meant";
  driver_.acknowledge();
  driver_.run({.command = 0xC8, .lba = 7, .count = 1, .device = 1}, false, {{kData, 512}});
  EXPECT_EQ(driver_.task_file(), 0x1051u) << "sector 0x1000007 is not there";
}

TEST_F(AhciTest, IdentifiesItsDisk) {
  driver_.run({.command = AhciDriver::kIdentify}, false, {{kData, 512}});
  const auto identity = memory(kData, 512);
  EXPECT_EQ(text(identity, 27, 9), "OpenDMAR test disk");
  EXPECT_EQ(text(identity, 10, 10), "opendmar-0          ");
  EXPECT_EQ(word(identity, 60) | word(identity, 61) << 16, static_cast<int>(kSectors));
  EXPECT_EQ(word(identity, 100), kSectors);
  EXPECT_EQ(word(identity, 75), 0u) << "no queue";
  EXPECT_EQ(word(identity, 88), 0x203Fu) << "Ultra DMA mode 5 is selected";
  EXPECT_EQ(std::accumulate(identity.begin(), identity.end(), 0U) % 256, 0u);
  EXPECT_EQ(driver_.moved(0), 512u);
  EXPECT_EQ(driver_.port_interrupts(), 2u) << "a block has a FIS of its own";
  EXPECT_EQ(driver_.received(0x20), 0x0058'605Fu);
  EXPECT_EQ(driver_.received(0x2C) >> 24, 0x50u) << "status at the end";
  EXPECT_EQ(driver_.received(0x30) & 0xFFFF, 512u);
}

TEST_F(AhciTest, FeaturesAreKeptUntilTheLinkIsReset) {
  const auto identity = [this] {
    driver_.acknowledge();
    driver_.run({.command = AhciDriver::kIdentify}, false, {{kData, 512}});
    return memory(kData, 512);
  };
  EXPECT_EQ(word(identity(), 85), 0x0068u);
  for (const std::uint8_t feature : {0x82, 0x55}) {
    driver_.run({.command = AhciDriver::kSetFeatures, .features = feature});
  }
  driver_.run({.command = AhciDriver::kSetFeatures, .features = 3, .count = 0x42});
  EXPECT_EQ(word(identity(), 85), 0x0008u);
  EXPECT_EQ(word(identity(), 88), 0x043Fu);
  driver_.run({.command = AhciDriver::kSetFeatures, .features = 3, .count = 0x21});
  EXPECT_EQ(word(identity(), 88), 0x003Fu);
  EXPECT_EQ(word(identity(), 63), 0x0207u);
  driver_.write(0x118, 0x10);
  driver_.write(0x12C, 1);
  driver_.write(0x12C, 0);
  driver_.write(0x118, 0x11);
  EXPECT_EQ(word(identity(), 85), 0x0068u);
  EXPECT_EQ(word(identity(), 88), 0x203Fu);
}

TEST_F(AhciTest, CommandsWithoutData) {
  for (const std::uint8_t command : {0xE7, 0xEA, 0xE0, 0xE1, 0xE2, 0xE3, 0xE5}) {
    driver_.run({.command = command});
    EXPECT_EQ(driver_.task_file(), 0x50u) << unsigned{command};
    EXPECT_EQ(driver_.received(0x4C), command == 0xE5 ? 0xFFu : 0u) << unsigned{command};
    EXPECT_EQ(driver_.port_interrupts(), 1u);
    driver_.acknowledge();
  }
  EXPECT_EQ(device_.statistics().commands, 7u);
}

// One at a time; each slot has its turn.
TEST_F(AhciTest, ServesEverySlot) {
  for (unsigned slot = 0; slot < 32; ++slot) {
    driver_.request({.command = AhciDriver::kReadDma, .lba = slot, .count = 1}, slot, false,
                    {{kData + 0x1000 * slot, 512}});
  }
  driver_.issue(0xFFFF'FFFF);
  EXPECT_EQ(driver_.issued(), 0xFFFF'FFFFu);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.issued(), 0u);
  for (unsigned slot = 0; slot < 32; ++slot) {
    EXPECT_EQ(memory(kData + 0x1000 * slot, 512), sectors(slot, 1)) << slot;
  }
  EXPECT_EQ(device_.statistics().commands, 32u);
}

TEST_F(AhciTest, DescriptorThatAsksForAnInterrupt) {
  driver_.run({.command = AhciDriver::kReadDma, .lba = 0, .count = 1}, false,
              {{kData, 256}, {kData + 256, 256, true}});
  EXPECT_EQ(driver_.port_interrupts(), 0x21u);
}

// The driver acknowledges the port, then the adapter; what comes between is told of again.
TEST_F(AhciTest, InterruptThatComesWhileOneIsAcknowledged) {
  driver_.run({.command = AhciDriver::kFlush});
  ASSERT_EQ(port_.messages.size(), 1u);
  driver_.write(0x110, 1);
  EXPECT_EQ(driver_.read(0x08), 1u) << "the adapter keeps it";
  driver_.run({.command = AhciDriver::kFlush});
  EXPECT_EQ(port_.messages.size(), 1u) << "one message tells of both";
  driver_.write(0x08, 1);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(port_.messages.size(), 2u);
  EXPECT_EQ(driver_.read(0x08), 1u);
  driver_.acknowledge();
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.read(0x08), 0u);
  EXPECT_EQ(port_.messages.size(), 2u);
}

TEST_F(AhciTest, InterruptsThatAreNotEnabledReachNobody) {
  driver_.write(0x114, 0);
  driver_.run({.command = AhciDriver::kFlush});
  EXPECT_EQ(driver_.port_interrupts(), 1u);
  EXPECT_EQ(driver_.read(0x08), 0u);
  driver_.write(0x04, 0x8000'0000);
  driver_.write(0x114, 1);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.read(0x08), 1u);
  EXPECT_THAT(port_.messages, IsEmpty());
  driver_.write(0x04, 0x8000'0002);
  ASSERT_TRUE(port_.drain());
  EXPECT_THAT(port_.messages, ElementsAre(AhciDriver::kMessage));
}

TEST_F(AhciTest, PinWithoutMessages) {
  driver_.start(false);
  driver_.run({.command = AhciDriver::kFlush});
  EXPECT_TRUE(port_.pin);
  driver_.write(0x110, 1);
  EXPECT_TRUE(port_.pin);
  driver_.write(0x08, 1);
  EXPECT_FALSE(port_.pin);
  EXPECT_THAT(port_.messages, IsEmpty());
  EXPECT_EQ(device_.interrupts(), 1u);
}

TEST_F(AhciTest, NothingMovesUnlessTheFunctionIsBusMaster) {
  device_.config_write(0x04, 2, PciHost::kMemory);
  const unsigned started = port_.started();
  driver_.run({.command = AhciDriver::kFlush});
  EXPECT_EQ(port_.started(), started);
  EXPECT_EQ(driver_.issued(), 1u);
  device_.config_write(0x04, 2, PciHost::kMemory | PciHost::kBusMaster);
  ASSERT_TRUE(port_.drain());
  EXPECT_EQ(driver_.issued(), 0u);
}

}  // namespace
}  // namespace dmar::devices
