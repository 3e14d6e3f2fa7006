// SPDX-License-Identifier: Apache-2.0
// One port of the cycle model beside the RTL: the same devices at both.
#ifndef DMAR_SCALE_AGREEMENT_HPP
#define DMAR_SCALE_AGREEMENT_HPP

#include <span>

#include "perf/core_library.hpp"
#include "perf/device_rate.hpp"
#include "perf/workload.hpp"

namespace dmar::scale {

struct AgreementRow {
  const perf::WorkloadKind *kind = nullptr;
  unsigned latency = 0;  // of memory
  perf::Rate rtl;
  perf::Rate model;

  // Part of the throughput of the RTL by which the model is faster.
  [[nodiscard]] double error() const { return model.per_clock / rtl.per_clock - 1; }
};

inline constexpr double kMostError = 0.05;

// Workloads and latencies that are compared.
std::span<const char *const> agreement_workloads();
std::span<const unsigned> agreement_latencies();

AgreementRow compare(perf::CoreLibrary &library, const perf::WorkloadKind &kind, unsigned latency);

}  // namespace dmar::scale

#endif  // DMAR_SCALE_AGREEMENT_HPP
