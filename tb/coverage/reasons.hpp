// SPDX-License-Identifier: Apache-2.0
// The fault reasons that a unit of this project can raise, in the order of their codes.
#ifndef DMAR_COVERAGE_REASONS_HPP
#define DMAR_COVERAGE_REASONS_HPP

#include <array>

#include "dmar/types.hpp"

namespace dmar::coverage {

inline constexpr std::array kReasons{
    FaultReason::kRootNotPresent,
    FaultReason::kContextNotPresent,
    FaultReason::kContextInvalid,
    FaultReason::kAddressBeyondWidth,
    FaultReason::kWriteNotPermitted,
    FaultReason::kReadNotPermitted,
    FaultReason::kPagingEntryAccess,
    FaultReason::kRootAccess,
    FaultReason::kContextAccess,
    FaultReason::kRootReserved,
    FaultReason::kContextReserved,
    FaultReason::kPagingEntryReserved,
    FaultReason::kTranslationTypeBlocked,
    FaultReason::kInterruptRangeOutput,
    FaultReason::kInterruptRequestReserved,
    FaultReason::kInterruptIndexBeyondTable,
    FaultReason::kInterruptEntryNotPresent,
    FaultReason::kInterruptEntryAccess,
    FaultReason::kInterruptEntryReserved,
    FaultReason::kInterruptCompatibilityBlocked,
    FaultReason::kInterruptSourceInvalid,
    FaultReason::kInterruptRequestInvalid,
    FaultReason::kTableModeInvalid,
    FaultReason::kPasidInLegacyMode,
    FaultReason::kAbortMode,
};

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_REASONS_HPP
