// SPDX-License-Identifier: Apache-2.0
// A Linux that runs virtual machines with devices of their own: what it boots.
#ifndef DMAR_GUEST_VMS_HPP
#define DMAR_GUEST_VMS_HPP

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "guest/guest.hpp"

namespace dmar::guest {

struct VmsTask {
  std::string vmm = "qemu-system-x86_64";  // the program that runs the virtual machines
  std::string network = {};                // of the services machine: "0000:00:18.0"
  std::string disk = {};                   // of the user machine
  std::string edu = {};                    // likewise
  bool sriov = false;                      // virtual functions of segment 1 are given away
  unsigned megabytes = 4;                  // that each machine writes, or sends
  bool complete = true;                    // false: without the parts that take long
};

// newc archive, not compressed: the host decompresses under emulation. It holds the virtual machine
// monitor, the kernel once more and an initramfs for the virtual machines. GuestError says what is
// missing in this machine.
std::vector<std::uint8_t> make_vms_initramfs(const Kernel &kernel, const VmsTask &task,
                                             const std::filesystem::path &root = "/");

}  // namespace dmar::guest

#endif  // DMAR_GUEST_VMS_HPP
