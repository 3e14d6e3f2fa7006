// SPDX-License-Identifier: Apache-2.0
// Memory that firmware keeps for devices (RMRR): the kernel has to map it for them as it is,
// whatever unit they pass.
#ifndef DMAR_SIM_VM_RESERVED_HPP
#define DMAR_SIM_VM_RESERVED_HPP

#include <optional>
#include <string_view>
#include <vector>

#include "acpi/dmar_table.hpp"
#include "cosim/machine.hpp"
#include "cosim/placement.hpp"
#include "guest/guest.hpp"

namespace dmar::sim {

// Of the DMA test device and of every disk on the root bus: the BIOS, which no memory map of a
// guest gives away.
acpi::Rmrr reserved_memory(const std::vector<cosim::Placement> &placements);

// What the machine's own tables make of that memory, looked at when the guest says that a device
// has it: requests of every function, at both ends of it.
class ReservedChecks {
 public:
  explicit ReservedChecks(const std::vector<cosim::Placement> &placements);

  // A line of the console.
  void line(std::string_view line, cosim::Machine &machine);
  // One for each function that has reserved memory.
  [[nodiscard]] std::vector<guest::Check> take();

 private:
  struct Function {
    cosim::Placement placement;
    std::optional<guest::Check> check = {};
  };
  std::vector<Function> functions_;
};

}  // namespace dmar::sim

#endif  // DMAR_SIM_VM_RESERVED_HPP
