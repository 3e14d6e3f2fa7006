// SPDX-License-Identifier: Apache-2.0
// See vm_report.hpp.
#include "vm_report.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "grouped.hpp"
#include "unit_tables.hpp"
#include "vms_summary.hpp"

namespace dmar::sim {

namespace {

report::FactList facts_of(const VmResult &result) {
  const cosim::Statistics did = result.statistics();
  return {{"Kernel", result.kernel},
          {"Emulator", result.qemu_version.empty() ? "QEMU" : "QEMU " + result.qemu_version},
          {"Remapping units", fmt::format("{}", result.units.size())},
          {"Configuration", config_of(result.options)},
          {"DMA requests", grouped(did.dma())},
          {"Bytes moved", grouped(did.dma_bytes)},
          {"Interrupts", grouped(did.interrupts)},
          {"Blocked with a fault", grouped(did.faults.size())},
          {"Invalidations", grouped(did.invalidations())},
          {"Mismatches", grouped(result.mismatches())},
          {"Cycles, of all units", grouped(did.unit.cycles)},
          {"Wall clock", fmt::format("{:.1f} s", result.end.seconds)}};
}

report::Table compared(const UnitResult &unit) {
  const cosim::Statistics &did = unit.statistics;
  return fact_table(
      fmt::format("{}: compared with the golden model", unit.name),
      {{"DMA reads", grouped(did.dma_reads)},
       {"DMA writes", grouped(did.dma_writes)},
       {"DMA translated", grouped(did.dma_translated)},
       {"DMA not translated", grouped(did.dma_identity)},
       {"DMA translated by devices", grouped(did.dma_by_device_tlb)},
       {"DMA blocked", grouped(did.dma_blocked)},
       {"Translation requests", grouped(did.translation_requests)},
       {"Translation requests granted", grouped(did.translations_granted)},
       {"Interrupts remapped", grouped(did.interrupts_remapped)},
       {"Interrupts posted", grouped(did.interrupts_posted)},
       {"Notifications of posted interrupts", grouped(did.notifications)},
       {"Interrupts unchanged", grouped(did.interrupts_unchanged)},
       {"Interrupts blocked", grouped(did.interrupts_blocked)},
       {"IOTLB invalidations", grouped(did.iotlb_invalidations)},
       {"Context invalidations", grouped(did.context_invalidations)},
       {"Interrupt entry invalidations", grouped(did.interrupt_invalidations)},
       {"Device-TLB invalidations", grouped(did.device_tlb_invalidations)},
       {"Device-TLB invalidations not answered in time", grouped(did.device_tlb_timeouts)},
       {"Registers compared", grouped(did.registers_compared)},
       {"Status writes", grouped(did.status_writes)},
       {"Event messages", grouped(did.events - did.notifications)},
       {"Answers from tables that changed meanwhile", grouped(did.raced)},
       {"Answers of a cache before its invalidation", grouped(did.stale)},
       {"Walks", grouped(did.unit.walks)},
       {"Table reads", grouped(did.unit.table_reads)}});
}

report::Table device_tlbs_table(const VmResult &result) {
  report::Table table{.caption = "Device TLBs",
                      .head = {"Function", "Hits", "Misses", "Entries evicted", "Invalidations",
                               "Entries dropped by them"}};
  for (const cosim::Segment::DeviceTlbUse &one : result.device_tlbs) {
    table.rows.push_back({one.name, grouped(one.hits), grouped(one.misses), grouped(one.evicted),
                          grouped(one.invalidations), grouped(one.dropped)});
  }
  return table;
}

report::Table mismatches(const VmResult &result) {
  report::Table table{
      .caption = "Mismatches",
      .head = {"Unit", "Cycle", "What", "RTL", "Golden model", "Whose memory it reached"}};
  std::uint64_t left_out = 0;
  for (const UnitResult &unit : result.units) {
    for (const cosim::Difference &one : unit.differences.first) {
      table.rows.push_back({unit.name, grouped(one.cycle), one.what, one.unit, one.golden,
                            one.reached.empty() ? "-" : one.reached});
    }
    left_out += unit.differences.count - unit.differences.first.size();
  }
  if (left_out != 0) table.note = fmt::format("and {} more", grouped(left_out));
  return table;
}

void add_checks(report::Table &table, const char *who, const std::vector<guest::Check> &checks) {
  for (const guest::Check &check : checks) {
    table.rows.push_back({check.name, who, check.passed ? "passed" : "FAILED", check.detail});
  }
}

constexpr std::size_t kMostUnfolded = 12;  // rows of a table in which nothing is wrong

report::Table checks_table(const VmResult &result) {
  report::Table table{.caption = "Checks that guest and host made",
                      .head = {"Check", "By", "Result", "Detail"}};
  add_checks(table, "guest", result.console.checks);
  add_checks(table, "host", result.disk_checks);
  for (const guest::Check &check : result.console.skipped) {
    table.rows.push_back({check.name, "guest", "skipped", check.detail});
  }
  const auto passed = [](const auto &row) { return row[2] != "FAILED"; };
  table.folded = table.rows.size() > kMostUnfolded && std::ranges::all_of(table.rows, passed);
  return table;
}

report::Table attacks(const VmResult &result) {
  report::Table table{.caption = "Attacks", .head = {"Attack", "At", "What the host said of it"}};
  for (const guest::Attack &attack : result.console.attacks) {
    table.rows.push_back({attack.name, fmt::format("{:#x}", attack.where), attack.report});
  }
  return table;
}

report::Table log_lines(const VmResult &result) {
  report::Table table{.caption = "The guest about its remapping units", .head = {"Line"}};
  constexpr std::size_t kMost = 100;
  for (const std::string &line : result.console.dmar_lines) {
    if (table.rows.size() < kMost) table.rows.push_back({line});
  }
  if (result.console.dmar_lines.size() > kMost) {
    table.note = fmt::format("and {} more lines", result.console.dmar_lines.size() - kMost);
  }
  table.folded = table.rows.size() > kMostUnfolded;
  return table;
}

std::string yes(bool value) { return value ? "yes" : "no"; }

report::FactList options_of(const VmResult &result) {
  const VmOptions &options = result.options;
  return {{"Program", "dmar " DMAR_VERSION},
          {"Configuration", config_of(options)},
          {"Remapping units", fmt::format("{}", result.units.size())},
          {"Memory latency of the unit, cycles", fmt::format("{}", options.memory_latency)},
          {"Memory reorders answers", yes(options.memory_reorder)},
          {"Seed", fmt::format("{}", options.seed)},
          {"Memory of the guest, MiB", fmt::format("{}", options.memory)},
          {"Invalidation at each unmap", yes(options.strict)},
          {"Pass-through", yes(options.passthrough)},
          {"DMA remapping by the kernel", yes(!options.no_dma_remapping)},
          {"Interrupt remapping offered", yes(!options.no_intremap)},
          {"More of the kernel command line", options.append.empty() ? "-" : options.append}};
}

report::Table places(const VmResult &result) {
  report::Table table{.caption = "Remapping units",
                      .head = {"Unit", "Registers", "Functions by scope", "All others"}};
  for (const UnitResult &unit : result.units) {
    std::vector<std::string> functions;
    for (const FunctionResult &function : result.functions) {
      if (&result.units.at(function.unit) == &unit) functions.push_back(function.name);
    }
    table.rows.push_back({unit.name, fmt::format("{:#x}", unit.plan.registers),
                          fmt::format("{}", fmt::join(functions, ", ")),
                          yes(unit.plan.include_pci_all)});
  }
  return table;
}

}  // namespace

std::string command_of(const VmResult &result) {
  return result.kind == GuestKind::kMachines ? "dmar vms" : "dmar vm";
}

report::PageContent vm_page(const VmResult &result) {
  report::PageContent page{.command = command_of(result), .subject = result.kernel};
  const cosim::Statistics did = result.statistics();
  page.failures = failures(result);
  page.passed = page.failures.empty();
  page.verdict = fmt::format(
      "{} DMA requests and {} interrupts through the RTL, {} mismatches with the golden model.",
      grouped(did.dma()), grouped(did.interrupts), grouped(result.mismatches()));
  page.facts = facts_of(result);
  page.checks = {mismatches(result), attacks(result), checks_table(result)};
  for (const UnitResult &unit : result.units) page.checks.push_back(compared(unit));
  if (!result.device_tlbs.empty()) page.checks.push_back(device_tlbs_table(result));
  page.checks.push_back(log_lines(result));
  page.configuration = unit_tables(options_of(result), config_of(result.options));
  page.configuration.insert(page.configuration.begin() + 1, places(result));
  page.time_note = "the clock of a unit stands still while it has nothing to do";
  page.owners_note = "at the last moment when most functions had memory";
  return page;
}

}  // namespace dmar::sim
