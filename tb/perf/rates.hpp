// SPDX-License-Identifier: Apache-2.0
// What clocks mean on a link: translations a second at a given clock, with a memory that takes the
// same time at any clock.
#ifndef DMAR_PERF_RATES_HPP
#define DMAR_PERF_RATES_HPP

#include <vector>

#include "perf/figures.hpp"
#include "perf/measure.hpp"

namespace dmar::perf {

inline constexpr double kMemoryNanoseconds = 330;

struct RateAtClock {
  double megahertz = 0;
  unsigned latency = 0;   // of memory, in clocks
  double hits = 0;        // millions a second, both ports
  double random = 0;      // misses
  double sequential = 0;  // pages
};
std::vector<RateAtClock> rates_at_clocks(const Setting &setting, const Step &step);

}  // namespace dmar::perf

#endif  // DMAR_PERF_RATES_HPP
