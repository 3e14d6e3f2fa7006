// SPDX-License-Identifier: Apache-2.0
// The same devices at the AXI4 port of dmar_top, end to end: bursts of up to 256 bytes through the
// unit to memory and back.
#ifndef DMAR_PERF_TOP_TRAFFIC_HPP
#define DMAR_PERF_TOP_TRAFFIC_HPP

#include <cstdint>

#include "bench/rtl_iommu.hpp"
#include "perf/statistics.hpp"

namespace dmar::perf {

struct TopRate {
  double read_bytes = 0;  // a clock
  double write_bytes = 0;
  double units = 0;        // packets or blocks a clock
  double hits = 0;         // part of the translations
  Histogram read_latency;  // from the address to the last data, memory included
  Histogram added;         // of reads: from the address at the device to that at memory
};

// `latency`: of table memory and of the memory behind the unit, in clocks. std::runtime_error when
// a request went elsewhere than its tables say.
TopRate top_nic(const bench::ModelInfo &model, unsigned latency);
TopRate top_nvme(const bench::ModelInfo &model, unsigned latency);

}  // namespace dmar::perf

#endif  // DMAR_PERF_TOP_TRAFFIC_HPP
