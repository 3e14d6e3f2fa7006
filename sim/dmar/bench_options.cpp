// SPDX-License-Identifier: Apache-2.0
// See bench_options.hpp.
#include "bench_options.hpp"

#include <CLI/CLI.hpp>

namespace dmar::sim {

void add_bench_options(CLI::App &command, BenchOptions &options) {
  command.add_flag("--quick", options.quick, "Only the figures that have a target");
  command
      .add_option("--model", options.model, "Core model of the figures, from tb/perf/models.txt")
      ->type_name("NAME")
      ->capture_default_str();
  command
      .add_option("--models", options.models,
                  "Folder of the core models; default: core_models "
                  "beside the program")
      ->type_name("DIR");
  command.add_flag("--no-check", options.no_check, "Do not compare answers with the golden model");
  command.add_option("--seed", options.seed, "Of what the RTL does not reset")
      ->type_name("N")
      ->capture_default_str();
  command.add_option("--json", options.json, "Write everything measured to this file as JSON")
      ->type_name("FILE");
}

}  // namespace dmar::sim
