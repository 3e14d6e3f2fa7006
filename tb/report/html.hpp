// SPDX-License-Identifier: Apache-2.0
// Text and tables as HTML, whatever is in them.
#ifndef DMAR_REPORT_HTML_HPP
#define DMAR_REPORT_HTML_HPP

#include <string>
#include <string_view>
#include <vector>

namespace dmar::report {

// For element content and for attribute values in double quotes. Bytes that are no UTF-8, and
// control characters other than tab and newline, become replacement characters.
std::string escaped(std::string_view text);

struct Table {
  std::string caption = {};
  std::vector<std::string> head = {};
  std::vector<std::vector<std::string>> rows = {};  // the first cell of each heads its row
  std::string note = {};                            // below it
  bool folded = false;                              // shown on demand, and on paper
};

// Scrolls sideways when it is too wide. Cells that look like numbers stand to the right.
std::string to_html(const Table &table);

}  // namespace dmar::report

#endif  // DMAR_REPORT_HTML_HPP
