// SPDX-License-Identifier: Apache-2.0
// Bytes of a table in the making, little-endian.
#ifndef DMAR_ACPI_BYTE_WRITER_HPP
#define DMAR_ACPI_BYTE_WRITER_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "golden/little_endian.hpp"

namespace dmar::acpi {

class ByteWriter {
 public:
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] const std::vector<std::uint8_t> &bytes() const { return bytes_; }

  template <std::unsigned_integral Value>
  void put(Value value) {
    for (const std::uint8_t byte : golden::to_little_endian(value)) bytes_.push_back(byte);
  }
  // `text` and `fill` up to `width` bytes.
  void put_text(std::string_view text, std::size_t width, char fill) {
    for (std::size_t i = 0; i < width; ++i) {
      bytes_.push_back(static_cast<std::uint8_t>(i < text.size() ? text[i] : fill));
    }
  }
  void put_zeros(std::size_t count) { bytes_.resize(bytes_.size() + count); }

  // Overwrites what is at `offset`.
  template <std::unsigned_integral Value>
  void set(std::size_t offset, Value value) {
    for (const std::uint8_t byte : golden::to_little_endian(value)) bytes_.at(offset++) = byte;
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_BYTE_WRITER_HPP
