// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "coverage/report/waivers.hpp"

#include <algorithm>
#include <stdexcept>

namespace dmar::coverage {
namespace {

std::string trimmed(const std::string &text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool starts_check(const std::string &line) {
  const std::string text = trimmed(line);
  return text.starts_with("`DMAR_ASSERT") || text.starts_with("`DMAR_REQUIRE") ||
         text.starts_with("`DMAR_COVER");
}

}  // namespace

std::vector<Waiver> read_waivers(std::istream &in) {
  std::vector<Waiver> waivers;
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t text = line.find('\t');
    const std::size_t reason = text == line.npos ? line.npos : line.find('\t', text + 1);
    if (reason == line.npos || reason + 1 == line.size()) {
      throw std::runtime_error("not a waiver (file, tab, text, tab, reason): " + line);
    }
    waivers.push_back({.file = line.substr(0, text),
                       .text = line.substr(text + 1, reason - text - 1),
                       .reason = line.substr(reason + 1)});
  }
  return waivers;
}

std::set<unsigned> matches(const Waiver &waiver, const Sources &sources) {
  std::set<unsigned> lines;
  const auto source = sources.find(waiver.file);
  if (source == sources.end()) return lines;
  for (std::size_t k = 1; k < source->second.size(); ++k) {
    if (trimmed(source->second[k]) == waiver.text) lines.insert(static_cast<unsigned>(k));
  }
  return lines;
}

// A check ends where its parentheses close.
std::set<unsigned> assertion_lines(const std::vector<std::string> &source) {
  std::set<unsigned> lines;
  for (std::size_t k = 1; k < source.size(); ++k) {
    if (!starts_check(source[k])) continue;
    for (std::ptrdiff_t open = 0; k < source.size(); ++k) {
      lines.insert(static_cast<unsigned>(k));
      open += std::ranges::count(source[k], '(') - std::ranges::count(source[k], ')');
      if (open <= 0) break;
    }
  }
  return lines;
}

}  // namespace dmar::coverage
