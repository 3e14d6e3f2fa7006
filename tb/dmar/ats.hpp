// SPDX-License-Identifier: Apache-2.0
// What a device with a TLB of its own (ATS) and the unit tell each other: the answer to a
// translation request, and the messages that invalidate (PCIe ATS; VT-d 4.1.3, 4.2.2, 6.5.2.5).
#ifndef DMAR_ATS_HPP
#define DMAR_ATS_HPP

#include <bit>
#include <cstdint>
#include <optional>

#include "dmar/types.hpp"

namespace dmar {

// An address field with a size code: bit 11 (S) says that the region is larger than 4 KiB; then the
// lowest 0 bit k of bits 63:12 says how large, 2^(k+1) bytes. Bit 63 is never a 1 of the code.
namespace size_code {

inline constexpr std::uint64_t kSize = 1ULL << 11;  // S

// Bits 63:11 for the region of `bytes` (a power of two, at least 4096) that holds `address`.
constexpr std::uint64_t encode(std::uint64_t address, std::uint64_t bytes) {
  const std::uint64_t base = address & ~(bytes - 1);
  if (bytes <= 4096) return base;
  return base | ((bytes / 2 - 1) & ~0xFFFULL) | kSize;
}

// Bytes of the region; 0 stands for 2^64.
constexpr std::uint64_t bytes(std::uint64_t field) {
  if ((field & kSize) == 0) return 4096;
  const int zero = std::countr_one(field >> 12) + 12;
  return zero >= 63 ? 0 : std::uint64_t{2} << zero;
}

// First byte of the region.
constexpr std::uint64_t base(std::uint64_t field) {
  const std::uint64_t size = bytes(field);
  return size == 0 ? 0 : field & ~(size - 1);
}

}  // namespace size_code

// A translation completion entry (VT-d 4.1.3; PCIe ATS): 64 bits, numbered as a little-endian word.
struct TranslationEntry {
  std::uint64_t raw = 0;

  static constexpr std::uint64_t kRead = 1 << 0;          // R
  static constexpr std::uint64_t kWrite = 1 << 1;         // W
  static constexpr std::uint64_t kUntranslated = 1 << 2;  // U: use untranslated requests only
  static constexpr std::uint64_t kExecute = 1 << 3;       // Exe
  static constexpr std::uint64_t kPrivileged = 1 << 4;    // Priv
  static constexpr std::uint64_t kGlobal = 1 << 5;
  static constexpr std::uint64_t kNoSnoop = 1 << 10;  // N: accesses must snoop

  [[nodiscard]] constexpr bool has(std::uint64_t bit) const { return (raw & bit) != 0; }
  [[nodiscard]] constexpr bool grants() const { return (raw & (kRead | kWrite)) != 0; }
  // The region; without R and W it has no meaning.
  [[nodiscard]] constexpr std::uint64_t base() const { return size_code::base(raw); }
  [[nodiscard]] constexpr std::uint64_t bytes() const { return size_code::bytes(raw); }

  friend bool operator==(const TranslationEntry &, const TranslationEntry &) = default;
};

// Invalidate Request Message, to the device `source_id`.
struct InvalidateRequest {
  SourceId source_id;
  std::uint8_t itag = 0;                      // 0..31
  std::optional<Pasid> pasid = std::nullopt;  // prefix, of PASID-based descriptors
  // The payload: bit 0 Global Invalidate, bit 11 S, bits 63:12 the input address with its size
  // code.
  std::uint64_t payload = 0;

  [[nodiscard]] std::uint64_t base() const { return size_code::base(payload); }
  [[nodiscard]] std::uint64_t bytes() const { return size_code::bytes(payload); }

  friend bool operator==(const InvalidateRequest &, const InvalidateRequest &) = default;
};

// Invalidate Completion Message, from the device `source_id`: one of `count` messages that complete
// each of the ITags in the vector. In the message the count has 3 bits, and 0 says 8.
struct InvalidateCompletion {
  SourceId source_id;
  std::uint32_t itags = 0;  // bit n: ITag n
  std::uint8_t count = 1;   // 1..8

  friend bool operator==(const InvalidateCompletion &, const InvalidateCompletion &) = default;
};

}  // namespace dmar

#endif  // DMAR_ATS_HPP
