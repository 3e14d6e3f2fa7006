// SPDX-License-Identifier: Apache-2.0
// See run_report.hpp.
#include "run_report.hpp"

#include <fmt/core.h>

#include "grouped.hpp"
#include "unit_tables.hpp"

namespace dmar::sim {

namespace {

report::FactList facts_of(const RunResult &result) {
  const trace::Report &report = result.report;
  report::FactList facts{
      {"Trace", result.trace},
      {"Unit", result.options.golden_only ? "golden model" : "RTL"},
      {"Configuration", result.options.config},
      {"DMA requests", grouped(report.dma)},
      {"Bytes moved", grouped(report.dma_bytes)},
      {"Interrupt messages", grouped(report.interrupts)},
      {"Blocked with a fault", grouped(report.faults)},
      {"Mismatches", grouped(report.mismatches)},
  };
  if (!result.options.golden_only) {
    facts.emplace_back("Hits", grouped(report.counters.hits));
    facts.emplace_back("Walks", grouped(report.counters.walks));
    facts.emplace_back("Cycles", grouped(report.counters.cycles));
  }
  facts.emplace_back("Wall clock", fmt::format("{:.2f} s", result.seconds));
  return facts;
}

report::Table comparison_table(const trace::Report &report) {
  return fact_table("Compared with the golden model and the recording",
                    {{"DMA requests", grouped(report.dma)},
                     {"Interrupts, remapped", grouped(report.interrupts_remapped)},
                     {"Interrupts, unchanged", grouped(report.interrupts_unchanged)},
                     {"Interrupts, posted", grouped(report.interrupts_posted)},
                     {"Interrupts, blocked", grouped(report.interrupts_blocked)},
                     {"Translation requests", grouped(report.translation_requests)},
                     {"Messages to device TLBs", grouped(report.device_tlb_messages)},
                     {"Register reads", grouped(report.register_reads)},
                     {"Status writes", grouped(report.status_writes)},
                     {"Faults with records", grouped(report.faults)},
                     {"Event messages", grouped(report.events)}});
}

report::Table mismatches(const trace::Report &report) {
  report::Table table{.caption = "Mismatches",
                      .head = {"Line", "What", "Unit", "Golden model", "Recorded"}};
  for (const trace::Mismatch &one : report.first) {
    table.rows.push_back(
        {fmt::format("{}", one.line), one.what, one.unit, one.golden, one.recorded});
  }
  if (report.mismatches > report.first.size()) {
    table.note = fmt::format("and {} more", grouped(report.mismatches - report.first.size()));
  }
  return table;
}

report::FactList options_of(const BackendOptions &options) {
  report::FactList out{{"Program", "dmar " DMAR_VERSION}, {"Configuration", options.config}};
  if (options.golden_only) return out;
  out.emplace_back("Memory latency, cycles", fmt::format("{}", options.memory_latency));
  out.emplace_back("Memory reorders answers", options.memory_reorder ? "yes" : "no");
  out.emplace_back("Seed", fmt::format("{}", options.seed));
  return out;
}

}  // namespace

report::PageContent run_page(const RunResult &result) {
  const trace::Report &report = result.report;
  report::PageContent page{.command = "dmar run", .subject = result.trace};
  page.passed = report.mismatches == 0 && report.complete;
  page.verdict =
      fmt::format("{} DMA requests and {} interrupt messages comparison_table, {} mismatches{}.",
                  grouped(report.dma), grouped(report.interrupts), grouped(report.mismatches),
                  report.complete ? "" : "; the replay ended early");
  if (report.mismatches != 0) {
    page.failures.push_back(
        fmt::format("{} comparisons failed, see Checks", grouped(report.mismatches)));
  }
  if (report.stopped) page.failures.emplace_back("interrupted");
  page.facts = facts_of(result);
  page.checks = {comparison_table(report), mismatches(report)};
  if (!report.notes.empty()) {
    report::Table notes{.caption = "Differences that are no fault of the unit", .head = {"Note"}};
    for (const std::string &note : report.notes) notes.rows.push_back({note});
    page.checks.push_back(std::move(notes));
  }
  page.configuration = unit_tables(options_of(result.options), result.options.config);
  page.time_unit = result.options.golden_only ? "events" : "cycles";
  page.owners_note = "as far as the trace shows them";
  return page;
}

}  // namespace dmar::sim
