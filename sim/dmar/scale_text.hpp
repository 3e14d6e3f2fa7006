// SPDX-License-Identifier: Apache-2.0
// What `dmar scale` measured, as tables.
#ifndef DMAR_SIM_SCALE_TEXT_HPP
#define DMAR_SIM_SCALE_TEXT_HPP

#include <span>

#include "bench_table.hpp"
#include "scale_run.hpp"

namespace dmar::sim {

// What each link asks for, in one direction, and what that is for `ports` of them.
TextTable demand_table(unsigned ports);
// Million translations a second of the port that gets the fewest; each row of the same shapes.
TextTable scale_table(const ScaleOptions &options, std::span<const ScaleRow> rows);
TextTable invalidation_table(const ScaleOptions &options, std::span<const InvalidationRow> rows);
TextTable trace_table(const ScaleOptions &options, std::span<const TraceRow> rows);

}  // namespace dmar::sim

#endif  // DMAR_SIM_SCALE_TEXT_HPP
