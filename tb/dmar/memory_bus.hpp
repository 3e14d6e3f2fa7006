// SPDX-License-Identifier: Apache-2.0
// What a remapping unit needs of host memory.
#ifndef DMAR_MEMORY_BUS_HPP
#define DMAR_MEMORY_BUS_HPP

#include <cstdint>
#include <span>

#include "dmar/types.hpp"

namespace dmar {

class MemoryBus {
 public:
  virtual ~MemoryBus() = default;

  // Both return false when memory answers with an error; then `out` is untouched / nothing is
  // written. Memory never written reads as zero.
  virtual bool read(HostAddr address, std::span<std::uint8_t> out) = 0;
  virtual bool write(HostAddr address, std::span<const std::uint8_t> bytes) = 0;
};

}  // namespace dmar

#endif  // DMAR_MEMORY_BUS_HPP
