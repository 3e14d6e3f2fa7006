// SPDX-License-Identifier: Apache-2.0
// See root_port.hpp.
#include "devices/root_port.hpp"

#include "devices/capability_image.hpp"
#include "devices/extended_capabilities.hpp"

namespace dmar::devices {

namespace {

// Vendor and device of no chip that exists: drivers of Linux find a port by its class.
constexpr PciIdentity kIdentity{.vendor = 0x1234, .device = 0x0D3B, .class_code = 0x060400};

constexpr std::size_t kHeaderType = 0x0E;
constexpr std::uint8_t kBridge = 1;
constexpr std::size_t kPrimary = 0x18;
constexpr std::size_t kSecondary = 0x19;
constexpr std::size_t kSubordinate = 0x1A;
constexpr std::size_t kMemoryBase = 0x20;
constexpr std::size_t kMemoryLimit = 0x22;
constexpr std::uint16_t kMemoryBits = 0xFFF0;  // bits 31:20 of an address
constexpr std::uint64_t kMemoryUnit = std::uint64_t{1} << 20;
constexpr std::size_t kBridgeControl = 0x3E;
constexpr std::uint16_t kSecondaryReset = 1U << 6;

constexpr std::uint8_t kExpressId = 0x10;
constexpr std::size_t kExpressBytes = 0x3C;
constexpr std::size_t kCapabilities = 0x02;
constexpr std::uint16_t kRootPortVersion2 = 4U << 4 | 2;
constexpr std::size_t kDeviceCapabilities = 0x04;
constexpr std::uint32_t kRoleBasedErrors = 1U << 15;
constexpr std::size_t kLinkCapabilities = 0x0C;
constexpr std::uint32_t kOneLane = 1U << 4 | 1U << 0;
constexpr unsigned kPortNumber = 24;
constexpr std::size_t kLinkControl = 0x10;
constexpr std::uint16_t kLinkSwitches = 0x00C0;  // clocks, synchronisation
constexpr std::size_t kLinkStatus = 0x12;
constexpr std::size_t kDeviceCapabilities2 = 0x24;
constexpr std::size_t kDeviceControl2 = 0x28;
constexpr std::uint16_t kAriForwarding = 1U << 5;  // supported, enable
constexpr std::size_t kLinkCapabilities2 = 0x2C;
constexpr std::uint32_t kSlowest = 1U << 1;

std::size_t add_express(ConfigSpace &config, std::uint8_t number) {
  CapabilityImage<kExpressBytes> body;
  CapabilityImage<kExpressBytes> writable;
  body.set(kCapabilities, kRootPortVersion2);
  body.set(kDeviceCapabilities, kRoleBasedErrors);
  body.set(kLinkCapabilities, kOneLane | std::uint32_t{number} << kPortNumber);
  writable.set(kLinkControl, kLinkSwitches);
  body.set(kLinkStatus, kOneLane);
  body.set(kDeviceCapabilities2, kAriForwarding);
  writable.set(kDeviceControl2, kAriForwarding);
  body.set(kLinkCapabilities2, kSlowest);
  return config.add_capability(kExpressId, body.bytes(), writable.bytes());
}

}  // namespace

RootPort::RootPort(std::uint64_t serial, std::uint8_t number)
    : config_(kIdentity), power_(config_), express_(add_express(config_, number)) {
  config_.add_register(kHeaderType, 1, kBridge, 0);
  config_.add_register(kPrimary, 3, 0, 0xFF'FFFF);  // and secondary, subordinate
  config_.add_register(kMemoryBase, 2, 0, kMemoryBits);
  config_.add_register(kMemoryLimit, 2, 0, kMemoryBits);
  config_.add_register(kBridgeControl, 2, 0, kSecondaryReset);
  add_serial_number(config_, serial);
  add_access_control(config_, acs::kPort);
}

std::uint32_t RootPort::config_read(std::uint32_t offset, unsigned bytes) {
  return config_.read(offset, bytes);
}

void RootPort::config_write(std::uint32_t offset, unsigned bytes, std::uint32_t value) {
  config_.write(offset, bytes, value);
  if (power_.update() == PowerCapability::Change::kWakes) {
    reset();
    return;
  }
  const bool wanted = (config_.get16(kBridgeControl) & kSecondaryReset) != 0;
  if (wanted && !resetting_ && on_secondary_reset) on_secondary_reset();
  resetting_ = wanted;
}

std::uint64_t RootPort::memory_read(std::uint64_t, unsigned bytes) {
  return bytes >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * bytes)) - 1;
}

void RootPort::reset() {
  config_.reset();
  power_.reset();
  resetting_ = false;
}

unsigned RootPort::secondary() const { return config_.read(kSecondary, 1); }

bool RootPort::forwards_alternative_ids() const {
  return (config_.get16(express_ + kDeviceControl2) & kAriForwarding) != 0;
}

bool RootPort::forwards(SourceId id) const {
  const unsigned bus = id.raw() >> 8;
  const bool below = bus >= secondary() && bus <= config_.read(kSubordinate, 1);
  if (secondary() == 0 || !below || power_.asleep() || resetting_) return false;
  const unsigned device = id.raw() >> 3 & 0x1F;
  return bus != secondary() || device == 0 || forwards_alternative_ids();
}

bool RootPort::forwards_memory(std::uint64_t address, unsigned bytes) const {
  if (!config_.memory_enabled() || power_.asleep() || resetting_) return false;
  const std::uint64_t base = config_.get16(kMemoryBase) / 16 * kMemoryUnit;
  const std::uint64_t end = (config_.get16(kMemoryLimit) / 16 + 1) * kMemoryUnit;
  return address >= base && address < end && end - address >= bytes;
}

}  // namespace dmar::devices
