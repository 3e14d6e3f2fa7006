// SPDX-License-Identifier: Apache-2.0
// How software asks one function for a reset: Function Level Reset of the PCI Express capability
// (PCI Express 5.0, 6.6.2 and 7.5.3), or of the Advanced Features capability on a conventional bus.
#ifndef DMAR_DEVICES_RESET_CAPABILITY_HPP
#define DMAR_DEVICES_RESET_CAPABILITY_HPP

#include <cstddef>
#include <cstdint>

#include "devices/config_space.hpp"
#include "devices/pci_place.hpp"

namespace dmar::devices {

class ResetCapability {
 public:
  ResetCapability(ConfigSpace &config, const PciPlace &place);

  // Software has written the bit that asks. The reset clears it, so it always reads 0.
  [[nodiscard]] bool requested() const;
  // Transactions Pending.
  void show_pending(bool pending);

 private:
  struct Place {
    std::size_t control;  // word with the bit that asks
    std::uint16_t ask;
    std::size_t status;  // word with Transactions Pending
    std::uint16_t pending;
  };
  static Place add_express(ConfigSpace &config, const PciPlace &place);
  static Place add_conventional(ConfigSpace &config);

  ConfigSpace &config_;
  Place place_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_RESET_CAPABILITY_HPP
