// SPDX-License-Identifier: Apache-2.0
// See mismatch_list.hpp.
#include "mismatch_list.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "grouped.hpp"

namespace dmar::sim {

std::string mismatch_text(const std::vector<UnitResult> &units) {
  std::string out;
  for (const UnitResult &unit : units) {
    const cosim::Differences &all = unit.differences;
    const std::string whose = units.size() > 1 ? unit.name + ": " : "";
    for (const cosim::Difference &difference : all.first) {
      out += fmt::format("mismatch: {}{} (cycle {})\n  unit    {}\n  golden  {}\n", whose,
                         difference.what, grouped(difference.cycle), difference.unit,
                         difference.golden);
      if (!difference.reached.empty()) out += fmt::format("  reached {}\n", difference.reached);
    }
    if (all.count > all.first.size()) {
      out += fmt::format("{}... and {} more\n", whose, grouped(all.count - all.first.size()));
    }
  }
  return out;
}

nlohmann::ordered_json mismatches_json(const std::vector<UnitResult> &units) {
  auto list = nlohmann::ordered_json::array();
  for (const UnitResult &unit : units) {
    for (const cosim::Difference &difference : unit.differences.first) {
      list.push_back({{"dmar", unit.name},
                      {"what", difference.what},
                      {"unit", difference.unit},
                      {"golden", difference.golden},
                      {"reached", difference.reached},
                      {"cycle", difference.cycle}});
    }
  }
  return list;
}

}  // namespace dmar::sim
