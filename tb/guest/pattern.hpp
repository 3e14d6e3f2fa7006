// SPDX-License-Identifier: Apache-2.0
// Bytes that look random and are the same for the same seed.
#ifndef DMAR_GUEST_PATTERN_HPP
#define DMAR_GUEST_PATTERN_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dmar::guest {

// SplitMix64, the bytes of each number from low to high.
inline std::vector<std::uint8_t> pattern(std::uint64_t seed, std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % 8 == 0) {
      seed += 0x9E37'79B9'7F4A'7C15;
      word = (seed ^ seed >> 30) * 0xBF58'476D'1CE4'E5B9;
      word = (word ^ word >> 27) * 0x94D0'49BB'1331'11EB;
      word ^= word >> 31;
    }
    bytes[i] = static_cast<std::uint8_t>(word >> 8 * (i % 8));
  }
  return bytes;
}

}  // namespace dmar::guest

#endif  // DMAR_GUEST_PATTERN_HPP
