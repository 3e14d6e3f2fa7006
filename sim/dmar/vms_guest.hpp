// SPDX-License-Identifier: Apache-2.0
// The host of two virtual machines, ready to run.
#ifndef DMAR_SIM_VMS_GUEST_HPP
#define DMAR_SIM_VMS_GUEST_HPP

#include "vm_guest.hpp"
#include "vms_options.hpp"
#include "work_folder.hpp"

namespace dmar::sim {

// One disk, of the user machine; two network cards, of the services machine and of the host. Disks
// are made in `folder`. GuestError and UsageError say what is missing.
VmGuest make_vms_guest(const VmsOptions &options, const WorkFolder &folder);

}  // namespace dmar::sim

#endif  // DMAR_SIM_VMS_GUEST_HPP
