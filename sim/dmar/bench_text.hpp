// SPDX-License-Identifier: Apache-2.0
// What `dmar bench` measured, as tables.
#ifndef DMAR_SIM_BENCH_TEXT_HPP
#define DMAR_SIM_BENCH_TEXT_HPP

#include <span>
#include <string>

#include "bench_result.hpp"
#include "bench_table.hpp"

namespace dmar::sim {

// The figures for people, with what else was seen, and a line that counts what is missed.
std::string figure_text(std::span<const perf::Figure> figures);

// The figures beside target, riscv-iommu and limit, for the documentation.
TextTable figure_table(std::span<const perf::Figure> figures);
// The figures in clocks of `first` and of the others, side by side.
TextTable configuration_table(std::span<const perf::Figure> first,
                              std::span<const Configuration> others);
TextTable mixed_table(std::span<const MixedRow> rows);
TextTable top_table(std::span<const TopRow> rows);
TextTable feature_table(std::span<const perf::FeatureFigure> figures);
TextTable rate_table(std::span<const perf::RateAtClock> rates);
TextTable plot_table(const perf::Plot &plot);

// All of it for a terminal.
std::string bench_text(const BenchResult &result);

}  // namespace dmar::sim

#endif  // DMAR_SIM_BENCH_TEXT_HPP
