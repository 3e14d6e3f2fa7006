// SPDX-License-Identifier: Apache-2.0
// Runs the measurements that the options ask for.
#ifndef DMAR_SIM_BENCH_RUN_HPP
#define DMAR_SIM_BENCH_RUN_HPP

#include "bench_result.hpp"

namespace dmar::sim {

// Throws UsageError when a model is missing, before anything is measured, and perf::WrongAnswer
// when the RTL is wrong. `step` is told what is being measured.
// Fills `result` stage by stage, so that it has what was measured when `step` throws.
void run_bench(const BenchOptions &options, const perf::Step &step, BenchResult &result);

}  // namespace dmar::sim

#endif  // DMAR_SIM_BENCH_RUN_HPP
