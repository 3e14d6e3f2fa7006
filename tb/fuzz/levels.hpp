// SPDX-License-Identifier: Apache-2.0
// GSTS as the next write of GCMD starts from it.
#ifndef DMAR_FUZZ_LEVELS_HPP
#define DMAR_FUZZ_LEVELS_HPP

#include <cstdint>

#include "dmar/registers.hpp"

namespace dmar::bench {

// Without the bits that stand for commands which happen once.
inline std::uint32_t levels_of(std::uint64_t gsts) {
  constexpr std::uint32_t kLevels = gcmd::kTe | gcmd::kQie | gcmd::kIre | gcmd::kCfi;
  return static_cast<std::uint32_t>(gsts) & kLevels;
}

}  // namespace dmar::bench

#endif  // DMAR_FUZZ_LEVELS_HPP
