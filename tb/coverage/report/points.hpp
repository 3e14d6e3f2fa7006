// SPDX-License-Identifier: Apache-2.0
// The coverage points in the files that Verilator writes ("SystemC::Coverage-3"), counts added up
// over files, models and instances.
#ifndef DMAR_COVERAGE_REPORT_POINTS_HPP
#define DMAR_COVERAGE_REPORT_POINTS_HPP

#include <compare>
#include <cstdint>
#include <istream>
#include <map>
#include <string>
#include <vector>

namespace dmar::coverage {

struct PointKey {
  std::string file;  // relative to the repository
  unsigned line = 0;
  unsigned column = 0;
  std::string kind;  // "line", "branch", "toggle"
  std::string what;  // of a line or branch "block", "if", "else", ...; of a toggle the signal bit

  friend auto operator<=>(const PointKey &, const PointKey &) = default;
};

struct Point {
  std::uint64_t count = 0;
  std::vector<unsigned> lines = {};  // source lines that are executed with it
};

using Points = std::map<PointKey, Point>;

// Adds one file; paths are cut behind `root`. std::runtime_error for a line that is no point.
void add_points(Points &points, std::istream &in, const std::string &root);

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_REPORT_POINTS_HPP
