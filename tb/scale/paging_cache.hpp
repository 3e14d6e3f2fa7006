// SPDX-License-Identifier: Apache-2.0
// Paging-structure caches of a walker: of 4-level tables, the three levels that entries point to.
#ifndef DMAR_SCALE_PAGING_CACHE_HPP
#define DMAR_SCALE_PAGING_CACHE_HPP

#include <cstdint>
#include <vector>

#include "scale/set_cache.hpp"
#include "scale/shape.hpp"

namespace dmar::scale {

class PagingCache {
 public:
  static constexpr unsigned kLevels = 4;

  explicit PagingCache(const WalkerShape &shape)
      : tables_(kLevels - 1, SetCache(shape.table_sets, shape.table_ways)) {}

  // The level of the entries in the lowest table that is known on the way to `page`: 1 to 3, or 0.
  // Each level that has it counts it as a use.
  unsigned look_up(unsigned domain, std::uint64_t page);
  // A table with entries of `level`, 1 to 3.
  void fill(unsigned domain, std::uint64_t page, unsigned level);

 private:
  std::vector<SetCache> tables_;  // from level 1 up
};

}  // namespace dmar::scale

#endif  // DMAR_SCALE_PAGING_CACHE_HPP
