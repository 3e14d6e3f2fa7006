// SPDX-License-Identifier: Apache-2.0
// See drawn.hpp.
#include "perf/drawn.hpp"

#include <algorithm>

namespace dmar::perf {

Drawn::Drawn(SourceId source_id, unsigned pages, bool skewed, std::uint64_t seed, PageSize size,
             std::uint64_t first)
    : Device(kNoLimit), source_id_(source_id), random_(seed), size_(size), first_(first) {
  double sum = 0;
  for (unsigned page = 1; page <= pages; ++page) {
    sum += skewed ? 1.0 / page : 1;
    sums_.push_back(sum);
  }
  places_ = shuffled(pages, seed);
}

std::optional<Wanted> Drawn::next(std::uint64_t) {
  constexpr double kUnit = 1.0 / (1ULL << 53);
  const double at = static_cast<double>(random_.next() >> 11) * kUnit * sums_.back();
  const auto found = std::upper_bound(sums_.begin(), sums_.end(), at);
  const auto rank = std::min<std::ptrdiff_t>(found - sums_.begin(), std::ssize(sums_) - 1);
  const std::uint64_t page = first_ + places_[static_cast<std::size_t>(rank)];
  return Wanted{.request = page_request(source_id_, page, AccessKind::kRead, size_)};
}

}  // namespace dmar::perf
