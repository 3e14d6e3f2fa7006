// SPDX-License-Identifier: Apache-2.0
// See agreement.hpp.
#include "scale/agreement.hpp"

#include <array>

#include "perf/measure.hpp"
#include "scale/measure.hpp"

namespace dmar::scale {

namespace {

constexpr std::array kWorkloads{"hits",         "random", "sequential", "skewed",    "devices",
                                "devices-same", "nic",    "nvme",       "many-large"};
constexpr std::array kLatencies{20U, 100U, 400U};

}  // namespace

std::span<const char *const> agreement_workloads() { return kWorkloads; }
std::span<const unsigned> agreement_latencies() { return kLatencies; }

AgreementRow compare(perf::CoreLibrary &library, const perf::WorkloadKind &kind, unsigned latency) {
  perf::Setting setting{.library = &library};
  setting.unit.check = false;  // speed; perf_rtl_tests check every answer
  setting.unit.latency = latency;
  const auto workload = kind.make(0);
  MachineShape shape;
  shape.memory.latency = latency;
  return {.kind = &kind,
          .latency = latency,
          .rtl = perf::run_workload(setting, *workload, perf::warm_ups_at(latency)),
          .model = measure(shape, {.kind = &kind}).rate};
}

}  // namespace dmar::scale
