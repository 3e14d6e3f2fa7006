// SPDX-License-Identifier: Apache-2.0
// See bench_text.hpp.
#include "bench_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dmar::sim {

std::string target_text(const perf::FigureSpec &spec) {
  if (spec.aim == perf::Aim::kNone) return "";
  return fmt::format("{} {:g}", spec.aim == perf::Aim::kAtMost ? "<=" : ">=", spec.target);
}

std::string figure_text(std::span<const perf::Figure> figures) {
  std::size_t width = 0;
  for (const perf::Figure &figure : figures) width = std::max(width, figure.spec->title.size());
  std::string text =
      fmt::format("{:<{}}  {:>10}  {:<9}  {}\n", "", width, "measured", "target", "");
  unsigned missed = 0;
  for (const perf::Figure &figure : figures) {
    if (!figure.met()) ++missed;
    text +=
        fmt::format("{:<{}}  {:>10.{}f}  {:<9}{} {}{}{}\n", figure.spec->title, width, figure.value,
                    figure.spec->decimals, target_text(*figure.spec), figure.met() ? ' ' : '!',
                    figure.spec->unit, figure.note.empty() ? "" : "; ", figure.note);
  }
  return text + (missed == 0 ? "every target is met\n" : fmt::format("{} missed (!)\n", missed));
}

}  // namespace dmar::sim
