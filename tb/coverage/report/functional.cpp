// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "coverage/report/functional.hpp"

#include <fmt/format.h>

namespace dmar::coverage {

GroupReport report_of(const Group &group) {
  GroupReport report{.name = group.name(), .title = group.title()};
  for (std::size_t k = 0; k < group.size(); ++k) {
    const bool hit = group.count(k) != 0;
    const std::string reason = group.exclusion(k);
    if (reason.empty()) {
      report.bins.add(hit);
      if (!hit) report.holes.push_back(group.label(k));
      continue;
    }
    ++report.excluded[reason];
    if (hit) {
      report.errors.push_back(fmt::format("{}: '{}' was hit, but is excluded: {}", group.name(),
                                          group.label(k), reason));
    }
  }
  return report;
}

std::vector<std::string> missing_values(const Group &group) {
  std::vector<bool> hit(group.axes().front().values.size());
  for (std::size_t k = 0; k < group.size(); ++k) {
    if (group.count(k) != 0) hit[group.bin(k).front()] = true;
  }
  std::vector<std::string> missing;
  for (std::size_t k = 0; k < hit.size(); ++k) {
    const std::string &value = group.axes().front().values[k];
    if (!hit[k]) missing.push_back(value);
  }
  return missing;
}

}  // namespace dmar::coverage
