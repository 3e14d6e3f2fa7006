// SPDX-License-Identifier: Apache-2.0
// Lookup beside a port: a request a clock on each lane, a hit answered three clocks after it was
// taken, all else a miss in the third clock.
#ifndef DMAR_SCALE_SLICE_HPP
#define DMAR_SCALE_SLICE_HPP

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "scale/context_cache.hpp"
#include "scale/iotlb.hpp"
#include "scale/shape.hpp"
#include "scale/spaces.hpp"
#include "scale/walker.hpp"

namespace dmar::scale {

struct Lookup {
  unsigned tag = 0;  // of the port
  SourceId source_id;
  std::uint64_t page = 0;  // of 4 KiB
};

// An answer, on its port in the clock after it was given.
struct Answer {
  unsigned port = 0;
  unsigned tag = 0;
  bool hit = false;
};

class Slice {
 public:
  // `spaces` outlives it.
  Slice(unsigned number, const SliceShape &shape, const Spaces &spaces);

  // A clock is these three, in this order: lookups in their third clock, lookups in their first,
  // what enters the caches at its end.
  void decide(Walker::Arrivals &arrivals, std::vector<Answer> &answers);
  void take(std::span<const std::optional<Lookup>> requests);
  void fill(std::span<const Found> found);

  // Whether a miss would hit by now.
  [[nodiscard]] bool cached(const Miss &miss) const {
    return iotlb_.find(spaces_.of(miss.source_id).domain, miss.page).has_value();
  }
  [[nodiscard]] Iotlb &iotlb() { return iotlb_; }

 private:
  struct Stage {
    Lookup lookup;
    bool context_known = false;
    std::optional<Iotlb::Place> place;  // gone when it is written before it could be used
  };
  struct Lane {
    std::array<std::optional<Stage>, 2> stages;  // taken in the last clock, and before it
  };

  void write(const Iotlb::Place &place);

  unsigned number_;
  const Spaces &spaces_;
  Iotlb iotlb_;
  ContextCache contexts_;
  std::vector<Lane> lanes_;
  std::optional<Iotlb::Place> used_;  // in this clock
};

}  // namespace dmar::scale

#endif  // DMAR_SCALE_SLICE_HPP
