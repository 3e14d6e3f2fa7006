// SPDX-License-Identifier: Apache-2.0
// See reset_capability.hpp.
#include "devices/reset_capability.hpp"

#include <array>

namespace dmar::devices {

namespace {

constexpr std::size_t kHeadBytes = 2;  // id and next pointer, which the list adds

// PCI Express capability, version 2. What is not named is 0: packets of 128 bytes, no error
// messages, no relaxed ordering, and of an integrated endpoint no link, slot or root registers.
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

// Advanced Features capability (ECN to PCI Local Bus 3.0).
constexpr std::uint8_t kAdvancedId = 0x13;
constexpr std::size_t kAdvancedBytes = 6;
constexpr std::size_t kAdvancedLength = 2;
constexpr std::size_t kAdvancedCapabilities = 3;
constexpr std::uint8_t kPendingAndReset = 3;
constexpr std::size_t kAdvancedControl = 4;
constexpr std::uint8_t kAdvancedInitiate = 1;
constexpr std::uint16_t kAdvancedPending = 1U << 8;  // status is the byte behind control

template <std::size_t kBytes>
class Image {
 public:
  void set(std::size_t offset, std::uint32_t value) {
    for (; value != 0; value >>= 8) bytes_.at(offset++ - kHeadBytes) = value & 0xFF;
  }
  [[nodiscard]] const auto &bytes() const { return bytes_; }

 private:
  std::array<std::uint8_t, kBytes - kHeadBytes> bytes_{};
};

}  // namespace

ResetCapability::Place ResetCapability::add_express(ConfigSpace &config) {
  Image<kExpressBytes> body;
  Image<kExpressBytes> writable;
  body.set(kExpressCapabilities, kVersion2 | kIntegratedEndpoint);
  body.set(kDeviceCapabilities, kRoleBasedErrors | kFunctionLevelReset);
  body.set(kDeviceCapabilities2, kTimeoutDisable);
  writable.set(kDeviceControl, kInitiateReset);
  writable.set(kDeviceControl2, kTimeoutDisable);
  const std::size_t base = config.add_capability(kExpressId, body.bytes(), writable.bytes());
  return {base + kDeviceControl, kInitiateReset, base + kDeviceStatus, kTransactionsPending};
}

ResetCapability::Place ResetCapability::add_conventional(ConfigSpace &config) {
  Image<kAdvancedBytes> body;
  Image<kAdvancedBytes> writable;
  body.set(kAdvancedLength, kAdvancedBytes);
  body.set(kAdvancedCapabilities, kPendingAndReset);
  writable.set(kAdvancedControl, kAdvancedInitiate);
  const std::size_t base = config.add_capability(kAdvancedId, body.bytes(), writable.bytes());
  const std::size_t control = base + kAdvancedControl;
  return {control, kAdvancedInitiate, control, kAdvancedPending};
}

ResetCapability::ResetCapability(ConfigSpace &config, PciBus bus)
    : config_(config),
      place_(bus == PciBus::kRootComplex ? add_express(config) : add_conventional(config)) {}

bool ResetCapability::requested() const {
  return (config_.get16(place_.control) & place_.ask) != 0;
}

void ResetCapability::show_pending(bool pending) {
  const std::uint16_t others =
      config_.get16(place_.status) & static_cast<std::uint16_t>(~place_.pending);
  config_.put16(place_.status, pending ? others | place_.pending : others);
}

}  // namespace dmar::devices
