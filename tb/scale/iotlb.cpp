// SPDX-License-Identifier: Apache-2.0
// See iotlb.hpp.
#include "scale/iotlb.hpp"

#include <algorithm>

namespace dmar::scale {

namespace {

constexpr unsigned kPartBits = 3;  // eight pages in a line

unsigned shift_of(bool large) { return large ? 9 : 0; }

// Domain and line as one number.
std::uint64_t key_of(unsigned domain, std::uint64_t line) {
  return std::uint64_t{domain} << 48 | line;
}
unsigned domain_of(std::uint64_t key) { return static_cast<unsigned>(key >> 48); }
std::uint64_t line_of(std::uint64_t key) { return key & ((std::uint64_t{1} << 48) - 1); }

struct Where {
  unsigned set;
  std::uint64_t key;
  unsigned part;
};

Where where(const SetCache &cache, unsigned domain, std::uint64_t page, bool large) {
  const std::uint64_t number = page >> shift_of(large);
  const std::uint64_t line = number >> kPartBits;
  const auto set = static_cast<unsigned>(line & (cache.sets() - 1));
  return {.set = set ^ spread_of(domain, cache.sets()),
          .key = key_of(domain, line),
          .part = static_cast<unsigned>(number & 7)};
}

}  // namespace

Iotlb::Iotlb(const SliceShape &shape)
    : small_(shape.sets, shape.ways), large_(shape.large_sets, shape.large_ways) {}

std::optional<Iotlb::Place> Iotlb::find(unsigned domain, std::uint64_t page) const {
  for (const bool large : {false, true}) {
    const SetCache &cache = large ? large_ : small_;
    const Where at = where(cache, domain, page, large);
    if (const auto place = cache.find(at.set, at.key, at.part)) return Place{large, *place};
  }
  return std::nullopt;
}

Iotlb::Place Iotlb::fill(unsigned domain, std::uint64_t page, bool large) {
  const Where at = where(array(large), domain, page, large);
  return {large, array(large).fill(at.set, at.key, at.part)};
}

void Iotlb::drop_pages(unsigned domain, std::uint64_t page, unsigned order) {
  const std::uint64_t first = page >> order << order;
  const std::uint64_t last = first + (std::uint64_t{1} << order) - 1;
  for (const bool large : {false, true}) {
    const unsigned shift = shift_of(large);
    for (unsigned set = 0; set < array(large).sets(); ++set) {
      array(large).drop(set, [&](std::uint64_t key) {
        SetCache::Parts parts = 0;
        if (domain_of(key) != domain) return parts;
        for (unsigned part = 0; part < 8; ++part) {
          const std::uint64_t number = line_of(key) << kPartBits | part;
          if (number >= first >> shift && number <= last >> shift) {
            parts |= static_cast<SetCache::Parts>(1U << part);
          }
        }
        return parts;
      });
    }
  }
}

void Iotlb::drop_domain(unsigned domain) {
  for (const bool large : {false, true}) {
    for (unsigned set = 0; set < array(large).sets(); ++set) {
      array(large).drop(set, [domain](std::uint64_t key) {
        return static_cast<SetCache::Parts>(domain_of(key) == domain ? 0xFF : 0);
      });
    }
  }
}

void Iotlb::clear() {
  small_.clear();
  large_.clear();
}

unsigned Iotlb::sweep_clocks(unsigned order) const {
  const auto sets = [order](const SetCache &cache, bool large) {
    const unsigned below = shift_of(large) + kPartBits;
    if (order <= below) return 1U;
    return order - below >= 31 ? cache.sets() : std::min(cache.sets(), 1U << (order - below));
  };
  return std::max(sets(small_, false), sets(large_, true));
}

}  // namespace dmar::scale
