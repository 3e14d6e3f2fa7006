// SPDX-License-Identifier: Apache-2.0
// The second-stage walk (VT-d 3.7, 9.8): from the table of a domain to a page and what it grants.
#ifndef DMAR_GOLDEN_PAGE_WALK_HPP
#define DMAR_GOLDEN_PAGE_WALK_HPP

#include <variant>

#include "golden/context.hpp"
#include "golden/scene.hpp"

namespace dmar::golden {

// The end of a walk that met no broken entry. Without any permission `mapped` may be false: an
// entry on the way had R = W = 0.
struct Page {
  bool mapped = true;
  HostAddr address = {};  // byte address, offset included
  PageSize size = PageSize::k4K;
  bool read = true;  // AND over all levels
  bool write = true;
  bool snoop = false;  // SNP of the leaf
};

// Within one entry: read error (03h at the top, 07h below), R = W = 0, reserved bits (0Ch).
// Whether the request is permitted is not judged here.
std::variant<Page, Fault> walk_pages(const Scene &scene, const Context &context);

}  // namespace dmar::golden

#endif  // DMAR_GOLDEN_PAGE_WALK_HPP
