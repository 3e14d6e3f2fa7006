// SPDX-License-Identifier: Apache-2.0
// The pages of the report.
#ifndef DMAR_COVERAGE_REPORT_PAGES_HPP
#define DMAR_COVERAGE_REPORT_PAGES_HPP

#include <string>
#include <vector>

#include "coverage/report/functional.hpp"
#include "coverage/report/modules.hpp"

namespace dmar::coverage {

struct Report {
  Survey rtl = {};
  std::vector<GroupReport> groups = {};
  Sources sources = {};
  std::vector<std::string> failures = {};  // thresholds missed, errors; empty: passed
};

// The overview: figures of every module, functional coverage, everything never hit, waivers.
std::string index_page(const Report &report);
// Signals that never changed, by module.
std::string toggle_page(const Report &report);

// Lines and branches as an lcov tracefile, for genhtml.
std::string lcov_tracefile(const Survey &survey, const std::string &root);

// The overview as lines of text.
std::string text_summary(const Report &report);

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_REPORT_PAGES_HPP
