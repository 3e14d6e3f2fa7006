// SPDX-License-Identifier: Apache-2.0
// See fault_log.hpp.
#include "report/fault_log.hpp"

namespace dmar::report {

bool FaultLog::continues(const FaultSeen &seen) const {
  if (lines_.empty() || left_out_ != 0) return false;
  const golden::FaultRecord &last = lines_.back().first.record;
  return last.source_id() == seen.record.source_id() && last.reason() == seen.record.reason() &&
         last.fault_info() == seen.record.fault_info() && last.t1() == seen.record.t1();
}

void FaultLog::add(const FaultSeen &seen) {
  ++total_;
  ++reasons_[seen.record.reason()];
  if (continues(seen)) {
    ++lines_.back().times;
    lines_.back().last_cycle = seen.cycle;
  } else if (lines_.size() < kMost) {
    lines_.push_back({.first = seen, .times = 1, .last_cycle = seen.cycle});
  } else {
    ++left_out_;
  }
}

}  // namespace dmar::report
