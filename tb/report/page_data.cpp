// SPDX-License-Identifier: Apache-2.0
// See page_data.hpp.
#include "report/page_data.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/unit_sections.hpp"

namespace dmar::report {

namespace {

using Json = nlohmann::ordered_json;

// One count of all buckets; nothing where it is always 0.
void add_counts(Json &out, const char *name, const Series &series, std::uint64_t Bucket::*count) {
  if (series.total().*count == 0) return;
  Json &list = out[name] = Json::array();
  for (const Bucket &bucket : series.buckets()) list.push_back(bucket.*count);
}

Json series_json(Series series, std::uint64_t width) {
  series.widen(width);
  Json out = Json::object();
  add_counts(out, "requests", series, &Bucket::requests);
  add_counts(out, "hits", series, &Bucket::hits);
  add_counts(out, "interrupts", series, &Bucket::interrupts);
  add_counts(out, "bytes", series, &Bucket::bytes);
  add_counts(out, "faults", series, &Bucket::faults);
  add_counts(out, "invalidations", series, &Bucket::invalidations);
  return out;
}

Json histogram_json(const LogHistogram &histogram) {
  Json buckets = Json::array();
  for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
    if (histogram.counts()[i] == 0) continue;
    buckets.push_back(
        {LogHistogram::first_of(i), LogHistogram::first_of(i + 1) - 1, histogram.counts()[i]});
  }
  return {{"total", histogram.total()}, {"mean", histogram.mean()}, {"buckets", buckets}};
}

Json latencies_json(const Latencies &latencies) {
  return {{"hit", histogram_json(latencies.hits)},
          {"walk", histogram_json(latencies.walks)},
          {"interrupt", histogram_json(latencies.interrupts)}};
}

std::uint64_t widest(const UnitRecord &unit) {
  std::uint64_t width = unit.series.width();
  for (const auto &[source, function] : unit.functions) {
    width = std::max(width, function.series.width());
  }
  return width;
}

Json function_json(unsigned unit, std::uint16_t source, const FunctionRecord &function,
                   std::uint64_t width, const Names &names) {
  const Bucket sum = function.series.total();
  return {{"name", names.function(unit, SourceId(source))},
          {"source", source},
          {"requests", sum.requests},
          {"interrupts", sum.interrupts},
          {"bytes", sum.bytes},
          {"faults", sum.faults},
          {"blocked", function.blocked + function.interrupts_blocked},
          {"domains", function.domains},
          {"series", series_json(function.series, width)},
          {"latency", latencies_json(function.latencies)}};
}

Json functions_json(unsigned unit, const UnitRecord &record, std::uint64_t width,
                    const Names &names) {
  std::vector<std::pair<std::uint16_t, const FunctionRecord *>> order;
  for (const auto &[source, function] : record.functions) order.emplace_back(source, &function);
  const auto weight = [](const FunctionRecord &function) {
    const Bucket sum = function.series.total();
    return sum.requests + sum.interrupts + sum.faults;
  };
  std::ranges::stable_sort(order, [&](const auto &one, const auto &other) {
    return weight(*one.second) > weight(*other.second);
  });
  if (order.size() > kMostDrawn) order.resize(kMostDrawn);
  std::ranges::sort(order, {}, [](const auto &one) { return one.first; });
  Json out = Json::array();
  for (const auto &[source, function] : order) {
    out.push_back(function_json(unit, source, *function, width, names));
  }
  return out;
}

Json owners_json(unsigned unit, const Owners &owners, const Names &names) {
  Json functions = Json::array();
  for (const OwnedFunction &function : owners.functions) {
    functions.push_back({{"name", names.function(unit, function.source)},
                         {"source", function.source.raw()},
                         {"domain", function.domain.raw()},
                         {"how", function.how == OwnedFunction::How::kTranslated    ? "translated"
                                 : function.how == OwnedFunction::How::kPassThrough ? "all"
                                                                                    : "nothing"},
                         {"table", function.table ? Json(*function.table) : Json(nullptr)}});
  }
  Json tables = Json::array();
  for (const DomainTable &table : owners.tables) {
    tables.push_back({{"levels", table.levels},
                      {"bytes", table.bytes},
                      {"size", sized(table.bytes)},
                      {"pages", table.pages},
                      {"ranges", table.range_count}});
  }
  std::uint64_t entries = 0;
  for (const InterruptOwner &owner : owners.interrupts) entries += owner.count;
  return {{"cycle", owners.cycle},
          {"translating", owners.translating},
          {"functions", functions},
          {"tables", tables},
          {"remapping_interrupts", owners.remapping_interrupts},
          {"interrupt_entries", entries}};
}

Json unit_json(unsigned unit, const UnitRecord &record, const Names &names) {
  const std::uint64_t width = widest(record);
  Json out{
      {"name", names.unit(unit)},
      {"width", width},
      {"series", series_json(record.series, width)},
      {"buckets", (record.series.buckets().size() * record.series.width() + width - 1) / width},
      {"faults", record.faults.total()},
      {"functions", functions_json(unit, record, width, names)},
      {"functions_in_all", record.functions.size()},
      {"added", latencies_json(record.added)}};
  Json &marks = out["marks"] = Json::array();
  for (const Mark &mark : record.marks) marks.push_back({mark.cycle, mark.name});
  Json &wall = out["wall"] = Json::array();
  for (const WallClock &clock : record.wall) wall.push_back({clock.cycle, clock.seconds});
  if (record.owners) out["owners"] = owners_json(unit, *record.owners, names);
  return out;
}

Json plot_json(const Plot &plot) {
  Json lines = Json::array();
  for (const PlotLine &line : plot.lines) {
    lines.push_back({{"name", line.name}, {"values", line.values}});
  }
  return {{"title", plot.title},     {"x_label", plot.x_label},
          {"y_label", plot.y_label}, {"logarithmic", plot.logarithmic_x},
          {"bars", plot.bars},       {"x", plot.x},
          {"lines", lines}};
}

}  // namespace

std::string page_data(const PageContent &content, const Model *model, const Names &names) {
  Json out{{"command", content.command},   {"subject", content.subject},
           {"passed", content.passed},     {"verdict", content.verdict},
           {"failures", content.failures}, {"time_unit", content.time_unit}};
  Json &plots = out["plots"] = Json::array();
  for (const Plot &plot : content.plots) plots.push_back(plot_json(plot));
  Json &units = out["units"] = Json::array();
  for (unsigned unit = 0; model != nullptr && unit < model->units().size(); ++unit) {
    units.push_back(unit_json(unit, model->units()[unit], names));
  }
  std::string text;
  for (const char c : out.dump(-1, ' ', true, Json::error_handler_t::replace)) {
    const bool plain = c != '<' && c != '>' && c != '&';
    text += plain ? std::string(1, c) : fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  }
  return text;
}

}  // namespace dmar::report
