// SPDX-License-Identifier: Apache-2.0
// What units do as a trace file: a group of tracks for each function, each domain and each unit.
// One cycle is shown as 10 ns, as in wave files.
#ifndef DMAR_REPORT_TIMELINE_HPP
#define DMAR_REPORT_TIMELINE_HPP

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "report/names.hpp"
#include "report/sink.hpp"
#include "report/trace_file.hpp"

namespace dmar::report {

class Timeline : public Sink {
 public:
  static constexpr std::uint64_t kNanosecondsPerCycle = 10;
  static constexpr std::uint64_t kCounterStep = 2048;  // cycles between two values of a counter

  // `names` outlives it, and is complete before the first event.
  Timeline(const std::filesystem::path &path, const Names &names) : file_(path), names_(names) {}

  void request(unsigned unit, const RequestSeen &seen) override;
  void table_read(unsigned unit, const TableReadSeen &seen) override;
  void invalidation(unsigned unit, const InvalidationSeen &seen) override;
  void fault(unsigned unit, const FaultSeen &seen) override;
  void message(unsigned unit, const MessageSeen &seen) override;
  void mark(unsigned unit, std::uint64_t cycle, const std::string &name) override;
  [[nodiscard]] bool wants_explanation(unsigned, const FaultSeen &) const override {
    return faults_ < kExplained;
  }

  // See TraceFile::finish().
  void finish(TraceFile::Json facts);

 private:
  static constexpr std::uint64_t kExplained = 1000;  // faults
  // Of the step of time that is under way.
  struct Step {
    std::uint64_t number = 0;
    std::uint64_t requests = 0;
    std::uint64_t hits = 0;
    std::uint64_t cycles = 0;  // that requests took, in sum
  };

  TraceFile::Process unit_process(unsigned unit);
  TraceFile::Process function_process(unsigned unit, SourceId source);
  TraceFile::Process domain_process(unsigned unit, std::uint16_t domain);
  void count(unsigned unit, const RequestSeen &seen);
  void put_counters(unsigned unit, const Step &step);

  TraceFile file_;
  const Names &names_;
  std::vector<Step> steps_;  // by unit
  std::uint64_t faults_ = 0;
};

}  // namespace dmar::report

#endif  // DMAR_REPORT_TIMELINE_HPP
