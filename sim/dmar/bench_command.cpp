// SPDX-License-Identifier: Apache-2.0
// `dmar bench`: clocks and rates of the RTL.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "bench/agent.hpp"
#include "bench_docs.hpp"
#include "bench_json.hpp"
#include "bench_options.hpp"
#include "bench_plots.hpp"
#include "bench_run.hpp"
#include "bench_text.hpp"
#include "command.hpp"
#include "output_file.hpp"

namespace dmar::sim {

namespace {

// One line on standard error, only when that is a terminal.
class StepLine {
 public:
  ~StepLine() { clear(); }
  void show(std::string_view what) const {
    if (shown_) fmt::print(stderr, "\r{} ...\033[K", what);
    std::fflush(stderr);
  }
  void clear() const {
    if (shown_) fmt::print(stderr, "\r\033[K");
  }

 private:
  bool shown_ = ::isatty(STDERR_FILENO) != 0;
};

BenchResult measure(const BenchOptions &options) {
  const StepLine line;
  return run_bench(options, [&line](std::string_view what) { line.show(what); });
}

int run(const BenchOptions &options) {
  if (!options.json.empty()) require_writable(options.json);
  if (!options.plots.empty()) require_plots(options.plots);
  try {
    const BenchResult result = measure(options);
    fmt::print("{}", bench_text(result));
    if (!options.json.empty()) write_whole(options.json, bench_json(result));
    if (!options.plots.empty()) draw_plots(result.plots, options.plots);
    if (!options.document.empty()) update_document(options.document, result);
    return kSuccess;
  } catch (const perf::WrongAnswer &error) {
    fmt::print(stderr, "{}\n", error.what());
  } catch (const bench::AssertionError &error) {
    fmt::print(stderr, "{}\n", error.what());
  } catch (const bench::HangError &error) {
    fmt::print(stderr, "{}\n", error.what());
  }
  return kMismatch;
}

}  // namespace

void add_bench(CLI::App &app, int &status) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App *command = app.add_subcommand(
      "bench",
      "Measure latency and throughput of the RTL in clocks, over workloads, memory latencies,\n"
      "walks and IOTLB sizes; every answer is checked with the golden model");
  add_bench_options(*command, *options);
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace dmar::sim
