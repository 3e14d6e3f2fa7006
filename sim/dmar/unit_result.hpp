// SPDX-License-Identifier: Apache-2.0
// What each remapping unit of a machine did, and all of them together.
#ifndef DMAR_SIM_UNIT_RESULT_HPP
#define DMAR_SIM_UNIT_RESULT_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "cosim/statistics.hpp"
#include "cosim/traffic.hpp"
#include "cosim/unit_plan.hpp"

namespace dmar::sim {

struct UnitResult {
  std::string name = "dmar0";  // as Linux names it, in the order of the DMAR table
  cosim::UnitPlan plan = {};
  cosim::Statistics statistics = {};
  cosim::Traffic traffic = {};
  cosim::Differences differences = {};
  std::string record = {};  // file of its trace; empty: none
  std::uint64_t recorded_events = 0;
};

// Adds what unit number `unit` did; its faults keep that number.
void add(cosim::Statistics &total, const cosim::Statistics &more, std::size_t unit);

// Of all.
cosim::Statistics statistics_of(const std::vector<UnitResult> &units);
std::uint64_t mismatches_of(const std::vector<UnitResult> &units);
std::uint64_t recorded_events_of(const std::vector<UnitResult> &units);

}  // namespace dmar::sim

#endif  // DMAR_SIM_UNIT_RESULT_HPP
