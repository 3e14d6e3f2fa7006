// SPDX-License-Identifier: Apache-2.0
// See paging_cache.hpp.
#include "scale/paging_cache.hpp"

namespace dmar::scale {

namespace {

std::uint64_t region_of(std::uint64_t page, unsigned level) { return page >> (9 * level); }

unsigned set_of(const SetCache &cache, unsigned domain, std::uint64_t region) {
  return (static_cast<unsigned>(region) & (cache.sets() - 1)) ^ spread_of(domain, cache.sets());
}

std::uint64_t key_of(unsigned domain, std::uint64_t region) {
  return std::uint64_t{domain} << 48 | region;
}

}  // namespace

unsigned PagingCache::look_up(unsigned domain, std::uint64_t page) {
  unsigned lowest = 0;
  for (unsigned level = kLevels - 1; level >= 1; --level) {
    SetCache &cache = tables_[level - 1];
    const std::uint64_t region = region_of(page, level);
    const auto place = cache.find(set_of(cache, domain, region), key_of(domain, region));
    if (!place) continue;
    cache.touch(*place);
    lowest = level;
  }
  return lowest;
}

void PagingCache::fill(unsigned domain, std::uint64_t page, unsigned level) {
  SetCache &cache = tables_.at(level - 1);
  const std::uint64_t region = region_of(page, level);
  cache.fill(set_of(cache, domain, region), key_of(domain, region));
}

}  // namespace dmar::scale
