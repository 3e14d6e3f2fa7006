// SPDX-License-Identifier: Apache-2.0
// See elf.hpp.
#include "guest/elf.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>

namespace dmar::guest {

std::optional<ElfProgram> read_elf(std::span<const std::uint8_t> bytes) {
  Elf64_Ehdr header;
  if (bytes.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_machine != EM_X86_64) {
    return std::nullopt;
  }
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const std::size_t at = header.e_phoff + std::size_t{i} * header.e_phentsize;
    Elf64_Phdr segment;
    if (at > bytes.size() || bytes.size() - at < sizeof segment) return std::nullopt;
    std::memcpy(&segment, bytes.data() + at, sizeof segment);
    if (segment.p_type != PT_INTERP) continue;
    if (segment.p_offset > bytes.size() || bytes.size() - segment.p_offset < segment.p_filesz) {
      return std::nullopt;
    }
    const auto text = bytes.subspan(segment.p_offset, segment.p_filesz);
    ElfProgram program{std::string(text.begin(), std::ranges::find(text, 0))};
    if (program.interpreter.empty()) return std::nullopt;
    return program;
  }
  return ElfProgram{};
}

}  // namespace dmar::guest
