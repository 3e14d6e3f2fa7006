// SPDX-License-Identifier: Apache-2.0
// See report_options.hpp.
#include "report_options.hpp"

#include <CLI/CLI.hpp>

#include "option_kinds.hpp"

namespace dmar::sim {

CLI::Option *add_report_options(CLI::App &command, ReportOptions &options,
                                const std::string &group) {
  CLI::Option *page =
      command.add_option("--report", options.page,
                         "Write a page to show to others: one HTML file that needs nothing else");
  CLI::Option *timeline = command.add_option("--timeline", options.timeline,
                                             "Write a timeline for trace viewers such as Perfetto: "
                                             "trace events as JSON (.gz: compressed)");
  for (CLI::Option *option : {page, timeline}) {
    option->check(is_a(OptionKind::kOutput))->type_name("FILE");
    if (!group.empty()) option->group(group);
  }
  return timeline;
}

}  // namespace dmar::sim
