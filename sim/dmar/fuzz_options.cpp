// SPDX-License-Identifier: Apache-2.0
// See fuzz_options.hpp.
#include "fuzz_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "backend.hpp"
#include "command.hpp"
#include "fuzz/features.hpp"
#include "option_kinds.hpp"

namespace dmar::sim {

namespace {

using bench::Feature;
using bench::FeatureSet;

constexpr unsigned kMaxJobs = 256;

Feature feature(const std::string &name) {
  try {
    return bench::feature_named(name);
  } catch (const std::invalid_argument &) {
    throw UsageError(fmt::format("{}: no such feature; `dmar fuzz --list` names them", name));
  }
}

FeatureSet features_of(const FuzzOptions &options) {
  FeatureSet set = options.only.empty() ? FeatureSet::all() : FeatureSet::none();
  for (const std::string &name : options.only) {
    if (name != "none") set = set.with(feature(name));
  }
  for (const std::string &name : options.without) set = set.without(feature(name));
  return set;
}

}  // namespace

std::chrono::seconds parse_time(const std::string &text) {
  unsigned long long number = 0;
  const char *end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const std::string unit(rest, end);
  const unsigned factor = unit.empty() || unit == "s" ? 1
                          : unit == "m"               ? 60
                          : unit == "h"               ? 3600
                                                      : 0;
  const bool good = error == std::errc() && number != 0 && factor != 0;
  if (!good || number > kMaxSeconds / factor) {
    throw UsageError(fmt::format("--time {}: not a time like 90, 90s, 10m or 1h", text));
  }
  return std::chrono::seconds(number * factor);
}

CampaignPlan plan_of(const FuzzOptions &options) {
  CampaignPlan plan{.models = options.configs.empty() ? config_names() : options.configs,
                    .first = {.model = {},
                              .seed = options.seed,
                              .cycles = options.cycles,
                              .features = features_of(options),
                              .sabotage = options.sabotage},
                    .jobs = options.jobs,
                    .swarm = options.swarm};
  for (const std::string &model : plan.models) config_named(model);
  if (options.runs != 0) plan.runs = options.runs;
  if (!options.time.empty()) plan.time = parse_time(options.time);
  return plan;
}

std::string feature_list() {
  std::string text;
  for (const bench::FeatureInfo &one : bench::features()) {
    text += fmt::format("{:<22}{}\n", one.name, one.description);
  }
  return text;
}

void add_fuzz_options(CLI::App &command, FuzzOptions &options) {
  command.add_option("--config", options.configs, "Model to run, repeatable; default: all in turn")
      ->type_name("NAME");
  command.add_option("--seed", options.seed, "First seed; each seed runs on every model")
      ->transform(whole_number(0, kMaxNumber))
      ->type_name("N")
      ->capture_default_str();
  command.add_option("--runs", options.runs, "End after this many machines")
      ->transform(whole_number(1, kMaxNumber))
      ->type_name("N");
  command.add_option("--time", options.time, "End after this time: 90, 90s, 10m, 1h")
      ->type_name("TIME");
  command.add_option("--jobs", options.jobs, "Machines that run at the same time")
      ->transform(whole_number(1, kMaxJobs))
      ->type_name("N")
      ->capture_default_str();
  command.add_option("--cycles", options.cycles, "Length of each run in clock cycles")
      ->transform(whole_number(1, 1'000'000'000))
      ->type_name("N")
      ->capture_default_str();
  CLI::Option *only =
      command.add_option("--only", options.only, "Let nothing happen but these, see --list");
  only->delimiter(',')->type_name("NAMES");
  command.add_option("--without", options.without, "Let none of these happen, see --list")
      ->delimiter(',')
      ->type_name("NAMES")
      ->excludes(only);
  command.add_flag("--swarm", options.swarm,
                   "Leave out some of what can happen, others for each seed");
  add_report_options(command, options.report);
  command.add_option("--json", options.json, "Write the result to this file as JSON")
      ->check(is_a(OptionKind::kOutput))
      ->type_name("FILE");
  command.add_option("--out", options.folder, "Folder for the report and the wave of a failure")
      ->check(is_a(OptionKind::kOutputFolder))
      ->type_name("DIR")
      ->capture_default_str();
  command.add_flag("--no-shrink", options.no_shrink, "Leave a failing case as it is");
  command.add_flag("--list", options.list, "List what can happen on a random machine, and exit");
  command.add_flag("--sabotage", options.sabotage)->group("");  // for tests of this program
}

}  // namespace dmar::sim
