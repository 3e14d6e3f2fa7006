// SPDX-License-Identifier: Apache-2.0
// `dmar run`: replays a recorded trace and says whether everything was as recorded.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <exception>
#include <limits>
#include <memory>
#include <string>
#include <variant>

#include "backend.hpp"
#include "command.hpp"
#include "delivery.hpp"
#include "option_kinds.hpp"
#include "progress.hpp"
#include "report_options.hpp"
#include "reporting.hpp"
#include "run_report.hpp"
#include "standard_streams.hpp"
#include "stop_signals.hpp"
#include "summary.hpp"
#include "trace/feature_check.hpp"
#include "trace/parser.hpp"
#include "trace/replayer.hpp"

namespace dmar::sim {

namespace {

struct RunOptions {
  std::string trace;
  BackendOptions backend;
  std::string json;
  ReportOptions report;
  unsigned wave_from = 0;
  unsigned wave_to = std::numeric_limits<unsigned>::max();
  bool quiet = false;
};

void refuse_missing_features(const trace::Trace &trace, const RunOptions &options) {
  const auto missing = trace::missing_features(trace, config_named(options.backend.config));
  if (missing.empty()) return;
  std::string text;
  for (const trace::MissingFeature &feature : missing) {
    text += fmt::format("{}{}:{}: {}: this build (configuration {}) has no {}",
                        text.empty() ? "" : "\ndmar: ", trace.file, feature.line, feature.event,
                        options.backend.config, feature.feature);
  }
  throw UsageError(text);
}

bool is_request(const trace::Entry &entry) {
  return std::holds_alternative<trace::DmaEvent>(entry.event) ||
         std::holds_alternative<trace::InterruptEvent>(entry.event) ||
         std::holds_alternative<trace::AskEvent>(entry.event);
}

bool is_consequence(const trace::Entry &entry) {
  return std::holds_alternative<trace::StatusEvent>(entry.event) ||
         std::holds_alternative<trace::MessageEvent>(entry.event) ||
         std::holds_alternative<trace::InvalidateEvent>(entry.event);
}

void refuse_empty_window(const trace::Trace &trace, const RunOptions &options) {
  const auto shown = [&options](const trace::Entry &entry) {
    return !is_consequence(entry) && entry.line >= options.wave_from &&
           entry.line <= options.wave_to;
  };
  if (std::ranges::any_of(trace.entries, shown)) return;
  const bool behind = options.wave_from > trace.entries.back().line;
  throw UsageError(fmt::format(
      "{}: no event for the unit in that part, the wave would be empty; {} has events from line {} "
      "to {}",
      behind ? fmt::format("--wave-from {}", options.wave_from)
             : fmt::format("--wave-from {} --wave-to {}", options.wave_from, options.wave_to),
      trace.file, trace.entries.front().line, trace.entries.back().line));
}

// Everything that can be wrong is found before anything runs or is written.
trace::Trace checked_trace(const RunOptions &options) {
  if (options.wave_from > options.wave_to) {
    throw UsageError(
        fmt::format("--wave-from {} is after --wave-to {}", options.wave_from, options.wave_to));
  }
  config_named(options.backend.config);
  trace::Trace trace = trace::load_trace(options.trace);
  refuse_missing_features(trace, options);
  if (std::ranges::none_of(trace.entries, is_request)) {
    throw UsageError(fmt::format(
        "{}: no DMA request and no interrupt message in it, nothing to compare", trace.file));
  }
  if (!options.backend.wave.empty()) refuse_empty_window(trace, options);
  return trace;
}

// Switches the wave file on at the first event of the window and off after the last. A wave that
// cannot be written does not end the replay.
class WaveWindow {
 public:
  WaveWindow(Backend &backend, const RunOptions &options, Delivery &delivery)
      : backend_(backend),
        options_(options),
        delivery_(delivery),
        wanted_(!options.backend.wave.empty()) {}

  void at(unsigned line) { set(wanted_ && line >= options_.wave_from && line <= options_.wave_to); }
  void finish() { set(false); }

 private:
  void set(bool on) {
    if (on == on_) return;
    on_ = on;
    try {
      backend_.set_wave(on);
    } catch (const std::exception &error) {
      delivery_.failed(error.what());
      wanted_ = false;
      on_ = false;
    }
  }

