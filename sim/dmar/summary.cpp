// SPDX-License-Identifier: Apache-2.0
// See summary.hpp.
#include "summary.hpp"

#include <fmt/core.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "dmar/registers.hpp"
#include "golden/explain.hpp"
#include "grouped.hpp"

namespace dmar::sim {

namespace {

std::uint64_t cycles_per_second(const RunResult &result) {
  if (result.seconds <= 0) return 0;
  return static_cast<std::uint64_t>(
      std::llround(static_cast<double>(result.report.counters.cycles) / result.seconds));
}

std::string row(const char *name, std::uint64_t value, const std::string &remark = "") {
  return fmt::format("  {:<24}{:>14}{}{}\n", name, grouped(value), remark.empty() ? "" : "  ",
                     remark);
}

std::string dmesg(const trace::Report &report) {
  std::string out;
  for (const trace::RecordedFault &fault : report.fault_log) {
    out += fmt::format("  {}\n", golden::dmesg_line({.lo = fault.low, .hi = fault.high}));
  }
  return out;
}

std::string interrupts(const trace::Report &report) {
  const std::string posted = report.interrupts_posted == 0
                                 ? ""
                                 : fmt::format("{} posted, ", grouped(report.interrupts_posted));
  return fmt::format("{} remapped, {}{} unchanged, {} blocked", grouped(report.interrupts_remapped),
                     posted, grouped(report.interrupts_unchanged),
                     grouped(report.interrupts_blocked));
}

std::string compared(const trace::Report &report) {
  std::string out = "Compared with the golden model and the recording\n";
  out += row("DMA requests", report.dma, fmt::format("{} bytes moved", grouped(report.dma_bytes)));
  out += row("interrupt messages", report.interrupts, interrupts(report));
  if (report.translation_requests != 0) {
    out += row("translation requests", report.translation_requests);
  }
  if (report.device_tlb_messages != 0)
    out += row("device-TLB messages", report.device_tlb_messages);
  out +=
      row("register reads", report.register_reads,
          report.extra_polls == 0 ? "" : fmt::format("{} more polls", grouped(report.extra_polls)));
  out += row("status writes", report.status_writes);
  out += row("faults with records", report.faults);
  out += row("event messages", report.events);
  return out;
}

std::string performance(const RunResult &result) {
  const trace::Report &report = result.report;
  std::string out =
      result.options.golden_only ? "The golden model (no clock, no caches)\n" : "The unit\n";
  out += row("requests", report.dma + report.interrupts + report.translation_requests);
  out += row("hits", report.counters.hits);
  out += row("walks", report.counters.walks);
  out += row("table reads", report.counters.table_reads);
  out += row("faults", report.faults);
  out += row("register writes", report.register_writes);
  out += row("cycles", report.counters.cycles);
  out +=
      row("simulated cycles/s", cycles_per_second(result), fmt::format("{:.1f} s", result.seconds));
  out += row("mismatches", report.mismatches);
  return out;
}

std::string unit_line(const BackendOptions &options) {
  if (options.golden_only) return fmt::format("golden model, configuration {}", options.config);
  return fmt::format("RTL, configuration {}, memory latency {}{}, seed {}", options.config,
                     options.memory_latency, options.memory_reorder ? " reordering" : "",
                     options.seed);
}

}  // namespace

std::string mismatch_text(const RunResult &result) {
  const trace::Report &report = result.report;
  std::string out;
  for (const trace::Mismatch &mismatch : report.first) {
    out += fmt::format("{}:{}: mismatch: {}\n  unit      {}\n  golden    {}\n  recorded  {}\n",
                       result.trace, mismatch.line, mismatch.what, mismatch.unit, mismatch.golden,
                       mismatch.recorded);
  }
  if (report.mismatches > report.first.size()) {
    out += fmt::format("... and {} more\n", grouped(report.mismatches - report.first.size()));
  }
  return out;
}

std::string summary_text(const RunResult &result) {
  const trace::Report &report = result.report;
  std::string out = fmt::format("Trace {}\nUnit  {}\n", result.trace, unit_line(result.options));
  for (const std::string &note : report.notes) out += fmt::format("Note: {}\n", note);
  if (!report.fault_log.empty())
    out += fmt::format("\nFaults, as Linux reports them\n{}", dmesg(report));
  out += fmt::format("\n{}\n{}\n", compared(report), performance(result));
  out += fmt::format("{} DMA requests and {} interrupt messages compared, {} mismatches{}\n",
                     grouped(report.dma), grouped(report.interrupts), grouped(report.mismatches),
                     report.complete ? "" : "; the replay ended early");
  return out;
}

std::string json_text(const RunResult &result) {
  const trace::Report &report = result.report;
  nlohmann::ordered_json json{
      {"trace", result.trace},
      {"unit", result.options.golden_only ? "golden" : "rtl"},
      {"config", result.options.config},
      {"memory_latency", result.options.memory_latency},
      {"memory_reorder", result.options.memory_reorder},
      {"seed", result.options.seed},
      {"dma", report.dma},
      {"dma_bytes", report.dma_bytes},
      {"interrupts", report.interrupts},
      {"interrupts_remapped", report.interrupts_remapped},
      {"interrupts_unchanged", report.interrupts_unchanged},
      {"interrupts_posted", report.interrupts_posted},
      {"interrupts_blocked", report.interrupts_blocked},
      {"translation_requests", report.translation_requests},
      {"device_tlb_messages", report.device_tlb_messages},
      {"faults", report.faults},
      {"register_reads", report.register_reads},
      {"register_writes", report.register_writes},
      {"extra_polls", report.extra_polls},
      {"status_writes", report.status_writes},
      {"events", report.events},
      {"hits", report.counters.hits},
      {"walks", report.counters.walks},
      {"table_reads", report.counters.table_reads},
      {"cycles", report.counters.cycles},
      {"seconds", result.seconds},
      {"cycles_per_second", cycles_per_second(result)},
      {"complete", report.complete},
      {"interrupted", report.stopped},
      {"mismatches", report.mismatches},
      {"notes", report.notes},
  };
  auto &list = json["first_mismatches"] = nlohmann::ordered_json::array();
  for (const trace::Mismatch &mismatch : report.first) {
    list.push_back({{"line", mismatch.line},
                    {"what", mismatch.what},
                    {"unit", mismatch.unit},
                    {"golden", mismatch.golden},
                    {"recorded", mismatch.recorded}});
  }
  // A path is bytes, JSON is UTF-8.
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace dmar::sim
