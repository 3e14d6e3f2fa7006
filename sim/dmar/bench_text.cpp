// SPDX-License-Identifier: Apache-2.0
// See bench_text.hpp.
#include "bench_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dmar::sim {

namespace {

std::string target_text(const perf::FigureSpec &spec) {
  if (spec.aim == perf::Aim::kNone) return "-";
  return fmt::format("{} {:g}", spec.aim == perf::Aim::kAtMost ? "<=" : ">=", spec.target);
}

std::string value_text(const perf::Figure &figure) {
  return fmt::format("{:.{}f}", figure.value, figure.spec->decimals);
}

std::string percent(double part) { return fmt::format("{:.1f} %", 100 * part); }

}  // namespace

std::string figure_text(std::span<const perf::Figure> figures) {
  std::size_t width = 0;
  for (const perf::Figure &figure : figures) width = std::max(width, figure.spec->title.size());
  std::string text = fmt::format("{:<{}}  {:>8}  target\n", "", width, "measured");
  unsigned missed = 0;
  for (const perf::Figure &figure : figures) {
    if (!figure.met()) ++missed;
    text += fmt::format("{:<{}}  {:>8}  {:<6} {} {}{}{}\n", figure.spec->title, width,
                        value_text(figure), target_text(*figure.spec), figure.met() ? ' ' : '!',
                        figure.spec->unit, figure.note.empty() ? "" : "; ", figure.note);
  }
  return text + (missed == 0 ? "every target is met\n" : fmt::format("{} missed (!)\n", missed));
}

TextTable figure_table(std::span<const perf::Figure> figures) {
  TextTable table{.head = {"", "unit", "measured", "target", "riscv-iommu", "limit"}, .rows = {}};
  for (const perf::Figure &figure : figures) {
    const perf::FigureSpec &spec = *figure.spec;
    const std::string value = value_text(figure);
    table.rows.push_back(
        {std::string(spec.title), std::string(spec.unit),
         figure.met() ? fmt::format("**{}**", value) : fmt::format("{} (missed)", value),
         target_text(spec), std::string(spec.other), std::string(spec.limit)});
  }
  return table;
}

TextTable configuration_table(std::span<const perf::Figure> first,
                              std::span<const Configuration> others) {
  TextTable table{.head = {"", "unit", "default"}, .rows = {}};
  for (const Configuration &other : others) table.head.push_back(other.name);
  const std::size_t rows = others.empty() ? 0 : others.front().figures.size();
  for (std::size_t i = 0; i < rows; ++i) {
    table.rows.push_back({std::string(first[i].spec->title), std::string(first[i].spec->unit),
                          value_text(first[i])});
    for (const Configuration &other : others) {
      table.rows.back().push_back(value_text(other.figures[i]));
    }
  }
  return table;
}

TextTable mixed_table(std::span<const MixedRow> rows) {
  TextTable table{.head = {"workload", "memory", "translations a clock", "hits", "walks each",
                           "reads each", "mean latency", "99 %", "units a clock", "bytes a clock"},
                  .rows = {}};
  for (const MixedRow &row : rows) {
    const perf::Rate &rate = row.mixed.rate;
    const bool units = !row.unit.empty();
    table.rows.push_back(
        {row.title, fmt::format("{}", row.latency), fmt::format("{:.3f}", rate.per_clock),
         percent(rate.hits), fmt::format("{:.3f}", rate.walks), fmt::format("{:.3f}", rate.reads),
         fmt::format("{:.1f}", rate.latency.mean()), fmt::format("{}", rate.latency.quantile(0.99)),
         units ? fmt::format("{:.4f} {}", row.mixed.units, row.unit) : "-",
         units ? fmt::format("{:.0f}", row.mixed.units * row.unit_bytes) : "-"});
  }
  return table;
}

TextTable top_table(std::span<const TopRow> rows) {
  TextTable table{.head = {"workload", "memory", "bytes read a clock", "bytes written a clock",
                           "hits", "address to address", "units a clock"},
                  .rows = {}};
  for (const TopRow &row : rows) {
    const perf::TopRate &rate = row.rate;
    table.rows.push_back({row.title, fmt::format("{}", row.latency),
                          fmt::format("{:.2f}", rate.read_bytes),
                          fmt::format("{:.2f}", rate.write_bytes), percent(rate.hits),
                          fmt::format("{} to {}, mean {:.1f}", rate.added.min(), rate.added.max(),
                                      rate.added.mean()),
                          fmt::format("{:.4f} {}", rate.units, row.unit)});
  }
  return table;
}

TextTable feature_table(std::span<const perf::FeatureFigure> figures) {
  TextTable table{.head = {"what", "memory", "measured", "", ""}, .rows = {}};
  for (const perf::FeatureFigure &figure : figures) {
    table.rows.push_back({figure.title, fmt::format("{}", figure.latency),
                          fmt::format("{:.3g}", figure.value), figure.unit, figure.note});
  }
  return table;
}

TextTable rate_table(std::span<const perf::RateAtClock> rates) {
  TextTable table{
      .head = {"clock", "memory", "hits, both ports", "random misses", "sequential pages"},
      .rows = {}};
  for (const perf::RateAtClock &rate : rates) {
    table.rows.push_back(
        {fmt::format("{:g} MHz", rate.megahertz), fmt::format("{} clocks", rate.latency),
         fmt::format("{:.0f} M/s", rate.hits), fmt::format("{:.1f} M/s", rate.random),
         fmt::format("{:.1f} M/s", rate.sequential)});
  }
  return table;
}

TextTable plot_table(const perf::Plot &plot) {
  TextTable table{.head = {plot.x_label}, .rows = {}};
  for (const perf::Line &line : plot.lines) table.head.push_back(line.name);
  for (std::size_t i = 0; i < plot.x.size(); ++i) {
    table.rows.push_back({fmt::format("{:g}", plot.x[i])});
    for (const perf::Line &line : plot.lines) {
      table.rows.back().push_back(fmt::format("{:.3f}", line.values[i]));
    }
  }
  return table;
}

std::string bench_text(const BenchResult &result) {
  std::string text = figure_text(result.figures);
  if (!result.configurations.empty()) {
    text += fmt::format("\nConfigurations\n{}",
                        configuration_table(result.figures, result.configurations).plain());
  }
  if (!result.mixed.empty()) {
    text += fmt::format("\nWorkloads, native ports\n{}", mixed_table(result.mixed).plain());
  }
  if (!result.top.empty()) {
    text += fmt::format("\nWorkloads, AXI4 ports of dmar_top\n{}", top_table(result.top).plain());
  }
  if (!result.features.empty()) {
    text += fmt::format("\nDevice TLBs and posted interrupts, AXI4 ports of dmar_top\n{}",
                        feature_table(result.features).plain());
  }
  if (!result.rates.empty()) {
    text += fmt::format("\nRates with a memory of {:g} ns\n{}", perf::kMemoryNanoseconds,
                        rate_table(result.rates).plain());
  }
  for (const perf::Plot &plot : result.plots) {
    if (plot.bars) continue;  // a picture says it better
    text += fmt::format("\n{}\n{}", plot.title, plot_table(plot).plain());
  }
  return text;
}

}  // namespace dmar::sim
