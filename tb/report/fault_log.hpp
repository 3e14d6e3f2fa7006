// SPDX-License-Identifier: Apache-2.0
// The faults of one unit. Neighbouring faults of one source, reason and page (or interrupt index)
// are one line; lines beyond a bound are only counted.
#ifndef DMAR_REPORT_FAULT_LOG_HPP
#define DMAR_REPORT_FAULT_LOG_HPP

#include <cstdint>
#include <map>
#include <vector>

#include "report/sink.hpp"

namespace dmar::report {

struct FaultLine {
  FaultSeen first = {};
  std::uint64_t times = 1;
  std::uint64_t last_cycle = 0;
};

class FaultLog {
 public:
  static constexpr std::size_t kMost = 400;  // lines

  void add(const FaultSeen &seen);
  // It would begin a line that is kept.
  [[nodiscard]] bool begins_line(const FaultSeen &seen) const {
    return lines_.size() < kMost && !continues(seen);
  }

  [[nodiscard]] const std::vector<FaultLine> &lines() const { return lines_; }
  [[nodiscard]] std::uint64_t total() const { return total_; }
  // Faults that are in no line.
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }
  [[nodiscard]] const std::map<std::uint8_t, std::uint64_t> &reasons() const { return reasons_; }

 private:
  [[nodiscard]] bool continues(const FaultSeen &seen) const;

  std::vector<FaultLine> lines_;
  std::uint64_t total_ = 0;
  std::uint64_t left_out_ = 0;
  std::map<std::uint8_t, std::uint64_t> reasons_;
};

}  // namespace dmar::report

#endif  // DMAR_REPORT_FAULT_LOG_HPP
