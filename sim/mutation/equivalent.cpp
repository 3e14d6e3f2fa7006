// SPDX-License-Identifier: Apache-2.0
#include "equivalent.hpp"

#include <fmt/format.h>

#include <set>
#include <sstream>
#include <stdexcept>

namespace dmar::mutation {

namespace {

struct Entry {
  unsigned line = 0;
  std::string file;
  std::string original;
  std::string mutated;
  std::string reason;

  [[nodiscard]] bool begun() const { return line != 0; }
};

void close(Entry &entry, Equivalents &equivalents) {
  if (!entry.begun()) return;
  if (entry.original.empty() || entry.mutated.empty() || entry.reason.empty()) {
    throw std::runtime_error(
        fmt::format("line {}: an entry is a file, '- text', '+ text' and a reason", entry.line));
  }
  const std::string key = entry.file + "\n" + entry.original + "\n" + entry.mutated;
  if (!equivalents.emplace(key, entry.reason).second) {
    throw std::runtime_error(fmt::format("line {}: this entry is there twice", entry.line));
  }
  entry = {};
}

}  // namespace

Equivalents parse_equivalents(const std::string &text) {
  Equivalents equivalents;
  Entry entry;
  std::istringstream lines(text);
  unsigned number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.starts_with("#")) continue;
    if (line.empty()) {
      close(entry, equivalents);
    } else if (line.starts_with("- ")) {
      entry.original = line.substr(2);
    } else if (line.starts_with("+ ")) {
      entry.mutated = line.substr(2);
    } else if (line.starts_with("  ")) {
      if (!entry.reason.empty()) entry.reason += ' ';
      entry.reason += line.substr(line.find_first_not_of(' '));
    } else {
      close(entry, equivalents);
      entry.line = number;
      entry.file = line;
    }
  }
  close(entry, equivalents);
  return equivalents;
}

void require_known(const Equivalents &equivalents, std::span<const Mutant> all) {
  std::set<std::string> keys;
  for (const Mutant &mutant : all) keys.insert(mutant.key());
  for (const auto &[key, reason] : equivalents) {
    if (!keys.contains(key)) {
      throw std::runtime_error(fmt::format("no mutant is, or is any more:\n{}", key));
    }
  }
}

}  // namespace dmar::mutation
