// SPDX-License-Identifier: Apache-2.0
// From coverage points to the figures of each source file (one module each).
#ifndef DMAR_COVERAGE_REPORT_MODULES_HPP
#define DMAR_COVERAGE_REPORT_MODULES_HPP

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "coverage/report/points.hpp"
#include "coverage/report/waivers.hpp"

namespace dmar::coverage {

struct Figure {
  std::size_t hit = 0;
  std::size_t total = 0;

  void add(bool is_hit) {
    ++total;
    if (is_hit) ++hit;
  }
  Figure &operator+=(const Figure &other) {
    hit += other.hit;
    total += other.total;
    return *this;
  }
  [[nodiscard]] double percent() const {
    return total == 0 ? 100.0 : 100.0 * static_cast<double>(hit) / static_cast<double>(total);
  }
};

struct Branch {
  unsigned line = 0;
  std::string what;  // "if", "else"
  std::uint64_t count = 0;
};

struct Module {
  std::string file;
  // Of a line with several statements the count of the rarest.
  std::map<unsigned, std::uint64_t> lines = {};
  std::map<unsigned, std::string> waived = {};  // lines left out, with the reason
  std::vector<Branch> branches = {};
  std::map<std::string, bool> toggles = {};  // by signal bit
};

Figure line_figure(const Module &module);
Figure branch_figure(const Module &module);
Figure toggle_figure(const Module &module);

struct Survey {
  std::vector<Module> modules = {};      // by file name
  std::vector<std::string> errors = {};  // waivers that waive nothing
};

// Points of checks are dropped. Files with points must be among the sources.
Survey survey(const Points &points, const Sources &sources, const std::vector<Waiver> &waivers);

// The signals of a module that have bits which never changed: "name[7:4,0]" or "name".
std::vector<std::string> untoggled(const Module &module);

}  // namespace dmar::coverage

#endif  // DMAR_COVERAGE_REPORT_MODULES_HPP
