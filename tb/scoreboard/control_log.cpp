// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "scoreboard/control_log.hpp"

#include <stdexcept>

namespace dmar::bench {

void ControlLog::change(const golden::ControlState &next, Time given) {
  if (periods_.size() > 1 && periods_[periods_.size() - 2].until == Memory::kForever) {
    throw std::logic_error("the control state changed before the last change had settled");
  }
  periods_.push_back({.state = next, .from = given});
}

void ControlLog::settled(Time seen) {
  if (periods_.size() < 2) return;
  Period &last = periods_[periods_.size() - 2];
  if (last.until == Memory::kForever) last.until = seen;
}

std::vector<golden::ControlState> ControlLog::possible(Time judged, Time used) const {
  std::vector<golden::ControlState> states;
  for (const Period &period : periods_) {
    if (period.from <= judged && used <= period.until) states.push_back(period.state);
  }
  return states;
}

}  // namespace dmar::bench
