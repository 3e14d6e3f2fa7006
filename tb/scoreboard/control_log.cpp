// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "scoreboard/control_log.hpp"

#include <iterator>

namespace dmar::bench {

void ControlLog::change(const golden::ControlState &next, Time given) {
  periods_.push_back({.state = next, .from = given});
}

void ControlLog::settled(Time seen) {
  for (auto one = std::next(periods_.rbegin()); one != periods_.rend(); ++one) {
    if (one->until != Memory::kForever) break;
    one->until = seen;
  }
}

std::vector<golden::ControlState> ControlLog::possible(Time judged, Time used) const {
  std::vector<golden::ControlState> states;
  for (const Period &period : periods_) {
    if (period.from <= judged && used <= period.until) states.push_back(period.state);
  }
  return states;
}

}  // namespace dmar::bench
