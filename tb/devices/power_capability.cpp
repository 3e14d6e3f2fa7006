// SPDX-License-Identifier: Apache-2.0
// See power_capability.hpp.
#include "devices/power_capability.hpp"

#include <array>

namespace dmar::devices {

namespace {

constexpr std::uint8_t kId = 0x01;
constexpr std::size_t kControl = 4;
constexpr std::uint8_t kVersion = 3;  // of the specification 1.2
constexpr std::uint16_t kState = 3;
constexpr std::uint16_t kD3hot = 3;

}  // namespace

PowerCapability::PowerCapability(ConfigSpace &config) : config_(config) {
  // Behind id and next pointer: capabilities, control and status, bridge extensions, data.
  constexpr std::array<std::uint8_t, 6> kBody{kVersion};
  constexpr std::array<std::uint8_t, 6> kWritable{0, 0, kState};
  control_ = config.add_capability(kId, kBody, kWritable) + kControl;
}

PowerCapability::Change PowerCapability::update() {
  const std::uint16_t before = asleep_ ? kD3hot : 0;
  const std::uint16_t control = config_.get16(control_);
  const std::uint16_t wanted = control & kState;
  if (wanted == before) return Change::kNone;
  if (wanted != 0 && wanted != kD3hot) {  // D1 and D2
    config_.put16(control_, static_cast<std::uint16_t>((control & ~kState) | before));
    return Change::kNone;
  }
  asleep_ = wanted == kD3hot;
  return asleep_ ? Change::kFallsAsleep : Change::kWakes;
}

}  // namespace dmar::devices
