// SPDX-License-Identifier: Apache-2.0
// See scale_json.hpp.
#include "scale_json.hpp"

#include <nlohmann/json.hpp>

namespace dmar::sim {

namespace {

using nlohmann::json;

json measured_json(const scale::Measured &measured) {
  return {{"translations_per_clock", measured.rate.per_clock},
          {"slowest_port_per_clock", measured.slowest},
          {"hits", measured.rate.hits},
          {"walks_each", measured.rate.walks},
          {"mean_latency", measured.rate.latency.mean()},
          {"units_per_clock", measured.units},
          {"memory_beats_per_clock", measured.beats},
          {"messages_up_per_clock", measured.up},
          {"messages_down_per_clock", measured.down},
          {"most_waiting", measured.most_waiting}};
}

json sized_json(const Sized &sized) {
  json out = measured_json(sized.measured);
  out["walks"] = sized.walks;
  return out;
}

json row_json(const ScaleRow &row) {
  json out{{"workload", row.kind->name},
           {"memory_latency", row.memory},
           {"offered_per_clock", row.offered},
           {"units", json::array()},
           {"services", json::array()}};
  for (const Sized &sized : row.units) out["units"].push_back(sized_json(sized));
  for (const Sized &sized : row.services) out["services"].push_back(sized_json(sized));
  return out;
}

json area_json(const Area &area) {
  return {{"luts", area.luts}, {"flip_flops", area.flip_flops}, {"rams", area.rams}};
}

}  // namespace

std::string scale_json(const ScaleResult &result) {
  const ScaleOptions &options = result.options;
  json out{{"ports", options.ports},
           {"link", options.link},
           {"memory_beats_per_clock", options.beats},
           {"clock_mhz", options.clock},
           {"rate_mega", options.rate},
           {"rows", json::array()},
           {"invalidations", json::array()},
           {"traces", json::array()}};
  for (const ScaleRow &row : result.rows) out["rows"].push_back(row_json(row));
  for (const InvalidationRow &row : result.invalidations) {
    out["invalidations"].push_back({{"organisation", row.link == 0 ? "units" : "service"},
                                    {"link", row.link},
                                    {"broadcasts", row.broadcasts},
                                    {"alone_clocks", row.cost.alone},
                                    {"clocks_each", row.cost.clocks_each},
                                    {"lookups_before_per_clock", row.cost.lookups_before},
                                    {"lookups_per_clock", row.cost.lookups}});
  }
  for (const TraceRow &row : result.traces) {
    out["traces"].push_back({{"file", row.file},
                             {"requests", row.hits.requests},
                             {"hits", row.hits.hits},
                             {"never_before", row.hits.never_before},
                             {"invalidations", row.hits.invalidations}});
  }
  if (result.area) {
    out["area"] = {{"unit", area_json(result.area->unit)},
                   {"slice", area_json(result.area->slice)},
                   {"walker", area_json(result.area->walker)}};
  }
  return out.dump(2) + "\n";
}

}  // namespace dmar::sim
