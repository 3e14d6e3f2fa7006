// SPDX-License-Identifier: Apache-2.0
// What a remapping unit needs of host memory.
#ifndef DMAR_MEMORY_BUS_HPP
#define DMAR_MEMORY_BUS_HPP

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "dmar/types.hpp"

namespace dmar {

class MemoryBus {
 public:
  virtual ~MemoryBus() = default;

  // Both return false when memory answers with an error; then `out` is untouched / nothing is
  // written. Memory never written reads as zero.
  virtual bool read(HostAddr address, std::span<std::uint8_t> out) = 0;
  virtual bool write(HostAddr address, std::span<const std::uint8_t> bytes) = 0;

  enum class Swap : std::uint8_t { kDone, kChanged, kError };
  // Writes `desired` if memory still holds `expected`, which has as many bytes. Memory that others
  // write at the same time has to override it.
  virtual Swap compare_and_swap(HostAddr address, std::span<const std::uint8_t> expected,
                                std::span<const std::uint8_t> desired) {
    std::vector<std::uint8_t> there(expected.size());
    if (!read(address, there)) return Swap::kError;
    if (!std::ranges::equal(there, expected)) return Swap::kChanged;
    return write(address, desired) ? Swap::kDone : Swap::kError;
  }
};

}  // namespace dmar

#endif  // DMAR_MEMORY_BUS_HPP
