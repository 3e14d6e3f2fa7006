// SPDX-License-Identifier: Apache-2.0
// See unit_result.hpp.
#include "unit_result.hpp"

namespace dmar::sim {

namespace {

using cosim::Statistics;

constexpr std::uint64_t Statistics::*kCounts[] = {
    &Statistics::dma_reads,
    &Statistics::dma_writes,
    &Statistics::dma_bytes,
    &Statistics::dma_translated,
    &Statistics::dma_identity,
    &Statistics::dma_blocked,
    &Statistics::dma_by_device_tlb,
    &Statistics::translation_requests,
    &Statistics::translations_granted,
    &Statistics::golden_translations_granted,
    &Statistics::device_tlb_invalidations,
    &Statistics::golden_device_tlb_invalidations,
    &Statistics::device_tlb_completions,
    &Statistics::device_tlb_timeouts,
    &Statistics::not_granted,
    &Statistics::not_granted_passed,
    &Statistics::interrupts,
    &Statistics::interrupts_remapped,
    &Statistics::interrupts_posted,
    &Statistics::notifications,
    &Statistics::interrupts_unchanged,
    &Statistics::interrupts_blocked,
    &Statistics::context_invalidations,
    &Statistics::iotlb_invalidations,
    &Statistics::interrupt_invalidations,
    &Statistics::status_writes,
    &Statistics::events,
    &Statistics::register_reads,
    &Statistics::register_writes,
    &Statistics::registers_compared,
    &Statistics::raced,
    &Statistics::stale,
    &Statistics::resets,
};

using bench::Counters;

constexpr std::uint64_t Counters::*kUnitCounts[] = {
    &Counters::requests,    &Counters::hits,        &Counters::walks,
    &Counters::table_reads, &Counters::queue_reads, &Counters::cycles,
};

}  // namespace

void add(Statistics &total, const Statistics &more, std::size_t unit) {
  for (const auto count : kCounts) total.*count += more.*count;
  for (const auto count : kUnitCounts) total.unit.*count += more.unit.*count;
  total.seconds += more.seconds;
  total.fault_log_compared = total.fault_log_compared && more.fault_log_compared;
  for (cosim::Fault fault : more.faults) {
    fault.unit = unit;
    total.faults.push_back(fault);
  }
}

Statistics statistics_of(const std::vector<UnitResult> &units) {
  Statistics total;
  for (std::size_t i = 0; i < units.size(); ++i) add(total, units[i].statistics, i);
  return total;
}

std::uint64_t mismatches_of(const std::vector<UnitResult> &units) {
  std::uint64_t count = 0;
  for (const UnitResult &unit : units) count += unit.differences.count;
  return count;
}

std::uint64_t recorded_events_of(const std::vector<UnitResult> &units) {
  std::uint64_t count = 0;
  for (const UnitResult &unit : units) count += unit.recorded_events;
  return count;
}

}  // namespace dmar::sim
