// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "coverage/tally.hpp"

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace dmar::coverage {
namespace {

void add_group(Group &group, const nlohmann::json &counts, const std::string &file) {
  std::map<std::string, std::size_t> numbers;
  for (std::size_t k = 0; k < group.size(); ++k) numbers.emplace(group.label(k), k);
  for (const auto &[label, count] : counts.items()) {
    const auto found = numbers.find(label);
    if (found == numbers.end()) {
      throw std::runtime_error(
          fmt::format("{}: group {} has no bin '{}'", file, group.name(), label));
    }
    group.add(found->second, count.get<std::uint64_t>());
  }
}

}  // namespace

void save_tally(Groups &groups, const std::string &file) {
  nlohmann::json tally = nlohmann::json::object();
  for (const Group *group : groups.all()) {
    nlohmann::json &counts = tally[group->name()] = nlohmann::json::object();
    for (std::size_t k = 0; k < group->size(); ++k) {
      if (group->count(k) != 0) counts[group->label(k)] = group->count(k);
    }
  }
  std::ofstream(file) << tally.dump(1) << '\n';
}

void add_tally(Groups &groups, const std::string &file) {
  std::ifstream in(file);
  const nlohmann::json tally = nlohmann::json::parse(in);
  for (Group *group : groups.all()) {
    if (tally.contains(group->name())) add_group(*group, tally.at(group->name()), file);
  }
}

}  // namespace dmar::coverage
