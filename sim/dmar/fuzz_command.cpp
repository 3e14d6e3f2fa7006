// SPDX-License-Identifier: Apache-2.0
// `dmar fuzz`: random machines without end, every answer checked.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <memory>

#include "command.hpp"
#include "delivery.hpp"
#include "fuzz_campaign.hpp"
#include "fuzz_failure.hpp"
#include "fuzz_json.hpp"
#include "fuzz_options.hpp"
#include "fuzz_progress.hpp"
#include "fuzz_report.hpp"
#include "grouped.hpp"
#include "standard_streams.hpp"
#include "wall_timeline.hpp"

namespace dmar::sim {

namespace {

volatile std::sig_atomic_t interrupted = 0;

void note_interrupt(int) { interrupted = 1; }

bool stopped() { return interrupted != 0; }

std::string summary(const CampaignResult &result) {
  const bench::FuzzStatistics &all = result.statistics;
  const double seconds = result.seconds > 0 ? result.seconds : 1;
  std::string text = fmt::format(
      "{} machines in {:.0f} s ({:.1f} a second), {} cycles\n"
      "  requests          {}, {} with exactly one legal answer\n"
      "  forwarded         {}\n"
      "  interrupts        {}\n"
      "  posted            {}\n"
      "  translations told {}\n"
      "  device TLBs       {} flushed, {} completion errors, {} time-outs\n"
      "  faults            {}, {} records read\n"
      "  table changes     {}\n"
      "  invalidations     {}, {} status writes, {} queue errors\n"
      "  control changes   {}\n"
      "  fault reasons    ",
      grouped(all.runs), result.seconds, static_cast<double>(all.runs) / seconds,
      grouped(all.cycles), grouped(all.requests), grouped(all.single), grouped(all.forwarded),
      grouped(all.interrupts), grouped(all.posted), grouped(all.translations),
      grouped(all.device_tlb_flushes), grouped(all.completion_errors), grouped(all.time_outs),
      grouped(all.faults), grouped(all.fault_records), grouped(all.changes),
      grouped(all.invalidations), grouped(all.status_writes), grouped(all.queue_errors),
      grouped(all.control_changes));
  for (const auto &[reason, count] : all.reasons) {
    text += fmt::format(" {:02X}h {}", static_cast<unsigned>(reason), grouped(count));
  }
  return text + "\n";
}

nlohmann::json json_of(const CampaignPlan &plan, const CampaignResult &result) {
  nlohmann::json json = to_json(result.statistics);
  json["configs"] = plan.models;
  json["first_seed"] = plan.first.seed;
  json["cycles_per_run"] = plan.first.cycles;
  json["features"] = plan.first.features.text();
  json["jobs"] = plan.jobs;
  json["swarm"] = plan.swarm;
  json["seconds"] = result.seconds;
  json["interrupted"] = stopped();
  json["failure"] = nullptr;
  return json;
}

void note(const FuzzWorker &worker, const bench::FuzzResult &ended, FuzzMachines &machines,
          WallTimeline &timeline) {
  const bench::FuzzCase &one = worker.fuzz_case();
  const auto now = WallTimeline::Clock::now();
  machines.add({.one = one,
                .statistics = ended.statistics,
                .seconds = std::chrono::duration<double>(now - worker.started()).count()});
  timeline.slice("machines", fmt::format("{} seed {}", one.model, one.seed), "machine",
                 worker.started(), now,
                 {{"cycles", ended.statistics.cycles},
                  {"requests", ended.statistics.requests},
                  {"faults", ended.statistics.faults}});
  if (ended.failure) timeline.instant("failures", ended.failure->kind, "failure", now);
}

int run(const FuzzOptions &options) {
  if (options.list) {
    put_output(feature_list());
    return kSuccess;
  }
  const CampaignPlan plan = plan_of(options);
  require_folder(options.folder);
  std::signal(SIGINT, note_interrupt);
  std::signal(SIGTERM, note_interrupt);
  FuzzProgress progress(plan);
  FuzzMachines machines;
  WallTimeline timeline(options.report.timeline, "dmar fuzz");
  Campaign campaign(plan, stopped,
                    [&progress](const auto &done, auto elapsed) { progress.at(done, elapsed); });
  campaign.observe([&](const FuzzWorker &worker, const bench::FuzzResult &ended) {
    note(worker, ended, machines, timeline);
  });
  const CampaignResult result = campaign.run();
  progress.clear();
  nlohmann::json json = json_of(plan, result);
  Delivery delivery;
  std::string failure;
  if (result.failure) {
    const FailureReport report =
        examine_failure(*result.failure, options.folder, options.no_shrink, stopped);
    put_error(report.text);
    failure = report.text;
    json["failure"] = report.json;
    if (!report.lost.empty()) delivery.failed(report.lost);
  }
  delivery.write(options.json, [&json] { return json.dump(2) + "\n"; });
  timeline.deliver(delivery, {{"command", "dmar fuzz"}, {"version", DMAR_VERSION}});
  delivery.write(options.report.page, [&] {
    return report::page(fuzz_page(plan, result, machines, failure, stopped()), nullptr, {});
  });
  const bool checked = result.statistics.requests != 0;
  say("{}{}\n", summary(result),
      result.failure ? "FAILED"
      : checked      ? "nothing found"
                     : "FAILED: no request was checked");
  return delivery.status(result.failure || !checked ? kMismatch : kSuccess);
}

}  // namespace

void add_fuzz(CLI::App &app, int &status) {
  auto options = std::make_shared<FuzzOptions>();
  CLI::App *command = app.add_subcommand(
      "fuzz",
      "Run random machines (tables, devices, software, memory) on the RTL and check that every\n"
      "answer is legal; ends with --runs, --time, an interrupt, or the first failure, which is\n"
      "shrunk and written down with its wave");
  add_fuzz_options(*command, *options);
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace dmar::sim
