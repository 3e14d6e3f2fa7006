// SPDX-License-Identifier: Apache-2.0
// Fault reasons in words: the condition as the architecture has it, and as Linux 6.1 prints it.
#ifndef DMAR_FAULT_NAMES_HPP
#define DMAR_FAULT_NAMES_HPP

#include <array>
#include <cstdint>
#include <string_view>

#include "dmar/types.hpp"

namespace dmar {

struct FaultName {
  FaultReason reason;
  std::string_view label;        // condition label of the architecture (VT-d 7.1.3), or its code
  std::string_view description;  // one plain clause
  bool qualified;                // may be suppressed by FPD
};

inline constexpr std::array<FaultName, 28> kFaultNames{{
    {FaultReason::kNone, "none", "no fault", false},
    {FaultReason::kRootNotPresent, "LRT.2", "the root entry is not present", false},
    {FaultReason::kContextNotPresent, "LCT.2", "the context entry is not present", true},
    {FaultReason::kContextInvalid, "LCT.4", "the context entry asks for what the unit lacks", true},
    {FaultReason::kAddressBeyondWidth, "LGN.1", "the address exceeds the address width", true},
    {FaultReason::kWriteNotPermitted, "LGN.2", "there is no write permission", true},
    {FaultReason::kReadNotPermitted, "LGN.3", "there is no read permission", true},
    {FaultReason::kPagingEntryAccess, "LSS.1", "a paging entry could not be read", true},
    {FaultReason::kRootAccess, "LRT.1", "the root entry could not be read", false},
    {FaultReason::kContextAccess, "LCT.1", "the context entry could not be read", false},
    {FaultReason::kRootReserved, "LRT.3", "a reserved bit is set in the root entry", false},
    {FaultReason::kContextReserved, "LCT.3", "a reserved bit is set in the context entry", true},
    {FaultReason::kPagingEntryReserved, "LSS.2", "a reserved bit is set in a paging entry", true},
    {FaultReason::kTranslationTypeBlocked, "LCT.5", "the context entry forbids this address type",
     true},
    {FaultReason::kInterruptRangeOutput, "LGN.4", "the output lies in the interrupt range", true},
    {FaultReason::kInterruptRequestReserved, "20h",
     "a reserved field of the interrupt request is set", false},
    {FaultReason::kInterruptIndexBeyondTable, "21h",
     "the interrupt index lies beyond the table, or its entry beyond the address width", false},
    {FaultReason::kInterruptEntryNotPresent, "22h", "the interrupt entry is not present", true},
    {FaultReason::kInterruptEntryAccess, "23h", "the interrupt entry could not be read", false},
    {FaultReason::kInterruptEntryReserved, "24h",
     "a reserved bit or value is set in the interrupt entry", true},
    {FaultReason::kInterruptCompatibilityBlocked, "25h",
     "interrupt requests in compatibility format are blocked", false},
    {FaultReason::kInterruptSourceInvalid, "26h",
     "the interrupt entry belongs to another requester", true},
    {FaultReason::kPostedDescriptorAccess, "27h", "the posted descriptor could not be updated",
     true},
    {FaultReason::kPostedDescriptorReserved, "28h",
     "a reserved bit is set in the posted descriptor", true},
    {FaultReason::kInterruptRequestInvalid, "29h", "not a valid interrupt request", false},
    {FaultReason::kTableModeInvalid, "RTA.1", "the table mode of RTADDR is not supported", false},
    {FaultReason::kPasidInLegacyMode, "RTA.2", "a request with PASID in legacy mode", false},
    {FaultReason::kAbortMode, "RTA.4", "the table mode of RTADDR aborts all DMA", false},
}};

// The entry of `reason`; that of kNone for a code this unit never raises.
constexpr const FaultName &fault_name(FaultReason reason) {
  for (const FaultName &name : kFaultNames) {
    if (name.reason == reason) return name;
  }
  return kFaultNames[0];
}

// Faults of interrupt requests that are logged with the interrupt index, where there is one.
constexpr bool is_interrupt_fault(FaultReason reason) {
  return reason >= FaultReason::kInterruptRequestReserved &&
         reason <= FaultReason::kInterruptRequestInvalid;
}

// Whether a translation request that meets the fault is answered with a completer abort, which
// tells the device to drop this request, and not as an unsupported one (VT-d 7.1.3).
constexpr bool aborts_translation_request(FaultReason reason) {
  switch (reason) {
    case FaultReason::kContextInvalid:
    case FaultReason::kPagingEntryAccess:
    case FaultReason::kRootAccess:
    case FaultReason::kContextAccess:
    case FaultReason::kRootReserved:
    case FaultReason::kContextReserved:
    case FaultReason::kPagingEntryReserved:
    case FaultReason::kInterruptRangeOutput:
    case FaultReason::kTableModeInvalid:
      return true;
    default:
      return false;
  }
}

// Of these faults alone the interrupt index means something (VT-d 5.1.4.1).
constexpr bool names_interrupt_index(FaultReason reason) {
  switch (reason) {
    case FaultReason::kInterruptIndexBeyondTable:
    case FaultReason::kInterruptEntryNotPresent:
    case FaultReason::kInterruptEntryAccess:
    case FaultReason::kInterruptEntryReserved:
    case FaultReason::kInterruptSourceInvalid:
    case FaultReason::kPostedDescriptorAccess:
    case FaultReason::kPostedDescriptorReserved:
      return true;
    default:
      return false;
  }
}

// What Linux 6.1 takes for a fault of interrupt remapping; it knows no 29h.
constexpr bool linux_interrupt_fault(std::uint8_t reason) {
  return reason >= 0x20 && reason <= 0x26;
}

// The text Linux 6.1 puts after the fault reason: "Unknown" for 0Eh, 27h to 29h and 33h.
constexpr std::string_view linux_fault_text(std::uint8_t reason) {
  constexpr std::array<std::string_view, 14> kLegacy{
      "Software",
      "Present bit in root entry is clear",
      "Present bit in context entry is clear",
      "Invalid context entry",
      "Access beyond MGAW",
      "PTE Write access is not set",
      "PTE Read access is not set",
      "Next page table ptr is invalid",
      "Root table address invalid",
      "Context table ptr is invalid",
      "non-zero reserved fields in RTP",
      "non-zero reserved fields in CTP",
      "non-zero reserved fields in PTE",
      "PCE for translation request specifies blocking",
  };
  constexpr std::array<std::string_view, 7> kInterrupt{
      "Detected reserved fields in the decoded interrupt-remapped request",
      "Interrupt index exceeded the interrupt-remapping table size",
      "Present field in the IRTE entry is clear",
      "Error accessing interrupt-remapping table pointed by IRTA_REG",
      "Detected reserved fields in the IRTE entry",
      "Blocked a compatibility format interrupt request",
      "Blocked an interrupt request due to source-id verification failure",
  };
  if (reason < kLegacy.size()) return kLegacy[reason];
  if (linux_interrupt_fault(reason)) return kInterrupt[reason - 0x20];
  if (reason == 0x30) return "SM: Invalid Root Table Address";
  if (reason == 0x31) return "SM: TTM 0 for request with PASID";
  return "Unknown";
}

}  // namespace dmar

#endif  // DMAR_FAULT_NAMES_HPP
