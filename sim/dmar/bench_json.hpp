// SPDX-License-Identifier: Apache-2.0
// What `dmar bench` measured, as JSON.
#ifndef DMAR_SIM_BENCH_JSON_HPP
#define DMAR_SIM_BENCH_JSON_HPP

#include <string>

#include "bench_result.hpp"

namespace dmar::sim {

std::string bench_json(const BenchResult &result);

}  // namespace dmar::sim

#endif  // DMAR_SIM_BENCH_JSON_HPP
