// SPDX-License-Identifier: Apache-2.0
// See pci_device.hpp.
#include "devices/pci_device.hpp"

namespace dmar::devices {

PciDevice::PciDevice(DmaPort &port, const PciIdentity &identity)
    : port_(port), config_(identity), sender_(port, tasks_, config_) {}

std::uint32_t PciDevice::config_read(std::uint32_t offset, unsigned bytes) {
  before_config_read(offset, bytes);
  return config_.read(offset, bytes);
}

void PciDevice::config_write(std::uint32_t offset, unsigned bytes, std::uint32_t value) {
  config_.write(offset, bytes, value);
  drive_pin();
  after_config_write(offset, bytes);
}

std::uint64_t PciDevice::memory_read(std::uint64_t address, unsigned bytes) {
  const auto hit = config_.find(address, bytes);
  const std::uint64_t value = hit ? bar_read(hit->bar, hit->offset, bytes) : ~std::uint64_t{0};
  return bytes >= 8 ? value : value & ((std::uint64_t{1} << (8 * bytes)) - 1);
}

void PciDevice::memory_write(std::uint64_t address, unsigned bytes, std::uint64_t value) {
  if (const auto hit = config_.find(address, bytes)) {
    if (bytes < 8) value &= (std::uint64_t{1} << (8 * bytes)) - 1;
    bar_write(hit->bar, hit->offset, bytes, value);
  }
}

void PciDevice::reset() {
  config_.reset();
  interrupts_reset();
  set_interrupt(false);
  tasks_.stop([this] { registers_reset(); });
}

void PciDevice::set_interrupt(bool asserted) {
  interrupt_ = asserted;
  drive_pin();
}

void PciDevice::drive_pin() {
  config_.show_pin(interrupt_);
  const bool pin = interrupt_ && !config_.pin_disabled();
  if (pin == pin_) return;
  pin_ = pin;
  port_.set_pin(pin);
}

}  // namespace dmar::devices
