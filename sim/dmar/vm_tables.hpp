// SPDX-License-Identifier: Apache-2.0
// The ACPI tables that tell a guest of the remapping units of its machine.
#ifndef DMAR_SIM_VM_TABLES_HPP
#define DMAR_SIM_VM_TABLES_HPP

#include "acpi/dmar_table.hpp"
#include "cosim/machine_options.hpp"
#include "dmar/config.hpp"

namespace dmar::sim {

// The units of the machine in their order, each with the scopes of its functions. `reserved`: with
// memory that firmware keeps (vm_reserved.hpp).
acpi::DmarTable dmar_table(const cosim::MachineOptions &machine, const Config &config,
                           bool reserved = false);

// Gives the machine its tables.
void add_tables(cosim::MachineOptions &machine, const Config &config, bool reserved);

}  // namespace dmar::sim

#endif  // DMAR_SIM_VM_TABLES_HPP
