// SPDX-License-Identifier: Apache-2.0
// The files of sim/guest that are a part of this program.
#ifndef DMAR_GUEST_EMBEDDED_HPP
#define DMAR_GUEST_EMBEDDED_HPP

#include <cstdint>
#include <span>

namespace dmar::guest {

std::span<const std::uint8_t> init_script();
std::span<const std::uint8_t> disk_test_script();  // read by the init script
std::span<const std::uint8_t> help_text();         // of the shell
std::span<const std::uint8_t> shell_profile();
std::span<const std::uint8_t> agent_program();  // static x86-64 ELF

}  // namespace dmar::guest

#endif  // DMAR_GUEST_EMBEDDED_HPP
