// SPDX-License-Identifier: Apache-2.0
// The files of sim/guest that are a part of this program.
#ifndef DMAR_GUEST_EMBEDDED_HPP
#define DMAR_GUEST_EMBEDDED_HPP

#include <cstdint>
#include <span>

namespace dmar::guest {

std::span<const std::uint8_t> init_script();
std::span<const std::uint8_t> common_script();  // functions of all of them
std::span<const std::uint8_t> vms_virtual_script();
std::span<const std::uint8_t> segment_script();
std::span<const std::uint8_t> sriov_test_script();
std::span<const std::uint8_t> ats_test_script();
std::span<const std::uint8_t> disk_test_script();  // read by the init script
std::span<const std::uint8_t> vms_host_script();   // first program of the host of virtual machines
std::span<const std::uint8_t> vms_machines_script();  // its parts
std::span<const std::uint8_t> vms_attacks_script();
std::span<const std::uint8_t> vms_lives_script();
std::span<const std::uint8_t> vms_guest_script();  // that of each virtual machine
std::span<const std::uint8_t> udhcpc_script();     // sets what a DHCP server said
std::span<const std::uint8_t> help_text();         // of the shell
std::span<const std::uint8_t> shell_profile();
std::span<const std::uint8_t> agent_program();  // static x86-64 ELF

}  // namespace dmar::guest

#endif  // DMAR_GUEST_EMBEDDED_HPP
