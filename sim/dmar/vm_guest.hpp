// SPDX-License-Identifier: Apache-2.0
// What a machine boots, made from the options: kernel, initramfs, command line, disks.
#ifndef DMAR_SIM_VM_GUEST_HPP
#define DMAR_SIM_VM_GUEST_HPP

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cosim/machine_options.hpp"
#include "guest/guest.hpp"
#include "vm_options.hpp"
#include "vm_result.hpp"
#include "work_folder.hpp"

namespace dmar::sim {

struct VmGuest {
  GuestKind kind = GuestKind::kSelfTest;
  std::string name = {};  // for people: version of the kernel, or its file
  std::filesystem::path image = {};
  std::vector<std::uint8_t> initrd = {};
  std::string command_line = {};
  std::vector<cosim::DiskOptions> disks = {};
  std::vector<cosim::NetworkOptions> networks = {};
  bool bridge = false;               // the first disk is behind one
  cosim::DiskOptions ats_disk = {};  // the one that has a device TLB; no image: there is none
};

// Of every Linux on the unit.
std::string linux_command_line(const VmOptions &options);

// Disks of the self-test are made in `folder`, copies of the user's included. GuestError and
// UsageError say what is missing.
VmGuest make_guest(const VmOptions &options, const WorkFolder &folder);

// What the host finds on the disks after the self-test.
std::vector<guest::Check> check_disks(const VmGuest &guest, std::string_view console);

}  // namespace dmar::sim

#endif  // DMAR_SIM_VM_GUEST_HPP
