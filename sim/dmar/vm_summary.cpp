// SPDX-License-Identifier: Apache-2.0
// See vm_summary.hpp.
#include "vm_summary.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "fault_list.hpp"
#include "golden/explain.hpp"
#include "grouped.hpp"
#include "mismatch_list.hpp"
#include "unit_json.hpp"
#include "vm_bounce.hpp"
#include "vms_summary.hpp"

namespace dmar::sim {

namespace {

std::string row(const char *name, std::uint64_t value, const std::string &remark = "") {
  return fmt::format("  {:<24}{:>14}{}{}\n", name, grouped(value), remark.empty() ? "" : "  ",
                     remark);
}

std::string per_second(std::uint64_t count, double seconds) {
  return seconds <= 0 ? "0"
                      : grouped(static_cast<std::uint64_t>(static_cast<double>(count) / seconds));
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "-"
                    : fmt::format("{:.1f}%",
                                  100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string guest_lines(const VmResult &result) {
  std::string out;
  for (const std::string &line : result.console.dmar_lines) {
    const bool fault = line.find("handling fault status") != std::string::npos;
    if (fault && result.kind == GuestKind::kMachines) continue;  // one for each of many
    out += fmt::format("  {}\n", line);
  }
  return out.empty() ? "" : "The guest about its remapping unit\n" + out + "\n";
}

std::string check_lines(const char *who, const std::vector<guest::Check> &checks, bool all) {
  std::string out;
  for (const guest::Check &check : checks) {
    if (check.passed && !all) continue;
    out += fmt::format("  {}  {:<6}{}{}\n", check.passed ? "ok  " : "FAIL", who, check.name,
                       check.passed ? "" : ": " + check.detail);
  }
  return out;
}

std::string check_count(const char *who, const std::vector<guest::Check> &checks) {
  const auto passed = std::ranges::count_if(checks, &guest::Check::passed);
  return fmt::format("{} of {} on the {}", passed, checks.size(), who);
}

std::string checks(const VmResult &result) {
  const auto &guest = result.console.checks;
  if (guest.empty() && result.disk_checks.empty()) return "";
  std::string out = fmt::format("Checks passed: {}, {}\n", check_count("guest", guest),
                                check_count("host", result.disk_checks));
  out += check_lines("guest", guest, result.options.checks);
  out += check_lines("host", result.disk_checks, result.options.checks);
  for (const guest::Check &skipped : result.console.skipped) {
    out += fmt::format("  not made: {}: {}\n", skipped.name, skipped.detail);
  }
  return out + "\n";
}

// Who judged a fault; where there is one unit, its name tells nothing.
std::vector<std::string> unit_names(const VmResult &result) {
  if (!result.several_units()) return {"unit"};
  std::vector<std::string> names;
  for (const UnitResult &unit : result.units) names.push_back(unit.name);
  return names;
}

std::string faults(const VmResult &result) {
  const auto list = fault_list(result.statistics().faults, result.console.faults);
  const bool printed = result.kind != GuestKind::kBareMetal;
  std::string out = fault_text(list, unit_names(result), printed);
  for (const std::string &line : unexplained(list, result.console.faults)) {
    out += fmt::format("  unit   (no such fault)\n  guest  {}\n", line);
  }
  if (out.empty()) return "";
  return fmt::format("Faults, as the {} judged them{}\n{}\n",
                     result.several_units() ? "units" : "unit",
                     printed ? " and as the guest printed them" : "", out);
}

// "dmar1, registers at FED91000h: disk 0, the I/O APIC"
std::string heading(const VmResult &result, std::size_t number) {
  if (!result.several_units()) return "The unit\n";
  const UnitResult &unit = result.units[number];
  return fmt::format("{}, registers at {:08X}h: {}\n", unit.name, unit.plan.registers,
                     fmt::join(covered_by(result, number), ", "));
}

std::string counts(const VmResult &result, std::size_t number) {
  const cosim::Statistics &did = result.units[number].statistics;
  const bench::Counters &unit = did.unit;
  std::string out = heading(result, number);
  out += row("DMA requests", did.dma(),
             fmt::format("{} reads, {} writes, {} bytes moved", grouped(did.dma_reads),
                         grouped(did.dma_writes), grouped(did.dma_bytes)));
  out += row("translated", did.dma_translated,
             fmt::format("{} more without tables, {} blocked", grouped(did.dma_identity),
                         grouped(did.dma_blocked)));
  const std::string posted =
      did.interrupts_posted == 0
          ? ""
          : fmt::format("{} posted with {} notifications, ", grouped(did.interrupts_posted),
                        grouped(did.notifications));
  out +=
      row("interrupt messages", did.interrupts,
          fmt::format("{} remapped, {}{} unchanged, {} blocked", grouped(did.interrupts_remapped),
                      posted, grouped(did.interrupts_unchanged), grouped(did.interrupts_blocked)));
  out += row("invalidations", did.invalidations(),
             fmt::format("{} IOTLB, {} context, {} interrupt entry, {} waits",
                         grouped(did.iotlb_invalidations), grouped(did.context_invalidations),
                         grouped(did.interrupt_invalidations), grouped(did.status_writes)));
  if (did.translation_requests != 0) {
    out += row("translation requests", did.translation_requests,
               fmt::format("{} granted (golden model: {})", grouped(did.translations_granted),
                           grouped(did.golden_translations_granted)));
    out += row("translated requests", did.dma_by_device_tlb,
               "DMA requests by an address that a device was told");
    out += row("messages to device TLBs", did.device_tlb_invalidations,
               fmt::format("invalidations (golden model: {}); {} answers, {} not answered in time",
                           grouped(did.golden_device_tlb_invalidations),
                           grouped(did.device_tlb_completions), grouped(did.device_tlb_timeouts)));
  }
  if (did.not_granted != 0) {
    out += row("forged requests", did.not_granted,
               fmt::format("translated, but by no translation that was granted; {} let through",
                           grouped(did.not_granted_passed)));
  }
  out += row("faults", did.faults.size(),
             fmt::format("{} event messages", grouped(did.events - did.notifications)));
  out += row("register accesses", did.register_reads + did.register_writes,
             fmt::format("{} reads, {} writes", grouped(did.register_reads),
                         grouped(did.register_writes)));
  out += row("hits", unit.hits, percent(unit.hits, unit.requests));
  out += row("walks", unit.walks, fmt::format("{} table reads", grouped(unit.table_reads)));
  out += row("cycles", unit.cycles,
             fmt::format("{} a second while it works, {:.1f} s of {:.1f} s",
                         per_second(unit.cycles, did.seconds), did.seconds, result.end.seconds));
  if (did.raced + did.stale != 0) {
    out += row("answers of a moment ago", did.raced + did.stale, "legal: tables were changing");
  }
  if (!did.fault_log_compared) {
    out += "  fault records were not compared to the end: a fault met tables that just changed\n";
  }
  return out;
}

std::string device_tlbs(const VmResult &result) {
  std::string out;
  for (const cosim::Segment::DeviceTlbUse &one : result.device_tlbs) {
    out += row(one.name.c_str(), one.hits,
               fmt::format("hits, {} misses; {} entries dropped by {} invalidations, {} evicted",
                           grouped(one.misses), grouped(one.dropped), grouped(one.invalidations),
                           grouped(one.evicted)));
  }
  return out.empty() ? "" : "Device TLBs\n" + out + "\n";
}

std::string ending(const VmResult &result) {
  const cosim::MachineEnd &end = result.end;
  if (end.why != cosim::MachineEnd::Why::kGuest) return "was ended";
  if (result.console.power_down) return "powered off";
  if (!end.shutdown_reason.empty()) return fmt::format("ended ({})", end.shutdown_reason);
  return fmt::format("ended, QEMU status {}", end.qemu.status);
}

const char *kind_name(GuestKind kind) {
  switch (kind) {
    case GuestKind::kSelfTest:
      return "Linux with the self-test";
    case GuestKind::kShell:
      return "Linux with a shell";
    case GuestKind::kBounce:
      return "Linux with a measurement";
    case GuestKind::kOther:
      return "Linux with an initrd of yours";
    case GuestKind::kMachines:
      return "Linux with two virtual machines";
    case GuestKind::kBareMetal:
      return "a bare-metal kernel";
  }
  return "?";
}

// The end of what was printed, for a guest that says nothing else.
std::string tail(std::string_view text, std::size_t lines) {
  std::size_t begin = text.size();
  for (std::size_t found = 0; begin != 0; --begin) {
    if (text[begin - 1] == '\n' && begin != text.size() && ++found == lines) break;
  }
  return std::string(text.substr(begin));
}

nlohmann::ordered_json checks_json(const std::vector<guest::Check> &checks) {
  auto list = nlohmann::ordered_json::array();
  for (const guest::Check &check : checks) {
    list.push_back({{"name", check.name}, {"passed", check.passed}, {"detail", check.detail}});
  }
  return list;
}

nlohmann::ordered_json faults_json(const VmResult &result) {
  auto list = nlohmann::ordered_json::array();
  for (const FaultLine &line : fault_list(result.statistics().faults, result.console.faults)) {
    list.push_back({{"dmar", result.units.at(line.fault.unit).name},
                    {"cycle", line.fault.cycle},
                    {"record_high", fmt::format("{:#018x}", line.fault.record.hi)},
                    {"record_low", fmt::format("{:#018x}", line.fault.record.lo)},
                    {"reason", line.fault.record.reason()},
                    {"times", line.times},
                    {"expected", golden::dmesg_line(line.fault.record)},
                    {"guest", line.guest}});
  }
  return list;
}

nlohmann::ordered_json device_tlbs_json(const VmResult &result) {
  auto list = nlohmann::ordered_json::array();
  for (const cosim::Segment::DeviceTlbUse &one : result.device_tlbs) {
    list.push_back({{"name", one.name},
                    {"hits", one.hits},
                    {"misses", one.misses},
                    {"evicted", one.evicted},
                    {"discarded", one.discarded},
                    {"invalidations", one.invalidations},
                    {"dropped", one.dropped}});
  }
  return list;
}

// "default", or "2 units, default".
std::string rtl_name(const VmResult &result) {
  const std::string config = config_of(result.options);
  return result.several_units() ? fmt::format("{} units, {}", result.units.size(), config) : config;
}

}  // namespace

std::string vm_failure_text(const VmResult &result) {
  std::string out = mismatch_text(result.units);
  const std::vector<std::string> all = failures(result);
  for (const std::string &failure : all) out += fmt::format("failed: {}\n", failure);
  if (!all.empty() && !result.qemu_messages.empty()) {
    out += "QEMU said\n" + tail(result.qemu_messages, 20);
  }
  return out;
}

std::string vm_summary_text(const VmResult &result) {
  const bool machines = result.kind == GuestKind::kMachines;
  std::string out = guest_lines(result) + checks(result) + bounce_text(result);
  out += machines ? attacks_text(result) + traffic_text(result) : faults(result);
  for (std::size_t i = 0; i < result.units.size(); ++i) out += counts(result, i) + "\n";
  out += device_tlbs(result);
  if (result.forgotten_interrupts != 0) {
    out += row("forgotten by QEMU", result.forgotten_interrupts,
               "interrupts of a halted CPU, announced again") +
           "\n";
  }
  for (const UnitResult &unit : result.units) {
    if (unit.recorded_events == 0) continue;
    out += fmt::format("{} events recorded in {}\n", grouped(unit.recorded_events), unit.record);
  }
  const cosim::Statistics did = result.statistics();
  out += fmt::format(
      "{} ({}) {} after {:.1f} s: {} DMA requests and {} interrupts through the RTL "
      "({}), {} mismatches{}\n",
      kind_name(result.kind), result.kernel, ending(result), result.end.seconds, grouped(did.dma()),
      grouped(did.interrupts), rtl_name(result), grouped(result.mismatches()),
      failures(result).empty() ? "" : "; FAILED");
  return out;
}

std::string vm_json_text(const VmResult &result) {
  const std::vector<std::string> all = failures(result);
  nlohmann::ordered_json json{
      {"passed", all.empty()},
      {"failures", all},
      {"guest", kind_name(result.kind)},
      {"kernel", result.kernel},
      {"qemu", result.qemu_version},
      {"attach", cosim::name_of(result.attach)},
      {"config", config_of(result.options)},
      {"memory_latency", result.options.memory_latency},
      {"ending", ending(result)},
      {"qemu_status", result.end.qemu.status},
      {"seconds", result.end.seconds},
      {"forgotten_interrupts", result.forgotten_interrupts},
  };
  json.update(statistics_json(result.statistics()));
  json["recorded_events"] = result.recorded_events();
  json["mismatches"] = result.mismatches();
  json["units"] = units_json(result);
  json["device_tlbs"] = device_tlbs_json(result);
  json["dmar_lines"] = result.console.dmar_lines;
  json["guest_checks"] = checks_json(result.console.checks);
  json["host_checks"] = checks_json(result.disk_checks);
  json["fault_list"] = faults_json(result);
  if (result.kind == GuestKind::kBounce) json["bounce"] = bounce_json(result);
  json["traffic"] = traffic_json(result);
  if (result.kind == GuestKind::kMachines) json["attacks"] = attacks_json(result);
  json["first_mismatches"] = mismatches_json(result.units);
  // What a guest prints is bytes, JSON is UTF-8.
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace dmar::sim
