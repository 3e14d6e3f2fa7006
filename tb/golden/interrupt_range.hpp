// SPDX-License-Identifier: Apache-2.0
// Requests into the interrupt address range, which are never DMA-remapped (VT-d 3.15, 5.1.4).
#ifndef DMAR_GOLDEN_INTERRUPT_RANGE_HPP
#define DMAR_GOLDEN_INTERRUPT_RANGE_HPP

#include "dmar/structures.hpp"
#include "golden/interrupt_remapping.hpp"
#include "golden/scene.hpp"

namespace dmar::golden {

// Untranslated, without PASID, into FEEx_xxxxh. Anything else is DMA, which may not end there.
inline bool is_for_interrupt_range(const Request &request) {
  return request.at == AddressType::kUntranslated && !request.pasid &&
         in_interrupt_range(request.address.raw());
}

// The verdict on such a request, whatever TES says: only one whole DWORD written is an interrupt.
inline Verdict judge_interrupt_range(const Scene &scene) {
  const Request &request = scene.request;
  scene.note_decision("interrupt address range",
                      "untranslated, without PASID, into FEEx_xxxxh: never DMA-remapped");
  if (request.kind == AccessKind::kZeroLengthRead) return NoAccess{};
  const bool whole_dword =
      request.bytes == 4 && request.address.raw() % 4 == 0 && request.disabled == 0;
  if (request.kind == AccessKind::kWrite && whole_dword) return remap_interrupt(scene);
  return make_fault(FaultReason::kInterruptRequestInvalid);
}

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_INTERRUPT_RANGE_HPP
