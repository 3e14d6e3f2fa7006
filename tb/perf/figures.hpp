// SPDX-License-Identifier: Apache-2.0
// The figures of the unit that have a target: the rows of the table in docs/performance.md and the
// bounds that the tests hold it to.
#ifndef DMAR_PERF_FIGURES_HPP
#define DMAR_PERF_FIGURES_HPP

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perf/measure.hpp"

namespace dmar::perf {

enum class Aim : std::uint8_t { kAtMost, kAtLeast, kNone };

struct FigureSpec {
  std::string_view name;  // in JSON
  std::string_view title;
  std::string_view unit;  // of the value
  Aim aim = Aim::kNone;
  double target = 0;
  unsigned decimals = 0;        // worth printing
  std::string_view other = {};  // riscv-iommu
  std::string_view limit = {};  // of physics
};

struct Figure {
  const FigureSpec *spec = nullptr;
  double value = 0;
  std::string note = {};  // what else was seen

  [[nodiscard]] bool met() const {
    switch (spec->aim) {
      case Aim::kAtMost:
        return value <= spec->target;
      case Aim::kAtLeast:
        return value >= spec->target;
      case Aim::kNone:
        break;
    }
    return true;
  }
};

// All specifications, in the order of the table.
std::span<const FigureSpec> figure_specs();
// std::out_of_range when there is none.
const FigureSpec &figure_spec(std::string_view name);

// Measures every figure in clocks, in order. `step` is called before each measurement.
using Step = std::function<void(std::string_view what)>;
std::vector<Figure> measure_figures(const Setting &setting, const Step &step);
// Thousands of clocks that the host simulates in a second, with the golden model and without.
std::vector<Figure> measure_speed(const Setting &setting, const Step &step);

}  // namespace dmar::perf

#endif  // DMAR_PERF_FIGURES_HPP
