// SPDX-License-Identifier: Apache-2.0
// Where a function is attached, and what of its configuration space comes from that.
#ifndef DMAR_DEVICES_PCI_PLACE_HPP
#define DMAR_DEVICES_PCI_PLACE_HPP

#include <cstdint>
#include <optional>
#include <vector>

#include "devices/config_space.hpp"

namespace dmar::devices {

// On the bus of the root complex a function is an integrated endpoint, since an endpoint would need
// a root port and a link above it; behind a root port it is one. Behind a bridge to a conventional
// bus it has no PCI Express capability at all.
enum class PciBus : std::uint8_t { kRootComplex, kRootPort, kConventional };

// What a physical function says of the virtual functions that it can have (PCI Express 5.0, 9.3.3).
struct SriovShape {
  struct Bar {
    unsigned bar = 0;
    std::uint32_t bytes = 0;  // for each function; a power of two, at least 4,096
  };
  // From the routing id of the physical function to that of the first virtual one, and from one to
  // the next.
  struct Routing {
    std::uint16_t offset = 1;
    std::uint16_t stride = 1;
  };
  std::uint16_t total = 4;
  std::uint16_t device_id = 0;
  std::vector<Bar> bars = {};
  Routing usual = {.offset = 1, .stride = 1};
  Routing alternative = {.offset = 8, .stride = 8};  // in an ARI Capable Hierarchy
  // ARI Capable Hierarchy can be written in the lowest function of a device only, and only with a
  // port above it.
  bool lowest_function = true;
};

// Of a function with a device TLB behind its port (ats_port.hpp).
struct AtsShape {
  unsigned queue_depth = 32;  // invalidations that it takes at once, 1 to 32
};

struct PciPlace {
  PciBus bus = PciBus::kRootComplex;
  // Extended configuration space: serial number (unless it is 0), errors, access control.
  bool extended = false;
  std::uint64_t serial = 0;
  bool pin = true;                       // INTA; false: its interrupts are messages only
  std::optional<SriovShape> sriov = {};  // a physical function with virtual ones
  std::optional<AtsShape> ats = {};
  // A virtual function; its owner says where its memory is.
  ConfigSpace::BarBase virtual_bars = nullptr;

  [[nodiscard]] bool is_virtual() const { return virtual_bars != nullptr; }
};

}  // namespace dmar::devices

#endif  // DMAR_DEVICES_PCI_PLACE_HPP
