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
#include "delivery.hpp"
#include "standard_streams.hpp"
#include "stop_signals.hpp"

namespace dmar::sim {

namespace {

// One line on standard error, only when that is a terminal.
class StepLine {
 public:
  ~StepLine() { clear(); }
  void show(std::string_view what) const {
    if (shown_) complain("\r{} ...\033[K", what);
    std::fflush(stderr);
  }
  void clear() const {
    if (shown_) complain("\r\033[K");
  }

 private:
  bool shown_ = ::isatty(STDERR_FILENO) != 0;
};

struct Interrupted {};

void measure(const BenchOptions &options, const StopSignals &stop, BenchResult &result) {
  const StepLine line;
  try {
    run_bench(
        options,
        [&line, &stop](std::string_view what) {
          if (stop.requested()) throw Interrupted();
          line.show(what);
        },
        result);
  } catch (const Interrupted &) {
    result.interrupted = true;
  }
}

// Everything measured is needed for plots and documents.
int deliver(const BenchOptions &options, const BenchResult &result) {
  Delivery delivery;
  delivery.write(options.json, [&result] { return bench_json(result); });
  put_output(bench_text(result));
  if (result.interrupted) {
    put_error("failed: interrupted\n");
    return delivery.status(kMismatch);
  }
  if (!options.plots.empty()) {
    delivery.attempt([&] { draw_plots(result.plots, options.plots); });
  }
  if (!options.document.empty()) {
    delivery.attempt([&] { update_document(options.document, result); });
  }
  return delivery.status(kSuccess);
}

int run(const BenchOptions &options) {
  if (!options.plots.empty()) require_plots(options.plots);
  if (!options.document.empty()) read_document(options.document);
  const StopSignals stop;
  BenchResult result{.options = options, .figures = {}};
  try {
    measure(options, stop, result);
    return deliver(options, result);
  } catch (const perf::WrongAnswer &error) {
    complain("{}\n", error.what());
  } catch (const bench::AssertionError &error) {
    complain("{}\n", error.what());
  } catch (const bench::HangError &error) {
    complain("{}\n", error.what());
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
