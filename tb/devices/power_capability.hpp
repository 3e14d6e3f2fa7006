// SPDX-License-Identifier: Apache-2.0
// The power management capability (PCI Bus Power Management 1.2) of a function with D0 and D3hot
// that forgets its state on the way back (No_Soft_Reset = 0) and signals no PME.
#ifndef DMAR_DEVICES_POWER_CAPABILITY_HPP
#define DMAR_DEVICES_POWER_CAPABILITY_HPP

#include <cstddef>
#include <cstdint>

#include "devices/config_space.hpp"

namespace dmar::devices {

class PowerCapability {
 public:
  explicit PowerCapability(ConfigSpace &config);

  [[nodiscard]] bool asleep() const { return asleep_; }  // in D3hot

  enum class Change : std::uint8_t { kNone, kFallsAsleep, kWakes };
  // Configuration space was written. A state that does not exist changes nothing.
  [[nodiscard]] Change update();
  // Configuration space was reset.
  void reset() { asleep_ = false; }

 private:
  ConfigSpace &config_;
  std::size_t control_;  // offset of the control and status register
  bool asleep_ = false;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_POWER_CAPABILITY_HPP
