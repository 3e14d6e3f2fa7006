// SPDX-License-Identifier: Apache-2.0
// What a driver of any virtio device does before there is a queue: reset, features, status,
// vectors.
#ifndef DMAR_DEVICES_TESTS_VIRTIO_DRIVER_HPP
#define DMAR_DEVICES_TESTS_VIRTIO_DRIVER_HPP

#include <cstdint>

#include "devices/tests/fake_port.hpp"
#include "devices/tests/pci_host.hpp"
#include "devices/virtio_pci.hpp"

namespace dmar::devices {

class VirtioDriver {
 public:
  static constexpr std::uint32_t kBar = 0xFEB0'0000;

  VirtioDriver(FakePort &port, VirtioPci &device) : port_(port), host_(device) {}

  PciHost &host() { return host_; }
  void set_status(std::uint8_t bits) { host_.write(0x14, host_.read(0x14, 1) | bits, 1); }
  // Until the device says that it is done, which the transfers must allow.
  void reset() {
    host_.write(0x14, 0, 1);
    while (host_.read(0x14, 1) != 0 && port_.pump()) {
    }
  }
  void negotiate(std::uint64_t features) {
    host_.write(0x08, 0);
    host_.write(0x0C, features & 0xFFFF'FFFF);
    host_.write(0x08, 1);
    host_.write(0x0C, features >> 32);
    set_status(virtio_status::kFeaturesOk);
  }
  // Enable, reset, negotiate. False when the device refuses the features.
  bool begin(std::uint64_t features) {
    host_.enable(kBar);
    reset();
    set_status(virtio_status::kAcknowledge | virtio_status::kDriver);
    negotiate(features);
    return (host_.read(0x14, 1) & virtio_status::kFeaturesOk) != 0;
  }
  // A vector for the configuration and one for each queue.
  void set_up_msix(unsigned queues) {
    const std::uint8_t capability = host_.capabilities(0x11).at(0);
    host_.function().config_write(capability + 2U, 2, 0x8000);
    for (unsigned vector = 0; vector <= queues; ++vector) {
      const std::uint64_t entry = VirtioPci::kTableOffset + 16 * vector;
      host_.write(entry, message_of(vector).address, 8);
      host_.write(entry + 8, message_of(vector).data);
      host_.write(entry + 12, 0);
    }
    host_.write(0x10, 0, 2);
    for (unsigned queue = 0; queue < queues; ++queue) {
      host_.write(0x16, queue, 2);
      host_.write(0x1A, queue + 1, 2);
    }
  }
  static constexpr Message message_of(unsigned vector) { return {0xFEE0'1000, 0x30 + vector}; }
  static constexpr Message kConfigMessage = {0xFEE0'1000, 0x30};

 protected:
  FakePort &port_;
  PciHost host_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_TESTS_VIRTIO_DRIVER_HPP
