// SPDX-License-Identifier: Apache-2.0
// Final translations of a slice: lines of eight pages of 4 KiB, and of 2 MiB, looked up side by
// side.
#ifndef DMAR_SCALE_IOTLB_HPP
#define DMAR_SCALE_IOTLB_HPP

#include <cstdint>
#include <optional>

#include "scale/set_cache.hpp"
#include "scale/shape.hpp"

namespace dmar::scale {

class Iotlb {
 public:
  // A way that was hit or written.
  struct Place {
    bool large = false;
    SetCache::Place place;

    friend bool operator==(const Place &, const Place &) = default;
  };

  explicit Iotlb(const SliceShape &shape);

  // `page` counts 4 KiB pages, whatever the size of what is cached.
  [[nodiscard]] std::optional<Place> find(unsigned domain, std::uint64_t page) const;
  void touch(const Place &place) { array(place.large).touch(place.place); }
  Place fill(unsigned domain, std::uint64_t page, bool large);

  // What an invalidation takes away: the 2^order pages around `page`, a domain, everything.
  void drop_pages(unsigned domain, std::uint64_t page, unsigned order);
  void drop_domain(unsigned domain);
  void clear();
  // Sets that a sweep for 2^order pages has to visit in both arrays, one a clock; they are visited
  // at the same time.
  [[nodiscard]] unsigned sweep_clocks(unsigned order) const;

 private:
  [[nodiscard]] SetCache &array(bool large) { return large ? large_ : small_; }

  SetCache small_;
  SetCache large_;
};

}  // namespace dmar::scale

#endif  // DMAR_SCALE_IOTLB_HPP
