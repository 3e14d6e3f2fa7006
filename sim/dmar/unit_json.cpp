// SPDX-License-Identifier: Apache-2.0
// See unit_json.hpp.
#include "unit_json.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

namespace dmar::sim {

using Json = nlohmann::ordered_json;

std::vector<std::string> covered_by(const VmResult &result, std::size_t unit) {
  std::vector<std::string> names;
  for (const FunctionResult &function : result.functions) {
    if (function.unit == unit) names.push_back(function.name);
  }
  const cosim::UnitPlan &plan = result.units.at(unit).plan;
  if (plan.ioapic) names.emplace_back("the I/O APIC");
  if (plan.include_pci_all) names.emplace_back("all else");
  return names;
}

Json statistics_json(const cosim::Statistics &did) {
  return {{"rtl_seconds", did.seconds},
          {"dma_reads", did.dma_reads},
          {"dma_writes", did.dma_writes},
          {"dma_bytes", did.dma_bytes},
          {"dma_translated", did.dma_translated},
          {"dma_identity", did.dma_identity},
          {"dma_by_device_tlb", did.dma_by_device_tlb},
          {"dma_blocked", did.dma_blocked},
          {"translation_requests", did.translation_requests},
          {"translations_granted", did.translations_granted},
          {"golden_translations_granted", did.golden_translations_granted},
          {"interrupts", did.interrupts},
          {"interrupts_remapped", did.interrupts_remapped},
          {"interrupts_posted", did.interrupts_posted},
          {"notifications", did.notifications},
          {"interrupts_unchanged", did.interrupts_unchanged},
          {"interrupts_blocked", did.interrupts_blocked},
          {"iotlb_invalidations", did.iotlb_invalidations},
          {"context_invalidations", did.context_invalidations},
          {"interrupt_invalidations", did.interrupt_invalidations},
          {"device_tlb_invalidations", did.device_tlb_invalidations},
          {"golden_device_tlb_invalidations", did.golden_device_tlb_invalidations},
          {"device_tlb_completions", did.device_tlb_completions},
          {"device_tlb_timeouts", did.device_tlb_timeouts},
          {"not_granted", did.not_granted},
          {"not_granted_passed", did.not_granted_passed},
          {"status_writes", did.status_writes},
          {"events", did.events},
          {"register_reads", did.register_reads},
          {"register_writes", did.register_writes},
          {"registers_compared", did.registers_compared},
          {"raced", did.raced},
          {"stale", did.stale},
          {"fault_log_compared", did.fault_log_compared},
          {"faults", did.faults.size()},
          {"hits", did.unit.hits},
          {"walks", did.unit.walks},
          {"table_reads", did.unit.table_reads},
          {"cycles", did.unit.cycles}};
}

Json units_json(const VmResult &result) {
  Json list = Json::array();
  for (std::size_t i = 0; i < result.units.size(); ++i) {
    const UnitResult &unit = result.units[i];
    Json json{{"name", unit.name},
              {"registers", fmt::format("{:#x}", unit.plan.registers)},
              {"segment", unit.plan.segment},
              {"covers", covered_by(result, i)}};
    json.update(statistics_json(unit.statistics));
    json["record"] = unit.record;
    json["recorded_events"] = unit.recorded_events;
    json["mismatches"] = unit.differences.count;
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace dmar::sim
