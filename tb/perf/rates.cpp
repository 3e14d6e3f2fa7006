// SPDX-License-Identifier: Apache-2.0
// See rates.hpp.
#include "perf/rates.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace dmar::perf {

std::vector<RateAtClock> rates_at_clocks(const Setting &setting, const Step &step) {
  constexpr std::array kMegahertz{50.0, 75.0, 100.0, 125.0, 150.0, 200.0, 250.0};
  std::vector<RateAtClock> rates;
  const double hits = hits_both_ports(setting).per_clock;
  for (const double megahertz : kMegahertz) {
    if (step) step(fmt::format("{:g} MHz", megahertz));
    const auto latency = static_cast<unsigned>(std::ceil(kMemoryNanoseconds * megahertz / 1000));
    const Setting one = setting.with_latency(latency);
    rates.push_back({.megahertz = megahertz,
                     .latency = latency,
                     .hits = megahertz * hits,
                     .random = megahertz * random_pages(one).per_clock,
                     .sequential = megahertz * sequential_pages(one).per_clock});
  }
  return rates;
}

}  // namespace dmar::perf
