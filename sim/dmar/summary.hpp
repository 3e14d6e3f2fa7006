// SPDX-License-Identifier: Apache-2.0
// The result of a replay for people (text) and for programs (JSON).
#ifndef DMAR_SIM_SUMMARY_HPP
#define DMAR_SIM_SUMMARY_HPP

#include <string>

#include "backend.hpp"
#include "trace/report.hpp"

namespace dmar::sim {

struct RunResult {
  std::string trace;
  BackendOptions options;
  trace::Report report;
  double seconds = 0;  // wall clock of the replay
};

// The mismatches that were kept, one paragraph each, with how many were left out.
std::string mismatch_text(const RunResult &result);

// What was compared, what the unit did, faults in the wording of a Linux kernel log. The last line
// is the verdict.
std::string summary_text(const RunResult &result);

// One JSON object. The whole numbers dma, interrupts, interrupts_remapped, interrupts_unchanged,
// interrupts_blocked, faults, register_reads, register_writes,
// status_writes, events, hits, walks, table_reads, cycles and mismatches are at the top level.
std::string json_text(const RunResult &result);

}  // namespace dmar::sim

#endif  // DMAR_SIM_SUMMARY_HPP
