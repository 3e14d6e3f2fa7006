// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "fuzz/statistics.hpp"

namespace dmar::bench {

FuzzStatistics &FuzzStatistics::operator+=(const FuzzStatistics &other) {
  runs += other.runs;
  cycles += other.cycles;
  requests += other.requests;
  single += other.single;
  forwarded += other.forwarded;
  interrupts += other.interrupts;
  posted += other.posted;
  translations += other.translations;
  device_tlb_flushes += other.device_tlb_flushes;
  faults += other.faults;
  hits += other.hits;
  walks += other.walks;
  changes += other.changes;
  invalidations += other.invalidations;
  control_changes += other.control_changes;
  queue_errors += other.queue_errors;
  completion_errors += other.completion_errors;
  time_outs += other.time_outs;
  status_writes += other.status_writes;
  fault_records += other.fault_records;
  for (const auto &[reason, count] : other.reasons) reasons[reason] += count;
  return *this;
}

}  // namespace dmar::bench
