// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "fuzz/run_case.hpp"

#include "fuzz/machine.hpp"
#include "fuzz/software.hpp"

namespace dmar::bench {
namespace {

FuzzStatistics statistics_of(Machine &machine, const Software &software) {
  const Scoreboard::Statistics &checks = machine.scoreboard().statistics();
  const Software::Statistics &work = software.statistics();
  const Counters counters = machine.unit().counters();
  return {.runs = 1,
          .cycles = machine.cycle(),
          .requests = checks.checks,
          .single = checks.single,
          .forwarded = checks.forwarded,
          .interrupts = checks.interrupts,
          .posted = checks.posted,
          .translations = checks.entries,
          .device_tlb_flushes = machine.device_answers().requests(),
          .faults = checks.faults,
          .hits = counters.hits,
          .walks = counters.walks,
          .changes = work.changes,
          .invalidations = machine.oracle().invalidations(),
          .control_changes = work.control_changes,
          .queue_errors = work.queue_errors,
          .completion_errors = work.completion_errors,
          .time_outs = work.time_outs,
          .status_writes = machine.status_writes(),
          .fault_records = machine.faults().records_read(),
          .reasons = checks.reasons};
}

}  // namespace

FuzzResult run_case(const FuzzCase &one, const std::optional<WaveWindow> &wave) {
  Machine machine(one, wave);
  Software software(machine, one);
  FuzzResult result;
  try {
    software.start();
    software.run(one.cycles);
    software.finish();
  } catch (const std::exception &error) {
    result.failure = make_failure(error.what(), machine.cycle());
  }
  result.statistics = statistics_of(machine, software);
  return result;
}

}  // namespace dmar::bench
