// SPDX-License-Identifier: Apache-2.0
// `dmar bench`: clocks and rates of the RTL.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "bench_options.hpp"
#include "bench_text.hpp"
#include "command.hpp"
#include "output_file.hpp"
#include "perf/figures.hpp"

namespace dmar::sim {

namespace {

// One line on standard error, only when that is a terminal.
class StepLine {
 public:
  void operator()(std::string_view what) const {
    if (shown_) fmt::print(stderr, "\r{} ...\033[K", what);
    std::fflush(stderr);
  }
  void clear() const {
    if (shown_) fmt::print(stderr, "\r\033[K");
  }

 private:
  bool shown_ = ::isatty(STDERR_FILENO) != 0;
};

perf::CoreLibrary library_of(const BenchOptions &options) {
  if (options.models.empty()) return perf::CoreLibrary();
  return perf::CoreLibrary(options.models);
}

int run(const BenchOptions &options) {
  if (!options.json.empty()) require_writable(options.json);
  perf::CoreLibrary library = library_of(options);
  const perf::Setting setting{.library = &library,
                              .model = options.model,
                              .unit = {.check = !options.no_check, .seed = options.seed}};
  const StepLine line;
  try {
    std::vector<perf::Figure> figures = perf::measure_figures(setting, line);
    for (perf::Figure &figure : perf::measure_speed(setting, line)) {
      figures.push_back(std::move(figure));
    }
    line.clear();
    fmt::print("{}", figure_text(figures));
    return kSuccess;
  } catch (const perf::ModelError &error) {
    line.clear();
    throw UsageError(error.what());
  } catch (const perf::WrongAnswer &error) {
    line.clear();
    fmt::print(stderr, "{}\n", error.what());
    return kMismatch;
  }
}

}  // namespace

void add_bench(CLI::App &app, int &status) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App *command = app.add_subcommand(
      "bench",
      "Measure latency and throughput of the RTL in clocks, every answer checked with the\n"
      "golden model");
  add_bench_options(*command, *options);
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace dmar::sim
