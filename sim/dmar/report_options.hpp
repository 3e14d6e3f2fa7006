// SPDX-License-Identifier: Apache-2.0
// --report and --timeline, which several commands have.
#ifndef DMAR_SIM_REPORT_OPTIONS_HPP
#define DMAR_SIM_REPORT_OPTIONS_HPP

#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace dmar::sim {

struct ReportOptions {
  std::string page;      // HTML; empty: none
  std::string timeline;  // trace events; empty: none

  [[nodiscard]] bool wanted() const { return !page.empty() || !timeline.empty(); }
};

// `group`: of the help text, if it has any. Returns --timeline.
CLI::Option *add_report_options(CLI::App &command, ReportOptions &options,
                                const std::string &group = "");

}  // namespace dmar::sim

#endif  // DMAR_SIM_REPORT_OPTIONS_HPP
