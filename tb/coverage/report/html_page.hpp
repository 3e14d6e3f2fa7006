// SPDX-License-Identifier: Apache-2.0
// HTML in small pieces.
#ifndef DMAR_COVERAGE_REPORT_HTML_PAGE_HPP
#define DMAR_COVERAGE_REPORT_HTML_PAGE_HPP

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "coverage/report/modules.hpp"

namespace dmar::coverage {

inline std::string escaped(std::string_view text) {
  std::string out;
  for (const char one : text) {
    if (one == '&') {
      out += "&amp;";
    } else if (one == '<') {
      out += "&lt;";
    } else if (one == '>') {
      out += "&gt;";
    } else {
      out += one;
    }
  }
  return out;
}

inline std::string page(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title>\n"
      "<style>body{{font-family:sans-serif;margin:2em;max-width:70em}}"
      "table{{border-collapse:collapse}}td,th{{padding:.2em .8em;text-align:left;"
      "border-bottom:1px solid #ddd}}td.n{{text-align:right}}.bad{{background:#fdd}}"
      "code{{white-space:pre-wrap}}</style></head>\n<body><h1>{0}</h1>\n{1}</body></html>\n",
      title, body);
}

// Cells "hit/total" and percent; marked when below `wanted` percent.
inline std::string cells(const Figure &figure, double wanted = 0) {
  if (figure.total == 0) return "<td class=\"n\">-</td><td class=\"n\">-</td>";
  const char *mark = figure.percent() < wanted ? " bad" : "";
  return fmt::format("<td class=\"n{0}\">{1}/{2}</td><td class=\"n{0}\">{3:.1f}%</td>", mark,
                     figure.hit, figure.total, figure.percent());
}

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_REPORT_HTML_PAGE_HPP
