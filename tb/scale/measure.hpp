// SPDX-License-Identifier: Apache-2.0
// Workloads on the cycle model: the same devices as on the RTL (perf/workload.hpp).
#ifndef DMAR_SCALE_MEASURE_HPP
#define DMAR_SCALE_MEASURE_HPP

#include <cstdint>
#include <vector>

#include "perf/device_rate.hpp"
#include "perf/workload.hpp"
#include "scale/machine.hpp"
#include "scale/shape.hpp"

namespace dmar::scale {

struct Load {
  const perf::WorkloadKind *kind = nullptr;
  unsigned tags = 64;  // requests without an answer, of each lane
  double offered = 1;  // requests a clock that each lane may take
};

struct Measured {
  perf::Rate rate;               // of all ports together
  double offered = 0;            // requests a clock that a port may take, all its lanes together
  double slowest = 0;            // translations a clock of the port that got the fewest
  double units = 0;              // packets or blocks a clock
  double beats = 0;              // of 16 bytes, a clock
  double up = 0;                 // messages a clock from slices to the walker
  double down = 0;               // ... and back
  std::size_t most_waiting = 0;  // misses in front of a walker
};

// One workload at each port, all of the same kind, each in domains of its own.
Measured measure(const MachineShape &shape, const Load &load);

// Page invalidations of a domain while other domains look up at the rate of the load.
struct InvalidationCost {
  double clocks_each = 0;   // many, one after the other
  std::uint64_t alone = 0;  // clocks of one in an idle machine, from its fetch
  double lookups_before = 0;
  double lookups = 0;  // a clock, meanwhile
};
InvalidationCost measure_invalidations(const MachineShape &shape, const Load &load);

}  // namespace dmar::scale

#endif  // DMAR_SCALE_MEASURE_HPP
