// SPDX-License-Identifier: Apache-2.0
// Integers as memory holds them: little-endian, whatever the host is.
#ifndef DMAR_GOLDEN_LITTLE_ENDIAN_HPP
#define DMAR_GOLDEN_LITTLE_ENDIAN_HPP

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace dmar::golden {

template <std::unsigned_integral Value>
constexpr std::array<std::uint8_t, sizeof(Value)> to_little_endian(Value value) {
  std::array<std::uint8_t, sizeof(Value)> bytes{};
  for (std::size_t i = 0; i < sizeof(Value); ++i) {
    bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
  return bytes;
}

// `bytes` holds at least sizeof(Value) bytes.
template <std::unsigned_integral Value>
constexpr Value from_little_endian(std::span<const std::uint8_t> bytes) {
  Value value = 0;
  for (std::size_t i = 0; i < sizeof(Value); ++i) value |= Value{bytes[i]} << (8 * i);
  return value;
}

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_LITTLE_ENDIAN_HPP
