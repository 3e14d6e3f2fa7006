// SPDX-License-Identifier: Apache-2.0
// How software asks one function for a reset: Function Level Reset of the PCI Express capability
// (PCI Express 5.0, 6.6.2 and 7.5.3), or of the Advanced Features capability on a conventional bus.
#ifndef DMAR_DEVICES_RESET_CAPABILITY_HPP
#define DMAR_DEVICES_RESET_CAPABILITY_HPP

#include <cstddef>
#include <cstdint>

#include "devices/config_space.hpp"

namespace dmar::devices {

// Where a function is attached. On the bus of the root complex it is an integrated endpoint, since
// an endpoint would need a root port and a link above it; there is neither. Behind a bridge to a
// conventional bus it has no PCI Express capability at all.
enum class PciBus : std::uint8_t { kRootComplex, kConventional };

class ResetCapability {
 public:
  ResetCapability(ConfigSpace &config, PciBus bus);

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
  static Place add_express(ConfigSpace &config);
  static Place add_conventional(ConfigSpace &config);

  ConfigSpace &config_;
  Place place_;
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_RESET_CAPABILITY_HPP
