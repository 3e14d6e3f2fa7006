// SPDX-License-Identifier: Apache-2.0
// Faults as the unit judged them, beside what the guest's kernel printed about each.
#ifndef DMAR_SIM_FAULT_LIST_HPP
#define DMAR_SIM_FAULT_LIST_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "cosim/statistics.hpp"
#include "guest/guest.hpp"

namespace dmar::sim {

// Neighbouring faults of one unit, source, reason and page (or interrupt index) are one line.
struct FaultLine {
  cosim::Fault fault;  // the first of them
  std::uint64_t times = 1;
  std::string guest = {};  // the line of the kernel log, empty: not printed
};

std::vector<FaultLine> fault_list(const std::vector<cosim::Fault> &faults,
                                  const std::vector<guest::ReportedFault> &reported);

// Lines of the guest that belong to no fault of the unit.
std::vector<std::string> unexplained(const std::vector<FaultLine> &list,
                                     const std::vector<guest::ReportedFault> &reported);

// `units`: what each is called, at most 6 characters. `printed`: the guest prints faults, so a line
// of each is expected.
std::string fault_text(const std::vector<FaultLine> &list, const std::vector<std::string> &units,
                       bool printed);

}  // namespace dmar::sim

#endif  // DMAR_SIM_FAULT_LIST_HPP
