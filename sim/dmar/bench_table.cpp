// SPDX-License-Identifier: Apache-2.0
// See bench_table.hpp.
#include "bench_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace dmar::sim {

std::string TextTable::plain() const {
  std::vector<std::size_t> widths;
  for (const std::string &cell : head) widths.push_back(cell.size());
  for (const auto &row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  const auto add = [&](const std::vector<std::string> &row) {
    text += fmt::format("{:<{}}", row[0], widths[0]);
    for (std::size_t i = 1; i < row.size(); ++i) text += fmt::format("  {:>{}}", row[i], widths[i]);
    text += '\n';
  };
  add(head);
  for (const auto &row : rows) add(row);
  return text;
}

std::string TextTable::markdown() const {
  std::string text = fmt::format("| {} |\n|---|", fmt::join(head, " | "));
  for (std::size_t i = 1; i < head.size(); ++i) text += "---:|";
  text += '\n';
  for (const auto &row : rows) text += fmt::format("| {} |\n", fmt::join(row, " | "));
  return text;
}

}  // namespace dmar::sim
