// SPDX-License-Identifier: Apache-2.0
// See device_rate.hpp.
#include "perf/device_rate.hpp"

namespace dmar::perf {

Rate rate_of(std::span<Device *const> devices, const Work &work) {
  Rate rate;
  double answered = 0;
  for (const Device *device : devices) {
    const DeviceStatistics &statistics = device->statistics();
    answered += static_cast<double>(statistics.answered);
    rate.hits += static_cast<double>(statistics.hits);
    rate.latency.add(statistics.latency);
  }
  if (answered == 0) return rate;
  rate.per_clock = answered / static_cast<double>(work.clocks);
  rate.hits /= answered;
  rate.walks = static_cast<double>(work.walks) / answered;
  rate.reads = static_cast<double>(work.reads) / answered;
  return rate;
}

}  // namespace dmar::perf
