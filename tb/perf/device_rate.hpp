// SPDX-License-Identifier: Apache-2.0
// What the devices of a run got.
#ifndef DMAR_PERF_DEVICE_RATE_HPP
#define DMAR_PERF_DEVICE_RATE_HPP

#include <cstdint>
#include <span>

#include "perf/device.hpp"

namespace dmar::perf {

struct Rate {
  double per_clock = 0;  // translations
  double hits = 0;       // part of them, answered without waiting for a walk
  double walks = 0;      // begun, for each translation; many may wait for one
  double reads = 0;      // bursts of walks, for each translation
  Histogram latency;
};

struct Work {  // of a unit, in the same clocks
  std::uint64_t clocks = 0;
  std::uint64_t walks = 0;
  std::uint64_t reads = 0;
};

Rate rate_of(std::span<Device *const> devices, const Work &work);

}  // namespace dmar::perf

#endif  // DMAR_PERF_DEVICE_RATE_HPP
