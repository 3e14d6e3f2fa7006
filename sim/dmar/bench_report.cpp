// SPDX-License-Identifier: Apache-2.0
// See bench_report.hpp.
#include "bench_report.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "bench_text.hpp"
#include "unit_tables.hpp"

namespace dmar::sim {

namespace {

report::Table table_of(const std::string &caption, const TextTable &text) {
  return {.caption = caption, .head = text.head, .rows = text.rows};
}

report::Plot plot_of(const perf::Plot &plot) {
  report::Plot out{.title = plot.title,
                   .x_label = plot.x_label,
                   .y_label = plot.y_label,
                   .logarithmic_x = plot.logarithmic_x,
                   .bars = plot.bars,
                   .x = plot.x};
  for (const perf::Line &line : plot.lines) out.lines.push_back({line.name, line.values});
  return out;
}

// Of the answers up to the 99.9th part; the few behind it would make the rest narrow.
report::Plot histogram_of(const MixedRow &row) {
  const perf::Histogram &latency = row.mixed.rate.latency;
  report::Plot out{.title = fmt::format("{}, memory latency {}", row.title, row.latency),
                   .x_label = "clocks to the answer",
                   .y_label = "part of the answers, %",
                   .bars = true};
  out.lines.push_back({"answers", {}});
  const std::uint64_t last = latency.quantile(0.999);
  for (std::uint64_t clocks = 0; clocks <= last && clocks < latency.counts().size(); ++clocks) {
    out.x.push_back(static_cast<double>(clocks));
    out.lines[0].values.push_back(100.0 * static_cast<double>(latency.counts()[clocks]) /
                                  static_cast<double>(latency.total()));
  }
  return out;
}

void add_tables(const BenchResult &result, report::PageContent &page) {
  page.tables.push_back(table_of("Figures beside their targets", figure_table(result.figures)));
  if (!result.configurations.empty()) {
    page.tables.push_back(
        table_of("Configurations", configuration_table(result.figures, result.configurations)));
  }
  if (!result.mixed.empty()) {
    page.tables.push_back(table_of("Workloads, native ports", mixed_table(result.mixed)));
  }
  if (!result.top.empty()) {
    page.tables.push_back(table_of("Workloads, AXI4 ports of dmar_top", top_table(result.top)));
  }
  if (!result.features.empty()) {
    page.tables.push_back(
        table_of("Device TLBs and posted interrupts", feature_table(result.features)));
  }
  if (!result.rates.empty()) {
    page.tables.push_back(
        table_of(fmt::format("Rates with a memory of {:g} ns", perf::kMemoryNanoseconds),
                 rate_table(result.rates)));
  }
  for (const perf::Plot &plot : result.plots) {
    if (!plot.bars) page.tables.push_back(table_of(plot.title, plot_table(plot)));
  }
}

}  // namespace

report::PageContent bench_page(const BenchResult &result) {
  report::PageContent page{.command = "dmar bench",
                           .subject = fmt::format("model {}", result.options.model)};
  const auto met = std::ranges::count_if(result.figures, &perf::Figure::met);
  page.passed = !result.interrupted;
  page.verdict = fmt::format("{} of {} figures meet their targets.", met, result.figures.size());
  if (result.interrupted) page.failures.emplace_back("interrupted: the rest was not measured");
  for (const perf::Figure &figure : result.figures) {
    if (!figure.met()) {
      page.failures.push_back(fmt::format("{}: {:.{}f} {} misses its target", figure.spec->title,
                                          figure.value, figure.spec->decimals, figure.spec->unit));
    }
  }
  page.facts = {{"Model", result.options.model},
                {"Answers checked by the golden model", result.options.no_check ? "no" : "yes"},
                {"Seed", fmt::format("{}", result.options.seed)}};
  for (const perf::Plot &plot : result.plots) page.plots.push_back(plot_of(plot));
  for (const MixedRow &row : result.mixed) {
    if (row.mixed.rate.latency.total() != 0) page.plots.push_back(histogram_of(row));
  }
  add_tables(result, page);
  page.configuration = {fact_table("Options", {{"Program", "dmar " DMAR_VERSION},
                                               {"Model", result.options.model},
                                               {"Quick", result.options.quick ? "yes" : "no"}})};
  return page;
}

}  // namespace dmar::sim
