// SPDX-License-Identifier: Apache-2.0
// See reset_capability.hpp.
#include "devices/reset_capability.hpp"

#include "devices/capability_image.hpp"

namespace dmar::devices {

namespace {

// PCI Express capability, version 2. What is not named is 0: packets of 128 bytes, no error
// messages, no relaxed ordering, no slot or root registers, and of an integrated endpoint no link.
// The switches of a virtual function, but for its reset, are those of the physical one.
constexpr std::uint8_t kExpressId = 0x10;
constexpr std::size_t kExpressBytes = 0x3C;
constexpr std::size_t kExpressCapabilities = 0x02;
constexpr std::uint16_t kVersion2 = 2;
constexpr std::uint16_t kIntegratedEndpoint = 9U << 4;
constexpr std::size_t kDeviceCapabilities = 0x04;
constexpr std::uint32_t kRoleBasedErrors = 1U << 15;  // required from PCI Express 1.1 on
constexpr std::uint32_t kFunctionLevelReset = 1U << 28;
constexpr std::size_t kDeviceControl = 0x08;
constexpr std::uint16_t kInitiateReset = 1U << 15;
constexpr std::size_t kDeviceStatus = 0x0A;
constexpr std::uint16_t kTransactionsPending = 1U << 5;
// No request of ours times out, so the switch that a requester must have changes nothing.
constexpr std::size_t kDeviceCapabilities2 = 0x24;
constexpr std::size_t kDeviceControl2 = 0x28;
constexpr std::uint16_t kTimeoutDisable = 1U << 4;
// A link of one lane at 2.5 GT/s that knows no power states.
constexpr std::size_t kLinkCapabilities = 0x0C;
constexpr std::uint32_t kOneLane = 1U << 4 | 1U << 0;
constexpr std::size_t kLinkControl = 0x10;
constexpr std::uint16_t kLinkSwitches =
    0x00C8;  // read completion boundary, clocks, synchronisation
constexpr std::size_t kLinkStatus = 0x12;
constexpr std::size_t kLinkCapabilities2 = 0x2C;
constexpr std::uint32_t kSlowest = 1U << 1;  // of the vector of speeds

// Advanced Features capability (ECN to PCI Local Bus 3.0).
constexpr std::uint8_t kAdvancedId = 0x13;
constexpr std::size_t kAdvancedBytes = 6;
constexpr std::size_t kAdvancedLength = 2;
constexpr std::size_t kAdvancedCapabilities = 3;
constexpr std::uint8_t kPendingAndReset = 3;
constexpr std::size_t kAdvancedControl = 4;
constexpr std::uint8_t kAdvancedInitiate = 1;
constexpr std::uint16_t kAdvancedPending = 1U << 8;  // status is the byte behind control

}  // namespace

ResetCapability::Place ResetCapability::add_express(ConfigSpace &config, const PciPlace &place) {
  const bool link = place.bus == PciBus::kRootPort;
  CapabilityImage<kExpressBytes> body;
  CapabilityImage<kExpressBytes> writable;
  body.set(kExpressCapabilities, kVersion2 | (link ? 0 : kIntegratedEndpoint));
  body.set(kDeviceCapabilities, kRoleBasedErrors | kFunctionLevelReset);
  body.set(kDeviceCapabilities2, kTimeoutDisable);
  writable.set(kDeviceControl, kInitiateReset);
  if (!place.is_virtual()) writable.set(kDeviceControl2, kTimeoutDisable);
  if (link) {
    body.set(kLinkCapabilities, kOneLane);
    body.set(kLinkCapabilities2, kSlowest);
    if (!place.is_virtual()) {
      body.set(kLinkStatus, kOneLane);
      writable.set(kLinkControl, kLinkSwitches);
    }
  }
  const std::size_t base = config.add_capability(kExpressId, body.bytes(), writable.bytes());
  config.keep_over_function_reset(base + kLinkControl, 2, kLinkSwitches);
  return {base + kDeviceControl, kInitiateReset, base + kDeviceStatus, kTransactionsPending};
}

ResetCapability::Place ResetCapability::add_conventional(ConfigSpace &config) {
  CapabilityImage<kAdvancedBytes> body;
  CapabilityImage<kAdvancedBytes> writable;
  body.set(kAdvancedLength, kAdvancedBytes);
  body.set(kAdvancedCapabilities, kPendingAndReset);
  writable.set(kAdvancedControl, kAdvancedInitiate);
  const std::size_t base = config.add_capability(kAdvancedId, body.bytes(), writable.bytes());
  const std::size_t control = base + kAdvancedControl;
  return {control, kAdvancedInitiate, control, kAdvancedPending};
}

ResetCapability::ResetCapability(ConfigSpace &config, const PciPlace &place)
    : config_(config),
      place_(place.bus == PciBus::kConventional ? add_conventional(config)
                                                : add_express(config, place)) {}

bool ResetCapability::requested() const {
  return (config_.get16(place_.control) & place_.ask) != 0;
}

void ResetCapability::show_pending(bool pending) {
  const std::uint16_t others =
      config_.get16(place_.status) & static_cast<std::uint16_t>(~place_.pending);
  config_.put16(place_.status, pending ? others | place_.pending : others);
}

}  // namespace dmar::devices
