// SPDX-License-Identifier: Apache-2.0
// Where the functions of a machine are: slot, source id, interrupt pin.
#ifndef DMAR_COSIM_PLACEMENT_HPP
#define DMAR_COSIM_PLACEMENT_HPP

#include <cstddef>
#include <string>
#include <vector>

#include "cosim/machine_options.hpp"
#include "dmar/types.hpp"

namespace dmar::cosim {

struct Placement {
  enum class Kind : std::uint8_t { kDisk, kEdu, kNetwork };
  Kind kind = Kind::kDisk;
  std::size_t index = 0;   // among those of its kind
  std::string id = {};     // for QEMU: "disk0"
  std::string name = {};   // for people: "disk 0"
  std::string where = {};  // for QEMU: "addr=05.0"
  std::uint16_t segment = 0;
  SourceId source = {};     // of its requests
  unsigned slot = 0;        // on the bus of the host bridge, of itself or of the bridge before it
  bool bridged = false;     // behind the PCIe-to-PCI bridge
  unsigned intx_input = 0;  // of an I/O APIC, where its INTA arrives

  friend bool operator==(const Placement &, const Placement &) = default;
};

// All functions but the unit, in the order in which QEMU is told of them.
std::vector<Placement> placements(const MachineOptions &options);

// "0000:05:00.0" as Linux writes it, of a function on the bus of the host bridge.
std::string linux_address(const Placement &placement);

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_PLACEMENT_HPP
