// SPDX-License-Identifier: Apache-2.0
// From the counts of the groups to figures and holes.
#ifndef DMAR_COVERAGE_REPORT_FUNCTIONAL_HPP
#define DMAR_COVERAGE_REPORT_FUNCTIONAL_HPP

#include <map>
#include <string>
#include <vector>

#include "coverage/groups.hpp"
#include "coverage/report/modules.hpp"

namespace dmar::coverage {

struct GroupReport {
  std::string name;
  std::string title;
  Figure bins = {};
  std::vector<std::string> holes = {};               // labels of bins never hit
  std::map<std::string, std::size_t> excluded = {};  // bins by reason
  std::vector<std::string> errors = {};              // bins hit although excluded
};

GroupReport report_of(const Group &group);

// The values of the first axis that no bin has hit.
std::vector<std::string> missing_values(const Group &group);

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_REPORT_FUNCTIONAL_HPP
