// SPDX-License-Identifier: Apache-2.0
// Storage of all registers and the one write rule for them (VT-d 11.2, 11.4): interprets
// dmar/registers.hpp. Actions that a write starts are the business of the unit.
#ifndef DMAR_GOLDEN_REGISTER_FILE_HPP
#define DMAR_GOLDEN_REGISTER_FILE_HPP

#include <array>
#include <cstdint>
#include <vector>

#include "dmar/config.hpp"
#include "dmar/registers.hpp"

namespace dmar::golden {

class RegisterFile {
 public:
  explicit RegisterFile(const Config &config);

  void reset();

  // Software access to one aligned dword. Holes read 0 and ignore writes.
  [[nodiscard]] std::uint32_t read32(std::uint32_t offset) const;
  void write32(std::uint32_t offset, std::uint32_t value);

  // Hardware access to the whole register at `offset` (std::out_of_range if there is none).
  [[nodiscard]] std::uint64_t get(std::uint32_t offset) const { return values_.at(find(offset)); }
  void set(std::uint32_t offset, std::uint64_t value) { values_.at(find(offset)) = value; }
  [[nodiscard]] bool any(std::uint32_t offset, std::uint64_t mask) const {
    return (get(offset) & mask) != 0;
  }
  void set_bits(std::uint32_t offset, std::uint64_t mask) { set(offset, get(offset) | mask); }
  void clear_bits(std::uint32_t offset, std::uint64_t mask) { set(offset, get(offset) & ~mask); }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  [[nodiscard]] std::size_t find(std::uint32_t offset) const;

  std::vector<RegisterSpec> specs_;
  std::vector<std::uint64_t> values_;
  std::array<std::size_t, reg::kEnd / 4> by_dword_;  // index into specs_, or kNone
};

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_REGISTER_FILE_HPP
