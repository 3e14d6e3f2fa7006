// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "coverage/report/pages.hpp"

#include "coverage/report/html_page.hpp"

namespace dmar::coverage {
namespace {

constexpr double kWantedLines = 95;

// The module that a file holds.
std::string module_name(const std::string &file) {
  const std::size_t slash = file.rfind('/');
  const std::string name = slash == file.npos ? file : file.substr(slash + 1);
  return name.substr(0, name.rfind('.'));
}

std::string failures(const Report &report) {
  if (report.failures.empty()) return "<p>Every threshold is met.</p>\n";
  std::string html = "<ul class=\"bad\">\n";
  for (const std::string &one : report.failures) html += "<li>" + escaped(one) + "</li>\n";
  return html + "</ul>\n";
}

std::string module_table(const Survey &rtl) {
  std::string html =
      "<h2>RTL, all models together</h2>\n<p><a href=\"lines/index.html\">line by line</a>, "
      "<a href=\"toggles.html\">signals that never changed</a></p>\n<table><tr><th>module</th>"
      "<th colspan=\"2\">lines</th><th colspan=\"2\">branches</th>"
      "<th colspan=\"2\">toggles</th></tr>\n";
  Figure lines;
  Figure branches;
  Figure toggles;
  for (const Module &module : rtl.modules) {
    const std::string name = module_name(module.file);
    html +=
        fmt::format("<tr><td>{}</td>{}{}{}</tr>\n", name, cells(line_figure(module), kWantedLines),
                    cells(branch_figure(module)), cells(toggle_figure(module)));
    lines += line_figure(module);
    branches += branch_figure(module);
    toggles += toggle_figure(module);
  }
  return html + fmt::format("<tr><th>all</th>{}{}{}</tr>\n</table>\n", cells(lines, kWantedLines),
                            cells(branches), cells(toggles));
}

std::string functional_tables(const std::vector<GroupReport> &groups) {
  std::string html = "<h2>Functional</h2>\n";
  for (const GroupReport &group : groups) {
    html += fmt::format("<h3>{}</h3>\n<table><tr>{}</tr></table>\n", escaped(group.title),
                        cells(group.bins));
    if (!group.holes.empty()) html += "<p>Never hit:</p>\n<ul>\n";
    for (const std::string &hole : group.holes) html += "<li>" + escaped(hole) + "</li>\n";
    if (!group.holes.empty()) html += "</ul>\n";
    html += "<p>Left out:</p>\n<table><tr><th>bins</th><th>why</th></tr>\n";
    for (const auto &[reason, bins] : group.excluded) {
      html += fmt::format("<tr><td class=\"n\">{}</td><td>{}</td></tr>\n", bins, escaped(reason));
    }
    html += "</table>\n";
  }
  return html;
}

template <class Row>
std::string line_rows(const Report &report, Row row) {
  std::string html;
  for (const Module &module : report.rtl.modules) {
    const std::vector<std::string> &source = report.sources.at(module.file);
    html += row(module, source);
  }
  return html;
}

std::string line_holes(const Report &report) {
  return "<h2>Lines never executed</h2>\n<table>\n" +
         line_rows(report,
                   [](const Module &module, const std::vector<std::string> &source) {
                     std::string html;
                     for (const auto &[line, count] : module.lines) {
                       if (count != 0) continue;
                       html += fmt::format("<tr><td>{}:{}</td><td><code>{}</code></td></tr>\n",
                                           module.file, line, escaped(source.at(line)));
                     }
                     return html;
                   }) +
         "</table>\n";
}

std::string waived_lines(const Report &report) {
  return "<h2>Waived lines</h2>\n<table>\n" +
         line_rows(report,
                   [](const Module &module, const std::vector<std::string> &source) {
                     std::string html;
                     for (const auto &[line, reason] : module.waived) {
                       html += fmt::format(
                           "<tr><td>{}:{}</td><td><code>{}</code></td><td>{}</td></tr>\n",
                           module.file, line, escaped(source.at(line)), escaped(reason));
                     }
                     return html;
                   }) +
         "</table>\n";
}

}  // namespace

std::string index_page(const Report &report) {
  return page("OpenDMAR coverage", failures(report) + module_table(report.rtl) +
                                       functional_tables(report.groups) + line_holes(report) +
                                       waived_lines(report));
}

std::string toggle_page(const Report &report) {
  std::string html =
      "<p>Signals of up to 64 bits in the models that count toggles; a bit counts as soon as it "
      "changed once in any instance.</p>\n";
  for (const Module &module : report.rtl.modules) {
    if (module.toggles.empty()) continue;
    html += fmt::format("<h2>{}</h2>\n<table><tr>{}</tr></table>\n<ul>\n", module_name(module.file),
                        cells(toggle_figure(module)));
    for (const std::string &signal : untoggled(module)) html += "<li>" + signal + "</li>\n";
    html += "</ul>\n";
  }
  return page("Signals that never changed", html);
}

}  // namespace dmar::coverage
