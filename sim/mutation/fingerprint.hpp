// SPDX-License-Identifier: Apache-2.0
// A short name for a long text. Tells whether something changed; keeps nobody out.
#ifndef DMAR_MUTATION_FINGERPRINT_HPP
#define DMAR_MUTATION_FINGERPRINT_HPP

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace dmar::mutation {

// FNV-1a, 64 bits.
inline std::string fingerprint_of(std::string_view text) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01B3;
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace dmar::mutation

#endif  // DMAR_MUTATION_FINGERPRINT_HPP
