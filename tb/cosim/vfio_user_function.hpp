// SPDX-License-Identifier: Apache-2.0
// A PCI function as the regions of vfio-user: what QEMU may ask of it when it creates its own copy,
// and its configuration space.
//
// QEMU takes over the capabilities that it finds at that moment: it would answer for MSI and MSI-X
// itself, so that no message passed the unit, and drop others. So it finds none. When the guest
// starts they are there, and as QEMU knows nothing of them it asks us for every byte.
#ifndef DMAR_COSIM_VFIO_USER_FUNCTION_HPP
#define DMAR_COSIM_VFIO_USER_FUNCTION_HPP

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cosim/vfio_user_message.hpp"
#include "devices/pci_function.hpp"

namespace dmar::cosim {

class VfioUserFunction {
 public:
  static constexpr std::uint32_t kBars = 6;
  static constexpr std::uint32_t kConfigRegion = 7;
  static constexpr std::uint32_t kConfigBytes = 4096;

  explicit VfioUserFunction(devices::PciFunction &function) : function_(function) {}

  [[nodiscard]] static VfioUserDeviceFacts device();
  // Nothing when there is no such region, or interrupt.
  [[nodiscard]] std::optional<VfioUserRegionFacts> region(std::uint32_t index) const;
  [[nodiscard]] std::optional<VfioUserIrqFacts> irq(std::uint32_t index);

  // Any piece of configuration space, of which kConfigBytes are there.
  void config_read(std::uint32_t offset, std::span<std::uint8_t> out);
  void config_write(std::uint32_t offset, std::span<const std::uint8_t> bytes);

  // The address on the bus of `offset` in a BAR, which the function has.
  [[nodiscard]] std::uint64_t address(std::uint32_t bar, std::uint64_t offset) const {
    return function_.bar(bar).address + offset;
  }

  void show_capabilities() { capabilities_ = true; }

 private:
  devices::PciFunction &function_;
  bool capabilities_ = false;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_VFIO_USER_FUNCTION_HPP
