// SPDX-License-Identifier: Apache-2.0
// Requests into the interrupt address range while interrupt remapping is off (VT-d 3.14, 5.1.4).
#ifndef DMAR_GOLDEN_INTERRUPT_RANGE_HPP
#define DMAR_GOLDEN_INTERRUPT_RANGE_HPP

#include <optional>

#include "dmar/structures.hpp"
#include "golden/scene.hpp"

namespace dmar::golden {

// The verdict on an untranslated request without PASID into FEEx_xxxxh, whatever TES says: only
// one whole DWORD written is an interrupt. nullopt: the request is ordinary DMA.
inline std::optional<Verdict> judge_interrupt_range(const Request &request) {
  if (request.at != AddressType::kUntranslated || request.pasid) return std::nullopt;
  if (!in_interrupt_range(request.address.raw())) return std::nullopt;
  const bool whole_dword = request.bytes == 4 && request.address.raw() % 4 == 0;
  if (request.kind == AccessKind::kWrite && whole_dword) {
    return Interrupt{.message = {request.address.raw(), request.message_data}};
  }
  if (request.kind == AccessKind::kZeroLengthRead) return NoAccess{};
  return make_fault(FaultReason::kInterruptRequestInvalid);
}

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_INTERRUPT_RANGE_HPP
