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
#include "bench_report.hpp"
#include "bench_run.hpp"
#include "bench_text.hpp"
#include "command.hpp"
#include "delivery.hpp"
#include "standard_streams.hpp"
#include "stop_signals.hpp"
#include "wall_timeline.hpp"

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

// Each step as a slice that lasts until the next one.
class Steps {
 public:
  explicit Steps(WallTimeline &timeline) : timeline_(timeline) {}
  ~Steps() { end(); }
  Steps(const Steps &) = delete;
  Steps &operator=(const Steps &) = delete;

  void begin(std::string_view what) {
    end();
    what_ = what;
    since_ = WallTimeline::Clock::now();
  }

 private:
  void end() {
    if (what_.empty()) return;
    timeline_.slice("measurements", what_, "measurement", since_, WallTimeline::Clock::now());
    what_.clear();
  }

  WallTimeline &timeline_;
  std::string what_;
  WallTimeline::Clock::time_point since_;
};

void measure(const BenchOptions &options, const StopSignals &stop, WallTimeline &timeline,
             BenchResult &result) {
  const StepLine line;
  Steps steps(timeline);
  try {
    run_bench(
        options,
        [&](std::string_view what) {
          if (stop.requested()) throw Interrupted();
          steps.begin(what);
          line.show(what);
        },
        result);
  } catch (const Interrupted &) {
    result.interrupted = true;
  }
}

// Everything measured is needed for plots and documents.
int deliver(const BenchOptions &options, const BenchResult &result, WallTimeline &timeline) {
  Delivery delivery;
  timeline.deliver(delivery, {{"command", "dmar bench"}, {"version", DMAR_VERSION}});
  delivery.write(options.report.page,
                 [&result] { return report::page(bench_page(result), nullptr, {}); });
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
  WallTimeline timeline(options.report.timeline, "dmar bench");
  try {
    measure(options, stop, timeline, result);
    return deliver(options, result, timeline);
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
