// SPDX-License-Identifier: Apache-2.0
// Source lines that need not be covered, each with the reason. A waiver is a line of text
//   <file><TAB><text of the source line><TAB><reason>
// and stands for every line of the file that has this text, blanks at its ends aside.
#ifndef DMAR_COVERAGE_REPORT_WAIVERS_HPP
#define DMAR_COVERAGE_REPORT_WAIVERS_HPP

#include <istream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace dmar::coverage {

struct Waiver {
  std::string file;
  std::string text;
  std::string reason;
};

// std::runtime_error for a line that is none. Empty lines and lines from # on are skipped.
std::vector<Waiver> read_waivers(std::istream &in);

// The lines of every source file, the first one at 1.
using Sources = std::map<std::string, std::vector<std::string>>;

// Lines of `text` that `waiver` names; empty is an error of the waiver.
std::set<unsigned> matches(const Waiver &waiver, const Sources &sources);

// Lines of checks (rtl/dmar_assert.svh), which are not part of the unit.
std::set<unsigned> assertion_lines(const std::vector<std::string> &source);

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_REPORT_WAIVERS_HPP
