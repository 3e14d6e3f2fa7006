// SPDX-License-Identifier: Apache-2.0
// The kernel inside a bzImage.
#ifndef DMAR_GUEST_UNPACKED_KERNEL_HPP
#define DMAR_GUEST_UNPACKED_KERNEL_HPP

#include <cstdint>
#include <filesystem>
#include <vector>

namespace dmar::guest {

// The ELF file that a bzImage unpacks when it starts (Documentation/arch/x86/boot of Linux): a
// virtual machine under emulation would need many seconds for that. GuestError when `image` is no
// bzImage, or packed by a method that no program of this machine knows.
std::vector<std::uint8_t> unpacked_kernel(const std::filesystem::path &image);

}  // namespace dmar::guest

#endif  // DMAR_GUEST_UNPACKED_KERNEL_HPP
