// SPDX-License-Identifier: Apache-2.0
// dmar_mutation: breaks the RTL in many ways in one build, and sees whether the tests notice.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "campaign.hpp"
#include "plan.hpp"
#include "report.hpp"
#include "text_file.hpp"

namespace {

namespace fs = std::filesystem;
using namespace dmar::mutation;

struct RunOptions {
  fs::path dir;
  fs::path build;
  fs::path killers;
  std::vector<std::string> names;  // of killers; empty: all
  CampaignOptions campaign;
};

int write_command(const PlanOptions &options) {
  const Plan plan = write_plan(options);
  fmt::print("{} of {} mutants written to {}\n", plan.mutants.size(), plan.possible,
             (options.out / "rtl").string());
  return 0;
}

int run_command(RunOptions options) {
  const Plan plan = read_plan(options.dir / "plan.json");
  options.campaign.scratch = options.dir / "scratch";
  fs::create_directories(options.campaign.scratch);
  std::vector<Killer> killers =
      read_killers(options.killers, fs::absolute(options.build), options.names);
  measure(killers, options.campaign.scratch);
  for (const Killer &killer : killers) {
    fmt::print("unbroken: {} passes, {:.1f} s\n", killer.name, killer.usual_seconds);
  }
  std::fflush(stdout);
  Results results(options.dir / "results.jsonl", plan.rtl, fingerprint(killers));
  run_campaign(plan, killers, options.campaign, results);
  const Report report = make_report(plan, results);
  const std::string text = to_text(report);
  write_text(options.dir / "report.txt", text + details(report));
  write_text(options.dir / "report.json", to_json(report));
  fmt::print("\n{}\nWho noticed what: {}\n", text, (options.dir / "report.txt").string());
  if (report.total.open != 0) fmt::print("Not finished: run again to go on.\n");
  return report.clean() ? 0 : 1;
}

}  // namespace

int main(int argc, char **argv) {
  CLI::App app{"Breaks the RTL on purpose and sees whether the tests notice"};
  app.require_subcommand(1);

  PlanOptions plan;
  plan.folders = {"translate", "fault", "invalidate", "interrupt", "regs", "axi"};
  plan.count = 270;
  auto *write = app.add_subcommand("write", "Write the RTL with all chosen mutants in it");
  write->add_option("--rtl", plan.rtl, "Folder of the RTL")->required();
  write->add_option("--out", plan.out, "Folder that gets rtl/ and plan.json")->required();
  write->add_option("--named", plan.named, "Mutants written by hand")->required();
  write->add_option("--equivalent", plan.equivalent, "Mutants judged equivalent")->required();
  write->add_option("--folders", plan.folders, "Folders to take mutants from")
      ->delimiter(',')
      ->capture_default_str();
  write->add_option("--files", plan.files, "Sources to take them from, such as axi/dmar_x.sv")
      ->delimiter(',');
  write->add_option("--count", plan.count, "How many, 0: all")->capture_default_str();
  write->add_option("--seed", plan.seed, "Another sample")->capture_default_str();

  RunOptions run;
  auto *campaign = app.add_subcommand("run", "Let the killers try each mutant; resumes");
  campaign->add_option("--dir", run.dir, "Folder that `write` wrote to")->required();
  campaign->add_option("--build", run.build, "Folder with the programs")->required();
  campaign->add_option("--killers", run.killers, "List of what tries to notice")->required();
  campaign->add_option("--only", run.names, "Killers that try, by name; without it all")
      ->delimiter(',');
  campaign->add_option("--jobs", run.campaign.jobs, "Mutants at a time")->capture_default_str();
  campaign->add_option("--minutes", run.campaign.minutes, "Begin no mutant after this; 0: no limit")
      ->capture_default_str();

  CLI11_PARSE(app, argc, argv);
  try {
    return write->parsed() ? write_command(plan) : run_command(run);
  } catch (const std::exception &error) {
    fmt::print(stderr, "dmar_mutation: {}\n", error.what());
    return 2;
  }
}
