// SPDX-License-Identifier: Apache-2.0
// See bench_options.hpp.
#include "bench_options.hpp"

#include <CLI/CLI.hpp>

#include "option_kinds.hpp"

namespace dmar::sim {

void add_bench_options(CLI::App &command, BenchOptions &options) {
  CLI::Option *quick = command.add_flag("--quick", options.quick,
                                        "Only the figures that have a target, in some seconds");
  command.add_option("--model", options.model, "Core model to measure, one of tb/perf/models.txt")
      ->type_name("NAME")
      ->capture_default_str();
  command
      .add_option("--models", options.models,
                  "Folder of the core models; default: core_models beside the program")
      ->check(is_a(OptionKind::kInputFolder))
      ->type_name("DIR");
  command.add_flag("--no-check", options.no_check, "Do not compare answers with the golden model");
  command.add_option("--seed", options.seed, "Of what the RTL does not reset")
      ->transform(whole_number(0, kMaxNumber))
      ->type_name("N")
      ->capture_default_str();
  command.add_option("--json", options.json, "Write everything measured to this file as JSON")
      ->check(is_a(OptionKind::kOutput))
      ->type_name("FILE");
  add_report_options(command, options.report);
  command.add_option("--plots", options.plots, "Draw SVG files with gnuplot into this folder")
      ->check(is_a(OptionKind::kOutputFolder))
      ->type_name("DIR")
      ->excludes(quick);
  command
      .add_option("--update-docs", options.document, "Replace the measured parts of this document")
      ->check(is_a(OptionKind::kUpdated))
      ->type_name("FILE")
      ->excludes(quick);
}

}  // namespace dmar::sim
