// SPDX-License-Identifier: Apache-2.0
// What device TLBs and posted interrupts cost at the AXI4 ports of dmar_top, where a build has
// them.
#ifndef DMAR_PERF_TOP_FEATURES_HPP
#define DMAR_PERF_TOP_FEATURES_HPP

#include <string>
#include <vector>

#include "bench/rtl_iommu.hpp"

namespace dmar::perf {

struct FeatureFigure {
  std::string name;      // in JSON
  std::string title;     // of the row
  unsigned latency = 0;  // of both memories, in clocks
  double value = 0;
  std::string unit;  // of the value
  std::string note = {};
};

// Translation requests, translated requests and device-TLB invalidations; nothing for a build
// without ECAP.DT. std::runtime_error when an answer is not the one that the tables say.
std::vector<FeatureFigure> device_tlb_figures(const bench::ModelInfo &model, unsigned latency);

// Interrupts posted one after the other and as fast as they come; nothing without CAP.PI.
std::vector<FeatureFigure> posting_figures(const bench::ModelInfo &model, unsigned latency);

}  // namespace dmar::perf

#endif  // DMAR_PERF_TOP_FEATURES_HPP
