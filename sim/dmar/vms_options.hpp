// SPDX-License-Identifier: Apache-2.0
// The options of `dmar vms`.
#ifndef DMAR_SIM_VMS_OPTIONS_HPP
#define DMAR_SIM_VMS_OPTIONS_HPP

#include <string>

#include "vm_options.hpp"

namespace dmar::sim {

struct VmsOptions {
  VmsOptions();

  VmOptions host;  // of the machine that runs the virtual machines
  std::string monitor = "qemu-system-x86_64";
  bool brief = false;
};

void add_vms_options(CLI::App &command, VmsOptions &options);

// UsageError for a contradiction, an unknown name, a file that cannot be read or written.
void check_vms_options(const VmsOptions &options);

}  // namespace dmar::sim

#endif  // DMAR_SIM_VMS_OPTIONS_HPP
