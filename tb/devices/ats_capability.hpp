// SPDX-License-Identifier: Apache-2.0
// The capability by which software finds the device TLB of a function and lets it be used
// (PCI Express 5.0, 10.5.1).
#ifndef DMAR_DEVICES_ATS_CAPABILITY_HPP
#define DMAR_DEVICES_ATS_CAPABILITY_HPP

#include <cstddef>

#include "devices/config_space.hpp"
#include "devices/pci_place.hpp"

namespace dmar::devices {

class AtsCapability {
 public:
  // std::invalid_argument for a queue depth that the register cannot show. Of a virtual function
  // depth and smallest translation unit are those of the physical one, and read 0.
  AtsCapability(ConfigSpace &config, const AtsShape &shape, bool is_virtual);

  [[nodiscard]] bool enabled() const;

 private:
  const ConfigSpace &config_;
  std::size_t base_ = 0;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_ATS_CAPABILITY_HPP
