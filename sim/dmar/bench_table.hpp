// SPDX-License-Identifier: Apache-2.0
// Rows of text as an aligned table, for a terminal or for Markdown.
#ifndef DMAR_SIM_BENCH_TABLE_HPP
#define DMAR_SIM_BENCH_TABLE_HPP

#include <string>
#include <vector>

namespace dmar::sim {

struct TextTable {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;  // as long as `head`

  // Columns aligned by spaces: the first to the left, the others to the right.
  [[nodiscard]] std::string plain() const;
  [[nodiscard]] std::string markdown() const;
};

}  // namespace dmar::sim

#endif  // DMAR_SIM_BENCH_TABLE_HPP
