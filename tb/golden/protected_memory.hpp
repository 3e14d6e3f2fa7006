// SPDX-License-Identifier: Apache-2.0
// Protected memory regions (VT-d 3.17, 11.4): DMA into them is blocked and not recorded.
#ifndef DMAR_GOLDEN_PROTECTED_MEMORY_HPP
#define DMAR_GOLDEN_PROTECTED_MEMORY_HPP

#include <cstdint>

#include "dmar/config.hpp"
#include "dmar/structures.hpp"
#include "golden/translate.hpp"

namespace dmar::golden {

// Base and limit as the registers hold them; the bits below the granule count as 0 and as 1.
inline bool in_region(std::uint64_t address, std::uint64_t base, std::uint64_t limit,
                      unsigned align) {
  const std::uint64_t first = base & bits(63, align);
  const std::uint64_t last = limit | bits(align - 1, 0);
  return first <= address && address <= last;
}

// Whether memory at `address`, where an access leaves the unit, is protected. A region is a whole
// number of pages, so the page of the first byte decides for a request.
inline bool in_protected_memory(const Config &config, const ControlState &control,
                                std::uint64_t address) {
  if (!control.protection_enabled) return false;
  const unsigned align = config.protected_align;
  return (config.protected_low &&
          in_region(address, control.protected_low_base, control.protected_low_limit, align)) ||
         (config.protected_high &&
          in_region(address, control.protected_high_base, control.protected_high_limit, align));
}

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_PROTECTED_MEMORY_HPP
