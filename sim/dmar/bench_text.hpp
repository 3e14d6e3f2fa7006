// SPDX-License-Identifier: Apache-2.0
// What `dmar bench` measured, for people.
#ifndef DMAR_SIM_BENCH_TEXT_HPP
#define DMAR_SIM_BENCH_TEXT_HPP

#include <span>
#include <string>

#include "perf/figures.hpp"

namespace dmar::sim {

// One line for each figure, and one that counts what is missed.
std::string figure_text(std::span<const perf::Figure> figures);

// "<= 3", ">= 0.5", "" when there is no target.
std::string target_text(const perf::FigureSpec &spec);

}  // namespace dmar::sim

#endif  // DMAR_SIM_BENCH_TEXT_HPP
