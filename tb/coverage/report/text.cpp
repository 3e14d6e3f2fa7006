// SPDX-License-Identifier: Apache-2.0
// The report for programs and terminals: lcov tracefile and text.
#include <fmt/format.h>

#include <iterator>

#include "coverage/report/pages.hpp"

namespace dmar::coverage {
namespace {

std::string figure_text(const Figure &figure) {
  if (figure.total == 0) return fmt::format("{:>18}", "-");
  return fmt::format("{:>11} {:5.1f}%", fmt::format("{}/{}", figure.hit, figure.total),
                     figure.percent());
}

void tracefile_of(const Module &module, const std::string &root, std::string &text) {
  auto out = std::back_inserter(text);
  fmt::format_to(out, "TN:\nSF:{}/{}\n", root, module.file);
  unsigned number = 0;
  for (const Branch &branch : module.branches) {
    fmt::format_to(out, "BRDA:{},0,{},{}\n", branch.line, number++, branch.count);
  }
  const Figure branches = branch_figure(module);
  fmt::format_to(out, "BRF:{}\nBRH:{}\n", branches.total, branches.hit);
  for (const auto &[line, count] : module.lines) fmt::format_to(out, "DA:{},{}\n", line, count);
  const Figure lines = line_figure(module);
  fmt::format_to(out, "LF:{}\nLH:{}\nend_of_record\n", lines.total, lines.hit);
}

}  // namespace

std::string lcov_tracefile(const Survey &survey, const std::string &root) {
  std::string text;
  for (const Module &module : survey.modules) tracefile_of(module, root, text);
  return text;
}

std::string text_summary(const Report &report) {
  std::string text =
      fmt::format("{:<38}{:>18}{:>18}{:>18}\n", "module", "lines", "branches", "toggles");
  Figure lines;
  Figure branches;
  Figure toggles;
  const auto row = [&text](const std::string &name, const Figure &a, const Figure &b,
                           const Figure &c) {
    text += fmt::format("{:<38}{}{}{}\n", name, figure_text(a), figure_text(b), figure_text(c));
  };
  for (const Module &module : report.rtl.modules) {
    row(module.file, line_figure(module), branch_figure(module), toggle_figure(module));
    lines += line_figure(module);
    branches += branch_figure(module);
    toggles += toggle_figure(module);
  }
  row("all", lines, branches, toggles);
  for (const GroupReport &group : report.groups) {
    text += fmt::format("{:<64}{}, {} left out\n", group.title, figure_text(group.bins), [&] {
      std::size_t bins = 0;
      for (const auto &[reason, count] : group.excluded) bins += count;
      return bins;
    }());
  }
  for (const std::string &failure : report.failures) text += "FAIL " + failure + "\n";
  return text;
}

}  // namespace dmar::coverage
