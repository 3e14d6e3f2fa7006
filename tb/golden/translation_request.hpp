// SPDX-License-Identifier: Apache-2.0
// What a device with a TLB of its own is told about an address (ATS; VT-d 4.1.3).
#ifndef DMAR_GOLDEN_TRANSLATION_REQUEST_HPP
#define DMAR_GOLDEN_TRANSLATION_REQUEST_HPP

#include "golden/context.hpp"
#include "golden/scene.hpp"

namespace dmar::golden {

// For a translation request whose context entry permits it. What software can repair is a success
// that grants nothing: an address beyond the width of the domain, R = W = 0. What is left are
// broken entries (03h, 07h, 0Ch) and a page that reaches into the interrupt range (0Eh).
Verdict complete_translation_request(const Scene &scene, const Context &context);

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_TRANSLATION_REQUEST_HPP
