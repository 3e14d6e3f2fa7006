// SPDX-License-Identifier: Apache-2.0
// The bytes of a write whose data nobody named: a function of the address alone, so that every
// backend writes the same.
#ifndef DMAR_PATTERN_HPP
#define DMAR_PATTERN_HPP

#include <cstdint>
#include <vector>

#include "dmar/types.hpp"

namespace dmar {

// Byte `k` of a write that begins at `address`.
constexpr std::uint8_t pattern_byte(Iova address, std::uint64_t k) {
  return static_cast<std::uint8_t>((address.raw() + k) * 167 + 13);
}

// All bytes of `request`.
inline std::vector<std::uint8_t> pattern(const Request &request) {
  std::vector<std::uint8_t> bytes(request.bytes);
  for (std::uint32_t k = 0; k < request.bytes; ++k) bytes[k] = pattern_byte(request.address, k);
  return bytes;
}

}  // namespace dmar

#endif  // DMAR_PATTERN_HPP
