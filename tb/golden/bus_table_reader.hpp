// SPDX-License-Identifier: Apache-2.0
// Table entries straight from a memory bus.
#ifndef DMAR_GOLDEN_BUS_TABLE_READER_HPP
#define DMAR_GOLDEN_BUS_TABLE_READER_HPP

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "dmar/memory_bus.hpp"
#include "golden/little_endian.hpp"
#include "golden/translate.hpp"

namespace dmar::golden {

class BusTableReader : public TableReader {
 public:
  explicit BusTableReader(MemoryBus &memory) : memory_(memory) {}

  std::optional<std::array<std::uint64_t, 2>> read128(HostAddr address) override {
    std::array<std::uint8_t, 16> bytes{};
    if (!memory_.read(address, bytes)) return std::nullopt;
    const std::span<const std::uint8_t> view(bytes);
    return std::array{from_little_endian<std::uint64_t>(view.first(8)),
                      from_little_endian<std::uint64_t>(view.last(8))};
  }

  std::optional<std::uint64_t> read64(HostAddr address) override {
    std::array<std::uint8_t, 8> bytes{};
    if (!memory_.read(address, bytes)) return std::nullopt;
    return from_little_endian<std::uint64_t>(bytes);
  }

 private:
  MemoryBus &memory_;
};

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_BUS_TABLE_READER_HPP
