// SPDX-License-Identifier: Apache-2.0
// See bench_json.hpp.
#include "bench_json.hpp"

#include <nlohmann/json.hpp>

namespace dmar::sim {

namespace {

using nlohmann::json;

json latency_json(const perf::Histogram &latency) {
  return {{"min", latency.min()},
          {"mean", latency.mean()},
          {"p99", latency.quantile(0.99)},
          {"max", latency.max()},
          {"counts", latency.counts()}};
}

json figure_json(const perf::Figure &figure) {
  const perf::FigureSpec &spec = *figure.spec;
  json out{{"name", spec.name},     {"title", spec.title}, {"unit", spec.unit},
           {"value", figure.value}, {"met", figure.met()}, {"note", figure.note}};
  if (spec.aim == perf::Aim::kAtMost) out["at_most"] = spec.target;
  if (spec.aim == perf::Aim::kAtLeast) out["at_least"] = spec.target;
  return out;
}

template <class Rows>
json array_of(const Rows &rows, json (*convert)(const typename Rows::value_type &)) {
  json out = json::array();
  for (const auto &row : rows) out.push_back(convert(row));
  return out;
}

json configuration_json(const Configuration &configuration) {
  return {{"name", configuration.name}, {"figures", array_of(configuration.figures, figure_json)}};
}

json mixed_json(const MixedRow &row) {
  const perf::Rate &rate = row.mixed.rate;
  json out{{"name", row.name},
           {"title", row.title},
           {"memory_latency", row.latency},
           {"translations_per_clock", rate.per_clock},
           {"hits", rate.hits},
           {"walks_each", rate.walks},
           {"reads_each", rate.reads},
           {"latency", latency_json(rate.latency)}};
  if (!row.unit.empty()) {
    out["unit"] = row.unit;
    out["units_per_clock"] = row.mixed.units;
    out["unit_bytes"] = row.unit_bytes;
  }
  return out;
}

json top_json(const TopRow &row) {
  return {{"name", row.name},
          {"title", row.title},
          {"memory_latency", row.latency},
          {"read_bytes_per_clock", row.rate.read_bytes},
          {"write_bytes_per_clock", row.rate.write_bytes},
          {"hits", row.rate.hits},
          {"unit", row.unit},
          {"units_per_clock", row.rate.units},
          {"read_latency", latency_json(row.rate.read_latency)},
          {"address_to_address", latency_json(row.rate.added)}};
}

json feature_json(const perf::FeatureFigure &figure) {
  return {{"name", figure.name},      {"title", figure.title}, {"memory_latency", figure.latency},
          {"measured", figure.value}, {"unit", figure.unit},   {"note", figure.note}};
}

json rate_json(const perf::RateAtClock &rate) {
  return {{"megahertz", rate.megahertz},
          {"memory_latency", rate.latency},
          {"million_hits_per_second", rate.hits},
          {"million_random_misses_per_second", rate.random},
          {"million_sequential_pages_per_second", rate.sequential}};
}

json plot_json(const perf::Plot &plot) {
  json out{{"name", plot.name},       {"title", plot.title}, {"x_label", plot.x_label},
           {"y_label", plot.y_label}, {"x", plot.x},         {"lines", json::array()}};
  for (const perf::Line &line : plot.lines) {
    out["lines"].push_back({{"name", line.name}, {"values", line.values}});
  }
  return out;
}

}  // namespace

std::string bench_json(const BenchResult &result) {
  const json out{{"model", result.options.model},
                 {"seed", result.options.seed},
                 {"checked", !result.options.no_check},
                 {"figures", array_of(result.figures, figure_json)},
                 {"configurations", array_of(result.configurations, configuration_json)},
                 {"workloads", array_of(result.mixed, mixed_json)},
                 {"axi_workloads", array_of(result.top, top_json)},
                 {"features", array_of(result.features, feature_json)},
                 {"rates", array_of(result.rates, rate_json)},
                 {"plots", array_of(result.plots, plot_json)},
                 {"interrupted", result.interrupted}};
  return out.dump(1) + "\n";
}

}  // namespace dmar::sim
