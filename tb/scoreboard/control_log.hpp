// SPDX-License-Identifier: Apache-2.0
// The control states of a unit over time. A change is legal in effect from the moment software
// asks for it, and must be in effect once its status says so.
#ifndef DMAR_SCOREBOARD_CONTROL_LOG_HPP
#define DMAR_SCOREBOARD_CONTROL_LOG_HPP

#include <vector>

#include "golden/translate.hpp"
#include "memory/memory.hpp"

namespace dmar::bench {

class ControlLog {
 public:
  using Time = Memory::Time;

  // Changes that follow each other without a settled() between them may all be in force.
  void change(const golden::ControlState &next, Time given);
  // Software saw the status of the last change, and so of all before; without one under way it
  // does nothing.
  void settled(Time seen);

  // The states that a request judged at `judged`, and performed at `used`, may have been under.
  [[nodiscard]] std::vector<golden::ControlState> possible(Time judged, Time used) const;

 private:
  struct Period {
    golden::ControlState state = {};
    Time from = 0;
    Time until = Memory::kForever;
  };

  std::vector<Period> periods_{Period{}};
};

}  // namespace dmar::bench

#endif  // DMAR_SCOREBOARD_CONTROL_LOG_HPP
