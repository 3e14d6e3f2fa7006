// SPDX-License-Identifier: Apache-2.0
// The attributes that the unit gives its accesses (docs/integration.md): what its guarantees need,
// whatever a device asks for.
#ifndef DMAR_BENCH_ATTRIBUTE_RULES_HPP
#define DMAR_BENCH_ATTRIBUTE_RULES_HPP

#include <cstdint>
#include <string>

#include "bench/axi.hpp"

namespace dmar::bench {

constexpr std::uint8_t kCacheDevice = 0b0000;  // non-bufferable device
constexpr std::uint8_t kCacheMemory = 0b0010;  // normal, non-cacheable, non-bufferable
constexpr std::uint8_t kProtData = 0b010;      // data, non-secure, not privileged

// What is wrong with AxLOCK, AxCACHE or AxPROT of an access of m_dma or m_tbl, or empty.
// `message`: an interrupt message or event. `snoops`: the snoop bit of its AxUSER, for which a
// build has chosen the AxCACHE `snoop_cache` (SnoopCache).
std::string attribute_violation(const AddressBeat &burst, bool message, bool snoops,
                                std::uint8_t snoop_cache);

}  // namespace dmar::bench

#endif  // DMAR_BENCH_ATTRIBUTE_RULES_HPP
