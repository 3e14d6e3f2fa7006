// SPDX-License-Identifier: Apache-2.0
// Integers as a network carries them: big-endian, whatever the host is.
#ifndef DMAR_NET_BIG_ENDIAN_HPP
#define DMAR_NET_BIG_ENDIAN_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dmar::net {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

// `bytes` reaches over offset + sizeof(Value).
template <std::unsigned_integral Value>
constexpr Value load(View bytes, std::size_t offset) {
  Value value = 0;
  for (std::size_t i = 0; i < sizeof(Value); ++i) {
    value = static_cast<Value>(std::uint64_t{value} << 8 | bytes[offset + i]);
  }
  return value;
}

template <std::unsigned_integral Value>
constexpr void store(std::span<std::uint8_t> bytes, std::size_t offset, Value value) {
  for (std::size_t i = 0; i < sizeof(Value); ++i) {
    bytes[offset + i] = static_cast<std::uint8_t>(value >> (8 * (sizeof(Value) - 1 - i)));
  }
}

template <std::unsigned_integral Value>
void append(Bytes &bytes, Value value) {
  bytes.resize(bytes.size() + sizeof(Value));
  store(std::span(bytes), bytes.size() - sizeof(Value), value);
}

inline void append(Bytes &bytes, View more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

}  // namespace dmar::net

#endif  // DMAR_NET_BIG_ENDIAN_HPP
