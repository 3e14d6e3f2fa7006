// SPDX-License-Identifier: Apache-2.0
// What a replay found: how much was compared, and everything that did not match.
#ifndef DMAR_TRACE_REPORT_HPP
#define DMAR_TRACE_REPORT_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "trace/target.hpp"

namespace dmar::trace {

// One comparison that failed. All values in the notation of trace lines.
struct Mismatch {
  unsigned line = 0;  // of the event in the trace
  std::string what;   // "dma w 0030 deadb000 64"
  std::string unit;
  std::string golden;
  std::string recorded;
};

// A blocked request as the unit under test recorded it.
struct RecordedFault {
  unsigned line = 0;
  std::uint64_t low = 0;  // the two halves of the fault record
  std::uint64_t high = 0;
};

struct Report {
  // Compared with the golden model and with the recording.
  std::uint64_t dma = 0;
  std::uint64_t interrupts = 0;            // all
  std::uint64_t interrupts_remapped = 0;   // left as their table entry says
  std::uint64_t interrupts_unchanged = 0;  // left as they came
  std::uint64_t interrupts_posted = 0;     // to a descriptor in memory
  std::uint64_t interrupts_blocked = 0;
  std::uint64_t translation_requests = 0;  // of devices
  std::uint64_t device_tlb_messages = 0;
  std::uint64_t register_reads = 0;
  std::uint64_t status_writes = 0;
  std::uint64_t events = 0;
  std::uint64_t faults = 0;  // blocked requests, each with the fault records it left

  std::uint64_t register_writes = 0;  // carried out
  std::uint64_t extra_polls = 0;      // reads beyond those recorded
  std::uint64_t dma_bytes = 0;        // moved and found at the right place

  std::uint64_t mismatches = 0;          // all
  std::vector<Mismatch> first;           // the first of them
  std::vector<std::string> notes;        // differences that are no fault of the unit
  std::vector<RecordedFault> fault_log;  // in the order in which they were recorded
  Counters counters;
  bool complete = false;  // false: stopped, or the unit failed in a way that ended the replay
  bool stopped = false;   // because somebody asked for it
};

}  // namespace dmar::trace

#endif  // DMAR_TRACE_REPORT_HPP
