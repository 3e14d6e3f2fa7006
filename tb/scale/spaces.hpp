// SPDX-License-Identifier: Apache-2.0
// What tables would say: of each source its domain and the size of its pages. All pages are there.
#ifndef DMAR_SCALE_SPACES_HPP
#define DMAR_SCALE_SPACES_HPP

#include <cstdint>
#include <stdexcept>
#include <unordered_map>

#include "dmar/types.hpp"

namespace dmar::scale {

struct Context {
  unsigned domain = 0;
  bool large = false;  // pages of 2 MiB, else of 4 KiB
};

class Spaces {
 public:
  void add(SourceId source_id, Context context) { contexts_[source_id.raw()] = context; }
  [[nodiscard]] const Context &of(SourceId source_id) const {
    const auto found = contexts_.find(source_id.raw());
    if (found == contexts_.end()) throw std::out_of_range("a request of a source without tables");
    return found->second;
  }

 private:
  std::unordered_map<std::uint16_t, Context> contexts_;
};

}  // namespace dmar::scale

#endif  // DMAR_SCALE_SPACES_HPP
