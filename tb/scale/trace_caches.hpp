// SPDX-License-Identifier: Apache-2.0
// Hit rates of a recorded driver: the requests and the invalidations of a trace, in their order, at
// the caches of one slice, in pieces of 256 bytes as a PCIe device asks. Without a clock: a miss
// has its line at once, and nothing is fetched ahead.
#ifndef DMAR_SCALE_TRACE_CACHES_HPP
#define DMAR_SCALE_TRACE_CACHES_HPP

#include <cstdint>

#include "scale/shape.hpp"
#include "trace/event.hpp"

namespace dmar::scale {

struct TraceHits {
  std::uint64_t requests = 0;  // that tables translated
  std::uint64_t hits = 0;
  std::uint64_t context_misses = 0;
  std::uint64_t invalidations = 0;  // of the IOTLB
  std::uint64_t never_before = 0;   // misses of pages that no request came to before

  [[nodiscard]] double hit_rate() const {
    return requests == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(requests);
  }
};

TraceHits replay_caches(const trace::Trace &trace, const SliceShape &shape);

}  // namespace dmar::scale

#endif  // DMAR_SCALE_TRACE_CACHES_HPP
