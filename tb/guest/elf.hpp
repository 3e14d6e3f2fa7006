// SPDX-License-Identifier: Apache-2.0
// What kind of program an ELF file is (System V ABI, chapters 4 and 5).
#ifndef DMAR_GUEST_ELF_HPP
#define DMAR_GUEST_ELF_HPP

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace dmar::guest {

struct ElfProgram {
  std::string interpreter = {};  // path of its dynamic loader; empty: it is linked statically
};

// Nothing when `bytes` are no ELF file for x86-64, one that ends early, or one whose dynamic loader
// has no name.
std::optional<ElfProgram> read_elf(std::span<const std::uint8_t> bytes);

}  // namespace dmar::guest

#endif  // DMAR_GUEST_ELF_HPP
