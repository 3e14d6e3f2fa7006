// SPDX-License-Identifier: Apache-2.0
// `dmar run`: replays a recorded trace and says whether everything was as recorded.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <limits>
#include <memory>
#include <string>

#include "backend.hpp"
#include "command.hpp"
#include "output_file.hpp"
#include "progress.hpp"
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

// Everything that can be wrong is found before anything runs or is written.
trace::Trace checked_trace(const RunOptions &options) {
  if (options.wave_from > options.wave_to) {
    throw UsageError(
        fmt::format("--wave-from {} is after --wave-to {}", options.wave_from, options.wave_to));
  }
  config_named(options.backend.config);
  trace::Trace trace = trace::load_trace(options.trace);
  refuse_missing_features(trace, options);
  if (!options.json.empty()) require_writable(options.json);
  if (!options.backend.wave.empty()) require_writable(options.backend.wave);
  return trace;
}

// Switches the wave file on at the first event of the window and off after the last.
class WaveWindow {
 public:
  WaveWindow(Backend &backend, const RunOptions &options)
      : backend_(backend), options_(options), wanted_(!options.backend.wave.empty()) {}

  void at(unsigned line) {
    const bool inside = wanted_ && line >= options_.wave_from && line <= options_.wave_to;
    if (inside != on_) backend_.set_wave(inside);
    on_ = inside;
    used_ = used_ || inside;
  }

  [[nodiscard]] bool missed() const { return wanted_ && !used_; }

 private:
  Backend &backend_;
  const RunOptions &options_;
  bool wanted_;
  bool on_ = false;
  bool used_ = false;
};

trace::Report replay(const trace::Trace &trace, const RunOptions &options) {
  const auto backend = make_backend(options.backend);
  WaveWindow wave(*backend, options);
  Progress progress(trace.entries.size(), options.quiet);
  trace::ReplayOptions replay_options;
  replay_options.on_event = [&](const trace::Entry &entry, std::size_t index) {
    wave.at(entry.line);
    progress.at(index);
  };
  trace::Report report = trace::Replayer(trace, *backend, replay_options).run();
  if (wave.missed()) report.notes.push_back("no event in the wave window, no wave written");
  return report;
}

int run(const RunOptions &options) {
  const trace::Trace trace = checked_trace(options);
  RunResult result;
  result.trace = options.trace;
  result.options = options.backend;
  const auto start = std::chrono::steady_clock::now();
  result.report = replay(trace, options);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print(stderr, "{}", mismatch_text(result));
  if (!options.quiet) fmt::print("{}", summary_text(result));
  if (!options.json.empty()) write_whole(options.json, json_text(result));
  return result.report.mismatches == 0 && result.report.complete ? kSuccess : kMismatch;
}

}  // namespace

void add_run(CLI::App &app, int &status) {
  auto options = std::make_shared<RunOptions>();
  CLI::App *command = app.add_subcommand(
      "run",
      "Replay a recorded trace on the RTL and compare every request, register read,\n"
      "status write, fault record and event message with the golden model and the recording");
  command->add_option("TRACE", options->trace, "Trace file, plain or gzip")
      ->required()
      ->type_name("");
  command->add_option("--config", options->backend.config, "Model to run, see `dmar configs`")
      ->type_name("NAME")
      ->capture_default_str();
  command
      ->add_option("--mem-latency", options->backend.memory_latency,
                   "Clock cycles from a memory request to its answer")
      ->check(CLI::Range(1U, 100000U))
      ->type_name("CYCLES")
      ->capture_default_str();
  command->add_flag("--mem-reorder", options->backend.memory_reorder,
                    "Let memory answer requests of different IDs in any order");
  command->add_option("--seed", options->backend.seed, "Seed of everything random")
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--json", options->json, "Write the result to this file as JSON")
      ->type_name("FILE");
  CLI::Option *wave = command->add_option("--wave", options->backend.wave,
                                          "Write the signals of the RTL to this FST file");
  wave->type_name("FILE");
  command->add_option("--wave-from", options->wave_from, "Start the wave at this line of the trace")
      ->type_name("LINE")
      ->needs(wave);
  command->add_option("--wave-to", options->wave_to, "End the wave after this line of the trace")
      ->type_name("LINE")
      ->needs(wave);
  command
      ->add_flag("--golden-only", options->backend.golden_only,
                 "Run the golden model in place of the RTL")
      ->excludes(wave);
  command->add_flag("--quiet", options->quiet, "Print mismatches and errors only");
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace dmar::sim
