// SPDX-License-Identifier: Apache-2.0
// A device that draws its pages at random, some more often than others.
#ifndef DMAR_PERF_DRAWN_HPP
#define DMAR_PERF_DRAWN_HPP

#include <cstdint>
#include <vector>

#include "perf/pages.hpp"

namespace dmar::perf {

class Drawn : public Device {
 public:
  // The n-th page has weight 1/n, with `skewed`; else all have the same. Pages from `first` on.
  Drawn(SourceId source_id, unsigned pages, bool skewed, std::uint64_t seed,
        PageSize size = PageSize::k4K, std::uint64_t first = 0);

 protected:
  std::optional<Wanted> next(std::uint64_t) override;

 private:
  SourceId source_id_;
  bench::Random random_;
  PageSize size_;
  std::uint64_t first_;
  std::vector<double> sums_;
  PageOrder places_;
};

}  // namespace dmar::perf

#endif  // DMAR_PERF_DRAWN_HPP
