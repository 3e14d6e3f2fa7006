// SPDX-License-Identifier: Apache-2.0
// The educational device with a fake port.
#ifndef DMAR_DEVICES_TESTS_EDU_FIXTURE_HPP
#define DMAR_DEVICES_TESTS_EDU_FIXTURE_HPP

#include <gtest/gtest.h>

#include <cstdint>

#include "devices/edu.hpp"
#include "devices/tests/fake_port.hpp"
#include "devices/tests/pci_host.hpp"

namespace dmar::devices {

class EduTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kRunning = 1;
  static constexpr std::uint64_t kFromBuffer = 2;
  static constexpr std::uint64_t kInterrupt = 4;

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

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_EDU_FIXTURE_HPP
