// SPDX-License-Identifier: Apache-2.0
// What `dmar scale` measures on the cycle model: N units against one service, the same load.
#ifndef DMAR_SIM_SCALE_RUN_HPP
#define DMAR_SIM_SCALE_RUN_HPP

#include <span>
#include <string>
#include <vector>

#include "scale/measure.hpp"
#include "scale/trace_caches.hpp"
#include "scale_options.hpp"

namespace dmar::sim {

struct Sized {
  unsigned walks = 0;  // of each unit, or of the service
  scale::Measured measured;
};

// One workload at all ports.
struct ScaleRow {
  const perf::WorkloadKind *kind = nullptr;
  unsigned memory = 0;
  double offered = 0;  // requests a clock of a port
  std::vector<Sized> units = {};
  std::vector<Sized> services = {};
};

struct InvalidationRow {
  unsigned link = 0;        // 0: units
  unsigned broadcasts = 1;  // under way
  scale::InvalidationCost cost;
};

struct TraceRow {
  std::string file;
  scale::TraceHits hits;
};

// Each row by row, so that the caller can say how far it is.
std::vector<const perf::WorkloadKind *> scale_workloads(const ScaleOptions &options);
ScaleRow measure_scale(const ScaleOptions &options, const perf::WorkloadKind &kind,
                       std::span<const unsigned> unit_walks, std::span<const unsigned> walks);
scale::Measured measure_service(const ScaleOptions &options, const perf::WorkloadKind &kind,
                                unsigned walks);
// Of units when `link` is 0, with the network adapters at work.
InvalidationRow measure_invalidation(const ScaleOptions &options, unsigned link,
                                     unsigned broadcasts);
// Throws UsageError when there is no trace in the folder.
std::vector<TraceRow> trace_hits(const std::string &folder);

}  // namespace dmar::sim

#endif  // DMAR_SIM_SCALE_RUN_HPP
