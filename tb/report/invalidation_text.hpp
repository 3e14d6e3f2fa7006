// SPDX-License-Identifier: Apache-2.0
// Invalidations in words.
#ifndef DMAR_REPORT_INVALIDATION_TEXT_HPP
#define DMAR_REPORT_INVALIDATION_TEXT_HPP

#include <cstdint>
#include <optional>
#include <string>

#include "golden/descriptor.hpp"

namespace dmar::report {

// "IOTLB, pages", "context cache, global", "interrupt entries".
std::string invalidation_name(const golden::Invalidation &what);

// "16 pages from 0xfff00000".
std::string invalidation_detail(const golden::Invalidation &what);

// The domain whose translations it takes away; nullopt: those of all, or interrupts.
std::optional<std::uint16_t> domain_of(const golden::Invalidation &what);

}  // namespace dmar::report

#endif  // DMAR_REPORT_INVALIDATION_TEXT_HPP
