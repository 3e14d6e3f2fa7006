// SPDX-License-Identifier: Apache-2.0
// The command line of QEMU for a machine.
#ifndef DMAR_COSIM_QEMU_COMMAND_HPP
#define DMAR_COSIM_QEMU_COMMAND_HPP

#include <filesystem>
#include <string>
#include <vector>

#include "cosim/machine_options.hpp"

namespace dmar::cosim {

// Numbers of the descriptors that QEMU inherits; -1 where there is none.
struct QemuDescriptors {
  int qtest = -1;
  int monitor = -1;
  int console = -1;  // a socket, or the log file of an interactive machine
  int eoi_log = -1;  // a pipe
  // Of the devices, when they are attached by proxies.
  int unit = -1;
  std::vector<int> functions = {};  // of placements(), in their order
  int initrd = -1;
  int dmar_table = -1;
  int madt_table = -1;
  int segment_table = -1;
  // Where each device has a socket with the name of its id, when they are vfio-user servers.
  std::filesystem::path sockets = {};
};

std::vector<std::string> qemu_arguments(const MachineOptions &options,
                                        const QemuDescriptors &descriptors);

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_QEMU_COMMAND_HPP
