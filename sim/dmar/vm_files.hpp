// SPDX-License-Identifier: Apache-2.0
// The traces and waves of further units, whose names come from that of the first.
#ifndef DMAR_SIM_VM_FILES_HPP
#define DMAR_SIM_VM_FILES_HPP

#include "vm_options.hpp"

namespace dmar::sim {

// UsageError when one of them is another file of `command`, or cannot be written.
void check_files_of_units(CLI::App &command, const VmOptions &options);

}  // namespace dmar::sim

#endif  // DMAR_SIM_VM_FILES_HPP
