// SPDX-License-Identifier: Apache-2.0
// Root and context tables of legacy mode (VT-d 3.4.2, 9.1, 9.3): the context entry of a requester
// and whether the unit can honour it.
#ifndef DMAR_GOLDEN_CONTEXT_HPP
#define DMAR_GOLDEN_CONTEXT_HPP

#include <cstdint>
#include <variant>

#include "golden/scene.hpp"

namespace dmar::golden {

// A context entry that is present, free of reserved bits and supported.
struct Context {
  unsigned translation_type = 0;  // TT
  unsigned levels = 0;            // of its second-stage table
  std::uint64_t table = 0;        // SSPTPTR
  DomainId domain = {};
  bool fault_processing_disable = false;
};

// Checks in order: root entry (08h, 01h, 0Ah), context entry (09h, 02h, 0Bh), TT and AW (03h),
// TT against the address type (0Dh).
std::variant<Context, Fault> find_context(const Scene &scene);

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_CONTEXT_HPP
