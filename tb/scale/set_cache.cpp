// SPDX-License-Identifier: Apache-2.0
// See set_cache.hpp.
#include "scale/set_cache.hpp"

#include <bit>
#include <stdexcept>

namespace dmar::scale {

unsigned spread_of(unsigned domain, unsigned sets) {
  constexpr unsigned kBits = 8;
  unsigned spread = 0;
  for (unsigned bit = 0; bit < kBits; ++bit) {
    const unsigned one = (domain >> (kBits - 1 - bit) ^ domain >> (kBits + bit)) & 1;
    spread |= one << bit;
  }
  return (spread * sets) >> kBits;
}

SetCache::SetCache(unsigned sets, unsigned ways)
    : sets_(sets), ways_(ways), entries_(std::size_t{sets} * ways) {
  if (!std::has_single_bit(sets) || ways == 0) throw std::invalid_argument("sets or ways");
}

std::optional<SetCache::Place> SetCache::find(unsigned set, std::uint64_t key,
                                              unsigned part) const {
  for (unsigned way = 0; way < ways_; ++way) {
    const Entry &entry = at({set, way});
    if (entry.key == key && (entry.parts >> part & 1) != 0) return Place{set, way};
  }
  return std::nullopt;
}

void SetCache::touch(Place place) {
  at(place).marked = true;
  for (unsigned way = 0; way < ways_; ++way) {
    if (!at({place.set, way}).marked) return;
  }
  for (unsigned way = 0; way < ways_; ++way) at({place.set, way}).marked = way == place.way;
}

unsigned SetCache::victim(unsigned set) const {
  for (unsigned way = 0; way < ways_; ++way) {
    if (at({set, way}).parts == 0) return way;
  }
  for (unsigned way = 0; way < ways_; ++way) {
    if (!at({set, way}).marked) return way;
  }
  return 0;
}

SetCache::Place SetCache::fill(unsigned set, std::uint64_t key, unsigned part) {
  Place place{set, ways_};
  for (unsigned way = 0; way < ways_ && place.way == ways_; ++way) {
    const Entry &entry = at({set, way});
    if (entry.parts != 0 && entry.key == key) place.way = way;
  }
  if (place.way == ways_) {
    place.way = victim(set);
    at(place) = {.key = key, .parts = 0, .marked = at(place).marked};
  }
  at(place).parts |= static_cast<Parts>(1U << part);
  touch(place);
  return place;
}

void SetCache::drop(unsigned set, const std::function<Parts(std::uint64_t key)> &which) {
  for (unsigned way = 0; way < ways_; ++way) {
    Entry &entry = at({set, way});
    if (entry.parts != 0) entry.parts &= static_cast<Parts>(~which(entry.key));
  }
}

void SetCache::clear() { entries_.assign(entries_.size(), {}); }

}  // namespace dmar::scale
