// SPDX-License-Identifier: Apache-2.0
// Where the software of random machines keeps its queue and the statuses of its waits.
#ifndef DMAR_FUZZ_PLACES_HPP
#define DMAR_FUZZ_PLACES_HPP

#include <cstdint>

#include "dmar/types.hpp"

namespace dmar::bench {

inline constexpr HostAddr kQueue{0x3000'0000};
inline constexpr std::uint32_t kQueueBytes = 4096;
inline constexpr HostAddr kStatus{0x3000'2000};
inline constexpr std::uint32_t kStatusPlaces = 16;

}  // namespace dmar::bench

#endif  // DMAR_FUZZ_PLACES_HPP
