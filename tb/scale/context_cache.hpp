// SPDX-License-Identifier: Apache-2.0
// Which sources a slice knows the context-entry of.
#ifndef DMAR_SCALE_CONTEXT_CACHE_HPP
#define DMAR_SCALE_CONTEXT_CACHE_HPP

#include "dmar/types.hpp"
#include "scale/set_cache.hpp"
#include "scale/shape.hpp"

namespace dmar::scale {

class ContextCache {
 public:
  explicit ContextCache(const SliceShape &shape) : cache_(shape.context_sets, shape.context_ways) {}

  // A hit counts as a use.
  bool look_up(SourceId source_id) {
    const auto place = cache_.find(set_of(source_id), source_id.raw());
    if (place) cache_.touch(*place);
    return place.has_value();
  }
  void fill(SourceId source_id) { cache_.fill(set_of(source_id), source_id.raw()); }
  void clear() { cache_.clear(); }

 private:
  // Device numbers differ more often than functions and buses.
  [[nodiscard]] unsigned set_of(SourceId source_id) const {
    const unsigned raw = source_id.raw();
    return (((raw & 7) << 5 | (raw >> 3 & 31)) ^ raw >> 8) & (cache_.sets() - 1);
  }

  SetCache cache_;
};

}  // namespace dmar::scale

#endif  // DMAR_SCALE_CONTEXT_CACHE_HPP
