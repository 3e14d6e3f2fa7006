// SPDX-License-Identifier: Apache-2.0
// See vms_summary.hpp.
#include "vms_summary.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "dmar/fault_names.hpp"
#include "golden/explain.hpp"
#include "grouped.hpp"
#include "guest/console_fault.hpp"

namespace dmar::sim {

namespace {

using Json = nlohmann::ordered_json;

constexpr unsigned kForeignEntry = static_cast<unsigned>(FaultReason::kInterruptSourceInvalid);
constexpr std::uint64_t kOffset = 0xFFF;  // in a page; faults have none

bool belongs(const cosim::Fault &fault, const guest::Attack &attack) {
  const golden::FaultRecord &record = fault.record;
  const auto reported = guest::parse_fault(attack.report);
  if (reported &&
      (reported->reason != record.reason() || reported->source_id != record.source_id().raw())) {
    return false;
  }
  return is_interrupt_fault(FaultReason(record.reason()))
             ? record.interrupt_index() == attack.where
             : (record.fault_info() & ~kOffset) == (attack.where & ~kOffset);
}

std::string name_of(const VmResult &result, std::uint16_t source) {
  const auto found = std::ranges::find_if(result.functions, [&](const FunctionResult &function) {
    return function.source.raw() == source;
  });
  return found == result.functions.end() ? "" : found->name;
}

std::string text_of(std::uint16_t source) { return golden::device_name(SourceId(source)); }

// Entries of the interrupt-remapping table of a unit that belong to a function of another machine
// than the attacker.
std::set<std::uint32_t> foreign_indices(const VmResult &result, std::size_t unit,
                                        std::uint16_t attacker) {
  std::set<std::uint32_t> indices;
  for (const auto &[source, traffic] : result.units.at(unit).traffic.sources()) {
    if (source == attacker || name_of(result, source).empty()) continue;
    indices.insert(traffic.interrupt_indices.begin(), traffic.interrupt_indices.end());
  }
  return indices;
}

bool of_entry(const cosim::Fault &fault) { return fault.record.reason() == kForeignEntry; }

bool of_foreign_entry(const VmResult &result, const cosim::Fault &fault) {
  return of_entry(fault) && foreign_indices(result, fault.unit, fault.record.source_id().raw())
                                .contains(fault.record.interrupt_index());
}

std::string traffic_text(const VmResult &result, const UnitResult &unit) {
  std::string out =
      fmt::format("Who reached what{}\n", result.several_units() ? " through " + unit.name : "");
  out +=
      "  function                         requests     hits  blocked  interrupts  blocked"
      "  resets  domains\n";
  for (const auto &[source, traffic] : unit.traffic.sources()) {
    std::uint64_t resets = 0;
    for (const FunctionResult &function : result.functions) {
      if (function.source.raw() == source)
        resets = function.function_resets + function.power_resets;
    }
    const std::string name = name_of(result, source);
    out += fmt::format(
        "  {:<8} {:<21} {:>10} {:>7.1f}% {:>8} {:>11} {:>8} {:>7}  {}\n", text_of(source),
        name.empty() ? "I/O APIC" : name, grouped(traffic.requests()),
        traffic.requests() == 0
            ? 0.0
            : 100.0 * static_cast<double>(traffic.hits) / static_cast<double>(traffic.requests()),
        grouped(traffic.blocked), grouped(traffic.interrupts), grouped(traffic.interrupts_blocked),
        resets, fmt::join(traffic.domains, " "));
  }
  out += "  domain   requests     hits    walks   faults  invalidations  functions\n";
  for (const auto &[domain, traffic] : unit.traffic.domains()) {
    std::vector<std::string> sources;
    for (const std::uint16_t source : traffic.sources) sources.push_back(text_of(source));
    out += fmt::format("  {:>6} {:>10} {:>8} {:>8} {:>8} {:>14}  {}\n", domain,
                       grouped(traffic.requests), grouped(traffic.hits),
                       grouped(traffic.requests - traffic.hits), grouped(traffic.faults),
                       grouped(traffic.invalidations), fmt::join(sources, " "));
  }
  out += fmt::format("  {} invalidations of every domain\n",
                     grouped(unit.traffic.global_invalidations()));
  for (const auto &[source, traffic] : unit.traffic.sources()) {
    for (const auto &[phase, did] : traffic.phases) {
      if (name_of(result, source).empty() || did.bytes == 0) continue;
      out += fmt::format("  {}, {}: {} requests, {} bytes, {:.1f} cycles from request to answer\n",
                         text_of(source), phase, grouped(did.requests), grouped(did.bytes),
                         did.latency());
    }
  }
  return out + "\n";
}

void add_functions(const VmResult &result, const UnitResult &unit, Json &functions) {
  for (const auto &[source, traffic] : unit.traffic.sources()) {
    Json phases = Json::object();
    for (const auto &[phase, did] : traffic.phases) {
      phases[phase] = {{"requests", did.requests},
                       {"bytes", did.bytes},
                       {"cycles", did.cycles},
                       {"latency", did.latency()}};
    }
    functions.push_back({{"source", text_of(source)},
                         {"name", name_of(result, source)},
                         {"dmar", unit.name},
                         {"reads", traffic.reads},
                         {"writes", traffic.writes},
                         {"bytes", traffic.bytes},
                         {"hits", traffic.hits},
                         {"blocked", traffic.blocked},
                         {"interrupts", traffic.interrupts},
                         {"interrupts_blocked", traffic.interrupts_blocked},
                         {"domains", traffic.domains},
                         {"interrupt_indices", traffic.interrupt_indices},
                         {"phases", phases}});
  }
}

void add_domains(const UnitResult &unit, Json &domains) {
  for (const auto &[domain, traffic] : unit.traffic.domains()) {
    domains.push_back({{"domain", domain},
                       {"dmar", unit.name},
                       {"requests", traffic.requests},
                       {"hits", traffic.hits},
                       {"walks", traffic.requests - traffic.hits},
                       {"faults", traffic.faults},
                       {"invalidations", traffic.invalidations}});
  }
}

}  // namespace

std::vector<AttackResult> attack_results(const VmResult &result) {
  std::vector<AttackResult> out;
  const std::vector<cosim::Fault> faults = result.statistics().faults;
  for (const guest::Attack &attack : result.console.attacks) {
    AttackResult one{.attack = attack};
    const auto found = std::ranges::find_if(
        faults, [&](const cosim::Fault &fault) { return belongs(fault, attack); });
    if (found != faults.end()) one.fault = *found;
    out.push_back(std::move(one));
  }
  return out;
}

void add_attack_failures(const VmResult &result, std::vector<std::string> &out) {
  for (const AttackResult &one : attack_results(result)) {
    if (!one.fault) {
      out.push_back(fmt::format("attack: {}: the unit saw no fault at {:#x}", one.attack.name,
                                one.attack.where));
    }
  }
  const std::vector<cosim::Fault> faults = result.statistics().faults;
  const bool tried = std::ranges::any_of(faults, of_entry);
  const bool foreign = std::ranges::any_of(
      faults, [&](const cosim::Fault &fault) { return of_foreign_entry(result, fault); });
  if (tried && !foreign) {
    out.emplace_back("attack: no interrupt entry was tried that another machine uses");
  }
  if (result.console.finished && result.console.attacks.empty()) {
    out.emplace_back("the guest reported no attack");
  }
}

std::string attacks_text(const VmResult &result) {
  std::string out;
  for (const AttackResult &one : attack_results(result)) {
    out += fmt::format("  tried  {} ({:#x})\n", one.attack.name, one.attack.where);
    out += one.fault
               ? fmt::format("  {:<6} cycle {}: blocked, {:02X}h {}\n",
                             result.several_units() ? result.units[one.fault->unit].name : "unit",
                             grouped(one.fault->cycle), one.fault->record.reason(),
                             fault_name(FaultReason(one.fault->record.reason())).description)
               : "  unit   saw no such fault\n";
    out += fmt::format("  host   {}\n", one.reported() ? one.attack.report : "(not reported)");
  }
  return out.empty() ? "" : "Attacks of the user machine\n" + out + "\n";
}

std::string traffic_text(const VmResult &result) {
  std::string out;
  for (const UnitResult &unit : result.units) out += traffic_text(result, unit);
  return out;
}

Json attacks_json(const VmResult &result) {
  Json list = Json::array();
  for (const AttackResult &one : attack_results(result)) {
    Json json{{"name", one.attack.name},
              {"where", fmt::format("{:#x}", one.attack.where)},
              {"blocked", one.fault.has_value()},
              {"reason", one.fault ? one.fault->record.reason() : 0},
              {"cycle", one.fault ? one.fault->cycle : 0},
              {"host", one.attack.report}};
    list.push_back(std::move(json));
  }
  return list;
}

Json traffic_json(const VmResult &result) {
  Json functions = Json::array();
  Json domains = Json::array();
  std::uint64_t global_invalidations = 0;
  for (const UnitResult &unit : result.units) {
    add_functions(result, unit, functions);
    add_domains(unit, domains);
    global_invalidations += unit.traffic.global_invalidations();
  }
  return {{"functions", functions},
          {"domains", domains},
          {"global_invalidations", global_invalidations}};
}

}  // namespace dmar::sim
