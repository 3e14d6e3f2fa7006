// SPDX-License-Identifier: Apache-2.0
// The report page of a benchmark.
#ifndef DMAR_SIM_BENCH_REPORT_HPP
#define DMAR_SIM_BENCH_REPORT_HPP

#include "bench_result.hpp"
#include "report/page.hpp"

namespace dmar::sim {

report::PageContent bench_page(const BenchResult &result);

}  // namespace dmar::sim

#endif  // DMAR_SIM_BENCH_REPORT_HPP