  Backend &backend_;
  const RunOptions &options_;
  Delivery &delivery_;
  bool wanted_;
  bool on_ = false;
};

trace::Report replay(const trace::Trace &trace, const RunOptions &options, const StopSignals &stop,
                     Reporting &reporting, Delivery &delivery) {
  const auto backend = make_backend(options.backend);
  WaveWindow wave(*backend, options, delivery);
  Progress progress(trace.entries.size(), options.quiet);
  trace::ReplayOptions replay_options;
  replay_options.on_event = [&](const trace::Entry &entry, std::size_t index) {
    wave.at(entry.line);
    progress.at(index);
  };
  replay_options.observer = reporting.observer(0);
  replay_options.stopped = [&stop] { return stop.requested(); };
  trace::Report report = trace::Replayer(trace, *backend, replay_options).run();
  wave.finish();
  return report;
}

int run(const RunOptions &options) {
  const trace::Trace trace = checked_trace(options);
  const StopSignals stop;
  Delivery delivery;
  Reporting reporting(options.report);
  RunResult result;
  result.trace = trace.file;
  result.options = options.backend;
  const auto start = std::chrono::steady_clock::now();
  result.report = replay(trace, options, stop, reporting, delivery);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  delivery.write(options.json, [&result] { return json_text(result); });
  reporting.deliver(delivery,
                    {{"command", "dmar run"},
                     {"version", DMAR_VERSION},
                     {"trace", result.trace},
                     {"configuration", options.backend.config}},
                    [&result] { return run_page(result); });
  put_error(mismatch_text(result));
  if (!options.quiet) put_output(summary_text(result));
  if (result.report.stopped) put_error("failed: interrupted\n");
  const bool good = result.report.mismatches == 0 && result.report.complete;
  return delivery.status(good ? kSuccess : kMismatch);
}

}  // namespace

void add_run(CLI::App &app, int &status) {
  auto options = std::make_shared<RunOptions>();
  CLI::App *command = app.add_subcommand(
      "run",
      "Replay a recorded trace on the RTL and compare every request, register read,\n"
      "status write, fault record and event message with the golden model and the recording");
  command->add_option("TRACE", options->trace, "Trace file, plain or gzip; - is standard input")
      ->required()
      ->check(is_a(OptionKind::kInputOrDash))
      ->type_name("");
  command->add_option("--config", options->backend.config, "Model to run, see `dmar configs`")
      ->type_name("NAME")
      ->capture_default_str();
  command
      ->add_option("--mem-latency", options->backend.memory_latency,
                   "Clock cycles from a memory request to its answer")
      ->transform(whole_number(1, 100'000))
      ->type_name("CYCLES")
      ->capture_default_str();
  command->add_flag("--mem-reorder", options->backend.memory_reorder,
                    "Let memory answer requests of different IDs in any order");
  command->add_option("--seed", options->backend.seed, "Seed of everything random")
      ->transform(whole_number(0, kMaxNumber))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--json", options->json, "Write the result to this file as JSON")
      ->check(is_a(OptionKind::kOutput))
      ->type_name("FILE");
  CLI::Option *timeline = add_report_options(*command, options->report);
  CLI::Option *wave = command->add_option("--wave", options->backend.wave,
                                          "Write the signals of the RTL to this FST file");
  wave->check(is_a(OptionKind::kWave))->type_name("FILE");
  command->add_option("--wave-from", options->wave_from, "Start the wave at this line of the trace")
      ->transform(whole_number(0, kMaxUnsigned))
      ->type_name("LINE")
      ->needs(wave);
  command->add_option("--wave-to", options->wave_to, "End the wave after this line of the trace")
      ->transform(whole_number(0, kMaxUnsigned))
      ->type_name("LINE")
      ->needs(wave);
  command
      ->add_flag("--golden-only", options->backend.golden_only,
                 "Run the golden model in place of the RTL")
      ->excludes(wave)
      ->excludes(timeline);
  command->add_flag("--quiet", options->quiet, "Print mismatches and errors only");
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace dmar::sim
