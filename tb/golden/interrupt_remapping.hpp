// SPDX-License-Identifier: Apache-2.0
// What becomes of an interrupt request (VT-d 5.1.4): which format it has, which entry of the
// interrupt-remapping table it names, and whether that entry may be used.
#ifndef DMAR_GOLDEN_INTERRUPT_REMAPPING_HPP
#define DMAR_GOLDEN_INTERRUPT_REMAPPING_HPP

#include "golden/scene.hpp"

namespace dmar::golden {

// For a DWORD write into the interrupt range. Checks in order: compatibility format (25h), reserved
// request data (20h), index and address of the entry (21h), its read (23h), the entry itself.
Verdict remap_interrupt(const Scene &scene);

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_INTERRUPT_REMAPPING_HPP
