// SPDX-License-Identifier: Apache-2.0
// See fuzz_report.hpp.
#include "fuzz_report.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "dmar/fault_names.hpp"
#include "grouped.hpp"
#include "unit_tables.hpp"

namespace dmar::sim {

namespace {

std::string percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "-"
                    : fmt::format("{:.1f}%",
                                  100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

report::Table counts(const bench::FuzzStatistics &all) {
  return fact_table(
      "What the machines did",
      {{"Requests whose answers were checked", grouped(all.requests)},
       {"of these, with exactly one legal answer", grouped(all.single)},
       {"Forwarded to memory", grouped(all.forwarded)},
       {"Interrupts that left the unit", grouped(all.interrupts)},
       {"Interrupts posted", grouped(all.posted)},
       {"Translations told to devices", grouped(all.translations)},
       {"Device-TLB flushes", grouped(all.device_tlb_flushes)},
       {"Errors of completions of devices", grouped(all.completion_errors)},
       {"Devices that were late", grouped(all.time_outs)},
       {"Faults", grouped(all.faults)},
       {"Fault records read", grouped(all.fault_records)},
       {"Hits", fmt::format("{} ({})", grouped(all.hits), percent(all.hits, all.requests))},
       {"Walks", grouped(all.walks)},
       {"Changes of tables", grouped(all.changes)},
       {"Invalidations", grouped(all.invalidations)},
       {"Changes of control state", grouped(all.control_changes)},
       {"Errors of the queue", grouped(all.queue_errors)},
       {"Status writes", grouped(all.status_writes)}});
}

// Reasons that no machine came to are shown, too: they are what is not covered.
report::Table reasons(const bench::FuzzStatistics &all) {
  report::Table table{.caption = "Fault reasons that were reached",
                      .head = {"Reason", "Meaning", "Faults"}};
  std::size_t never = 0;
  for (const FaultName &name : kFaultNames) {
    if (name.reason == FaultReason::kNone) continue;
    const auto found = all.reasons.find(name.reason);
    if (found == all.reasons.end()) ++never;
    table.rows.push_back({fmt::format("{:02X}h", static_cast<unsigned>(name.reason)),
                          std::string(name.description),
                          grouped(found == all.reasons.end() ? 0 : found->second)});
  }
  table.note = fmt::format("{} of {} reasons were reached; a configuration cannot raise all.",
                           table.rows.size() - never, table.rows.size());
  return table;
}

report::Table machine_table(const FuzzMachines &machines) {
  report::Table table{.caption = "Machines",
                      .head = {"Seed", "Configuration", "Cycles", "Requests", "Hits", "Faults",
                               "Invalidations", "Seconds"}};
  for (const FuzzMachine &machine : machines.kept()) {
    const bench::FuzzStatistics &did = machine.statistics;
    table.rows.push_back({fmt::format("{}", machine.one.seed), machine.one.model,
                          grouped(did.cycles), grouped(did.requests),
                          percent(did.hits, did.requests), grouped(did.faults),
                          grouped(did.invalidations), fmt::format("{:.2f}", machine.seconds)});
  }
  if (machines.left_out() != 0) {
    table.note =
        fmt::format("and {} more machines, which are in the sums", grouped(machines.left_out()));
  }
  return table;
}

}  // namespace

report::PageContent fuzz_page(const CampaignPlan &plan, const CampaignResult &result,
                              const FuzzMachines &machines, const std::string &failure,
                              bool interrupted) {
  const bench::FuzzStatistics &all = result.statistics;
  report::PageContent page{.command = "dmar fuzz",
                           .subject = fmt::format("{}", fmt::join(plan.models, ", "))};
  page.passed = !result.failure && all.requests != 0;
  page.verdict = fmt::format("{} random machines, {} answers checked{}.", grouped(all.runs),
                             grouped(all.requests),
                             result.failure      ? ", one failed"
                             : all.requests == 0 ? ", which is none"
                                                 : ", nothing found");
  if (result.failure) {
    page.failures.push_back(result.failure->failure.kind);
    page.failures.push_back("Run it alone: " + bench::replay_command(result.failure->one));
  }
  page.facts = {{"Machines", grouped(all.runs)},
                {"Cycles", grouped(all.cycles)},
                {"Requests", grouped(all.requests)},
                {"Faults", grouped(all.faults)},
                {"First seed", fmt::format("{}", plan.first.seed)},
                {"Jobs", fmt::format("{}", plan.jobs)},
                {"Wall clock", fmt::format("{:.1f} s", result.seconds)},
                {"Ended by an interrupt", interrupted ? "yes" : "no"}};
  page.tables = {counts(all), reasons(all), machine_table(machines)};
  if (!failure.empty()) {
    page.checks = {{.caption = "The failure", .head = {"Text"}, .rows = {}}};
    for (std::size_t begin = 0; begin < failure.size();) {
      const std::size_t end = std::min(failure.find('\n', begin), failure.size());
      page.checks[0].rows.push_back({failure.substr(begin, end - begin)});
      begin = end + 1;
    }
  }
  page.configuration = {
      fact_table("Options", {{"Program", "dmar " DMAR_VERSION},
                             {"Configurations", page.subject},
                             {"Cycles of each machine", grouped(plan.first.cycles)},
                             {"Features", plan.first.features.text()},
                             {"Swarm", plan.swarm ? "yes" : "no"}})};
  return page;
}

}  // namespace dmar::sim
