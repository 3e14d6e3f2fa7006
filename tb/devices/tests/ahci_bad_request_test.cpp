// SPDX-License-Identifier: Apache-2.0
// Drivers that break the rules, and memory that does not answer: the port stops and says why, the
// disk and other memory stay as they are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "devices/tests/ahci_fixture.hpp"

namespace dmar::devices {
namespace {

using ::testing::HasSubstr;

constexpr std::uint32_t kOverflow = 1U << 24;
constexpr std::uint32_t kInterfaceFatal = 1U << 27;
constexpr std::uint32_t kBusFatal = 1U << 29;
constexpr std::uint32_t kTaskFileError = 1U << 30;

class AhciBadRequest : public AhciFixture {
 protected:
  // A write of two sectors in two pieces.
  void good_request() {
    store(kData, std::vector<std::uint8_t>(1024, 0xEE));
    driver_.request({.command = AhciDriver::kWriteDma, .lba = 10, .count = 2}, 0, true,
                    {{kData, 512}, {kData + 512, 512}});
  }
  void poke(std::uint32_t address, std::uint32_t value) {
    port_.memory.write32(HostAddr(address), value);
  }
  std::uint32_t peek(std::uint32_t address) { return port_.memory.read32(HostAddr(address)); }

  void expect_stops(std::uint32_t interrupts, const std::string &why) {
    driver_.issue(1);
    ASSERT_TRUE(port_.drain());
    EXPECT_EQ(driver_.port_interrupts(), interrupts) << why;
    EXPECT_EQ(driver_.issued(), 1u) << why;
    EXPECT_THAT(device_.last_error(), HasSubstr(why));
    const auto expected = sectors(0, kSectors);
    EXPECT_EQ(image_.contents(), expected) << why;
    EXPECT_EQ(device_.statistics().halts, ++halts_);
    const unsigned started = port_.started();
    driver_.issue(0xF0);
    EXPECT_EQ(port_.started(), started) << "a port that has stopped takes no commands";
    // The driver starts again, and everything works.
    driver_.write(0x118, 0x10);
    driver_.write(0x12C, 1);
    driver_.write(0x12C, 0);
    driver_.write(0x130, 0xFFFF'FFFF);
    driver_.restart();
    driver_.run({.command = AhciDriver::kReadDma, .lba = 3, .count = 1}, false, {{kData, 512}});
    EXPECT_EQ(memory(kData, 512), sectors(3, 1)) << why;
    driver_.acknowledge();
    good_request();
  }

  void SetUp() override {
    AhciFixture::SetUp();
    good_request();
  }

  std::uint64_t halts_ = 0;
};

TEST_F(AhciBadRequest, Header) {
  const std::uint32_t header = AhciDriver::header(0);
  const std::uint32_t first = peek(header);
  for (const std::uint32_t dwords : {0U, 4U, 17U, 31U}) {
    poke(header, (first & ~0x1FU) | dwords);
    expect_stops(kBusFatal, "slot 0: a command FIS of");
  }
  poke(header, first | 0x3000);
  expect_stops(kBusFatal, "a port multiplier");
  poke(header + 8, AhciDriver::table(0) + 64);
  expect_stops(kBusFatal, "its table at 0x20040");
  poke(header + 8, 0xFFFF'FF80);
  expect_stops(kBusFatal, "its table at 0xffffff80");
  poke(header + 12, 1);
  expect_stops(kBusFatal, "its table at 0x100020000");
}

TEST_F(AhciBadRequest, Frame) {
  const std::uint32_t fis = AhciDriver::table(0);
  poke(fis, 0x0035'8034);
  expect_stops(kInterfaceFatal, "a FIS of type 0x34");
  poke(fis, 0x0035'8127);
  expect_stops(kInterfaceFatal, "for port 1");
}

TEST_F(AhciBadRequest, Descriptors) {
  const std::uint32_t second = AhciDriver::table(0) + 0x90;
  poke(second, kData + 1);
  expect_stops(kBusFatal, "512 bytes of data at 0x100001");
  poke(second + 12, 510);
  expect_stops(kBusFatal, "511 bytes of data");
  poke(second + 4, 1);
  expect_stops(kBusFatal, "512 bytes of data at 0x100100200");
  poke(second, 0xFFFF'FF00);
  expect_stops(kBusFatal, "512 bytes of data at 0xffffff00");
}

TEST_F(AhciBadRequest, LessRoomThanData) {
  poke(AhciDriver::table(0) + 0x9C, 509);
  expect_stops(kOverflow, "moves 1024 bytes, its descriptors 1022");
  driver_.request({.command = AhciDriver::kReadDma, .lba = 1, .count = 2}, 0, false, {});
  expect_stops(kOverflow, "moves 1024 bytes, its descriptors 0");
  driver_.request({.command = AhciDriver::kIdentify}, 0, false, {{kData, 510}});
  expect_stops(kOverflow, "moves 512 bytes, its descriptors 510");
}

TEST_F(AhciBadRequest, Direction) {
  driver_.request({.command = AhciDriver::kWriteDma, .lba = 1, .count = 1}, 0, false,
                  {{kData, 512}});
  expect_stops(kInterfaceFatal, "wrong direction");
  driver_.request({.command = AhciDriver::kReadDma, .lba = 1, .count = 1}, 0, true, {{kData, 512}});
  expect_stops(kInterfaceFatal, "wrong direction");
}

// The disk refuses: it has answered, so it needs no reset.
TEST_F(AhciBadRequest, CommandsThatTheDiskRefuses) {
  struct Case {
    AtaCommand command;
    std::uint32_t task_file;
    const char *why;
  };
  for (const Case &bad : std::vector<Case>{
           {{.command = 0x00}, 0x0451, ""},
           {{.command = 0x60, .count = 8}, 0x0451, ""},
           {{.command = 0xA0}, 0x0451, ""},
           {{.command = 0xEF, .features = 0x99}, 0x0451, ""},
           {{.command = 0xEF, .features = 3, .count = 0x46}, 0x0451, ""},
           {{.command = 0x25, .lba = kSectors, .count = 1}, 0x1051, "beyond the end"},
           {{.command = 0x25, .lba = 127, .count = 2}, 0x1051, "127: 2 sectors"},
           {{.command = 0x25, .lba = 0, .count = 0}, 0x1051, "65536 sectors"},
           {{.command = 0xC8, .lba = 0, .count = 0}, 0x1051, "256 sectors"},
           {{.command = 0x25, .lba = 0xFFFF'FFFF'FFFF, .count = 1}, 0x1051, "beyond"}}) {
    driver_.run(bad.command, false, {{kData, 1024}});
    EXPECT_EQ(driver_.task_file(), bad.task_file) << bad.why;
    EXPECT_EQ(driver_.port_interrupts(), kTaskFileError | 1) << bad.why;
    EXPECT_EQ(driver_.received(0x40), bad.task_file >> 8 << 24 | 0x0051'4034u) << bad.why;
    EXPECT_THAT(device_.last_error(), HasSubstr(bad.why));
    EXPECT_EQ(device_.last_error().empty(), std::string(bad.why).empty()) << "an error of its own";
    EXPECT_EQ(driver_.issued(), 1u) << bad.why;
    driver_.restart();
    EXPECT_EQ(driver_.issued(), 0u);
    driver_.run({.command = AhciDriver::kReadDma, .lba = 3, .count = 1}, false, {{kData, 512}});
    EXPECT_EQ(driver_.task_file(), 0x50u) << bad.why;
    driver_.acknowledge();
  }
}

TEST_F(AhciBadRequest, AddressesOfCylinderHeadAndSector) {
  poke(AhciDriver::table(0) + 4, 10);
  expect_stops(kTaskFileError | 1, "cylinder");
}

// Each transfer of a command in turn is refused.
TEST_F(AhciBadRequest, TransfersThatFail) {
  const std::vector<std::pair<std::uint32_t, const char *>> places{
      {AhciDriver::header(0), "command header"},
      {AhciDriver::table(0), "command table"},
      {AhciDriver::table(0) + 0x90, "command table"},
      {kData + 512, "data of a write"}};
  for (const auto &[place, what] : places) {
    port_.refuse(place, 4);
    driver_.issue(1);
    ASSERT_TRUE(port_.drain());
    port_.refuse_nothing();
    driver_.write(0x118, 0x10);
    driver_.write(0x118, 0x11);
    EXPECT_EQ(device_.last_error(), std::string(what) + ": DMA was blocked");
    EXPECT_EQ(driver_.port_interrupts(), kBusFatal);
    EXPECT_EQ(image_.contents(), sectors(0, kSectors));
    driver_.write(0x118, 0x10);
    driver_.write(0x12C, 1);
    driver_.write(0x12C, 0);
    driver_.write(0x130, 0xFFFF'FFFF);
    driver_.restart();
    ASSERT_TRUE(port_.drain());
    good_request();
  }
}

TEST_F(AhciBadRequest, AnswersThatCannotBeStored) {
  for (const auto &[place, what] : std::vector<std::pair<std::uint32_t, const char *>>{
           {kData, "data of a read"},
           {AhciDriver::header(0) + 4, "byte count of a command"},
           {AhciDriver::kReceived + 0x40, "FIS at the end of a command"}}) {
    driver_.request({.command = AhciDriver::kReadDma, .lba = 1, .count = 1}, 0, false,
                    {{kData, 512}});
    port_.refuse(place, 4, FakePort::kWrite);
    driver_.issue(1);
    ASSERT_TRUE(port_.drain());
    port_.refuse_nothing();
    EXPECT_EQ(device_.last_error(), std::string(what) + ": DMA was blocked");
    EXPECT_EQ(driver_.port_interrupts(), kBusFatal);
    driver_.write(0x118, 0x10);
    driver_.write(0x12C, 1);
    driver_.write(0x12C, 0);
    driver_.write(0x130, 0xFFFF'FFFF);
    driver_.restart();
    ASSERT_TRUE(port_.drain());
  }
}

TEST_F(AhciBadRequest, DiskThatIsReadOnly) {
  Disk disk(image_.path(), Disk::Mode::kReadOnly);
  Ahci device(port_, disk);
  AhciDriver driver(port_, device);
  driver.start();
  driver.run({.command = AhciDriver::kWriteDma, .lba = 1, .count = 1}, true, {{kData, 512}});
  EXPECT_EQ(driver.task_file(), 0x0451u);
  EXPECT_THAT(device.last_error(), HasSubstr("read-only"));
  EXPECT_EQ(image_.contents(), sectors(0, kSectors));
}

TEST_F(AhciBadRequest, CommandToADiskThatIsHeldInItsReset) {
  driver_.control(0x04, 1);
  driver_.issue(2);
  ASSERT_TRUE(port_.drain());
  expect_stops(kInterfaceFatal, "held in its reset");
}

}  // namespace
}  // namespace dmar::devices
