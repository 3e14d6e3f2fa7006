// SPDX-License-Identifier: Apache-2.0
// Plots as SVG files, drawn by gnuplot.
#ifndef DMAR_SIM_BENCH_PLOTS_HPP
#define DMAR_SIM_BENCH_PLOTS_HPP

#include <filesystem>
#include <span>

#include "perf/sweeps.hpp"

namespace dmar::sim {

// Throws UsageError when there is no gnuplot, or no file can be written in `folder`, which is made
// if need be.
void require_plots(const std::filesystem::path &folder);

// Writes <folder>/bench-<name>.svg for each.
void draw_plots(std::span<const perf::Plot> plots, const std::filesystem::path &folder);

// What gnuplot is told about `plot`, data included.
std::string plot_script(const perf::Plot &plot, const std::filesystem::path &file);

}  // namespace dmar::sim

#endif  // DMAR_SIM_BENCH_PLOTS_HPP
