// SPDX-License-Identifier: Apache-2.0
// `dmar scale`: many ports, on the cycle model: a unit for each, or one walker service for all.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <memory>

#include "command.hpp"
#include "delivery.hpp"
#include "scale_area.hpp"
#include "scale_docs.hpp"
#include "scale_json.hpp"
#include "scale_options.hpp"
#include "scale_text.hpp"
#include "standard_streams.hpp"

namespace dmar::sim {

namespace {

ScaleResult measure_all(const ScaleOptions &options) {
  ScaleResult result{.options = options};
  const std::array unit_walks{options.unit_walks};
  const std::array walks{options.walks};
  for (const perf::WorkloadKind *kind : scale_workloads(options)) {
    result.rows.push_back(measure_scale(options, *kind, unit_walks, walks));
  }
  result.invalidations = {measure_invalidation(options, 0, 1),
                          measure_invalidation(options, options.link, 1)};
  if (!options.traces.empty()) result.traces = trace_hits(options.traces);
  if (!options.area.empty()) result.area = estimate_area(options.area, options.walks);
  return result;
}

std::string text_of(const ScaleResult &result) {
  const ScaleOptions &options = result.options;
  std::string text = fmt::format(
      "{} ports, {} MHz, {} M requests/s offered to each lane, memory {} clocks and {} "
      "beats a clock, link {} clocks\n"
      "\nWhat links ask for\n{}\nMillion translations a second of the slowest port\n{}"
      "\nInvalidation of a page\n{}",
      options.ports, options.clock, options.rate, options.memory, options.beats, options.link,
      demand_table(options.ports).plain(), scale_table(options, result.rows).plain(),
      invalidation_table(options, result.invalidations).plain());
  if (!result.traces.empty()) {
    text += fmt::format("\nRecorded drivers at one slice\n{}",
                        trace_table(options, result.traces).plain());
  }
  if (result.area) {
    text +=
        fmt::format("\nCost\n{}", area_table(*result.area, options.ports, options.walks).plain());
  }
  return text;
}

int run(const ScaleOptions &options) {
  check_scale_options(options);
  if (!options.area.empty()) (void)estimate_area(options.area, options.walks);  // can be read
  if (!options.document.empty()) {
    update_scale_document(options);
    return kSuccess;
  }
  const ScaleResult result = measure_all(options);
  Delivery delivery;
  delivery.write(options.json, [&result] { return scale_json(result); });
  put_output(text_of(result));
  return delivery.status(kSuccess);
}

}  // namespace

void add_scale(CLI::App &app, int &status) {
  auto options = std::make_shared<ScaleOptions>();
  CLI::App *command = app.add_subcommand(
      "scale",
      "Many ports on a cycle model: a whole unit for each, against one walker service with a\n"
      "lookup slice for each (docs/scale.md)");
  add_scale_options(*command, *options);
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace dmar::sim
