// SPDX-License-Identifier: Apache-2.0
// An AHCI host adapter with its disk on a fake port, and a driver that has started it.
#ifndef DMAR_DEVICES_TESTS_AHCI_FIXTURE_HPP
#define DMAR_DEVICES_TESTS_AHCI_FIXTURE_HPP

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "devices/ahci.hpp"
#include "devices/tests/ahci_driver.hpp"
#include "devices/tests/fake_port.hpp"
#include "devices/tests/temporary_disk.hpp"

namespace dmar::devices {

class AhciFixture : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kSectors = 128;
  static constexpr std::uint32_t kData = AhciDriver::kData;

  void SetUp() override {
    driver_.start();
    ASSERT_TRUE(port_.drain());
  }
  // What the disk held at first.
  static std::vector<std::uint8_t> sectors(std::uint64_t first, std::uint64_t count) {
    std::vector<std::uint8_t> bytes(512 * count);
    for (std::size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = TemporaryDisk::byte_at(512 * first + i);
    return bytes;
  }
  std::vector<std::uint8_t> memory(std::uint64_t address, std::size_t bytes) {
    std::vector<std::uint8_t> out(bytes);
    port_.memory.load(HostAddr(address), out);
    return out;
  }
  void store(std::uint64_t address, const std::vector<std::uint8_t> &bytes) {
    port_.memory.store(HostAddr(address), bytes);
  }

  TemporaryDisk image_{512 * kSectors};
  Disk disk_{image_.path()};
  FakePort port_;
  Ahci device_{port_, disk_};
  AhciDriver driver_{port_, device_};
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_AHCI_FIXTURE_HPP
