// SPDX-License-Identifier: Apache-2.0
// What units, functions and domains are called in a report.
#ifndef DMAR_REPORT_NAMES_HPP
#define DMAR_REPORT_NAMES_HPP

#include <fmt/core.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dmar/types.hpp"
#include "golden/explain.hpp"

namespace dmar::report {

struct Names {
  std::vector<std::string> units = {};                                       // "dmar0"
  std::map<std::pair<unsigned, std::uint16_t>, std::string> functions = {};  // by unit and source

  // Asked for a function without a name there, as virtual ones that come and go; "": no name.
  std::function<std::string(unsigned unit, SourceId source)> others = nullptr;

  [[nodiscard]] std::string unit(unsigned number) const {
    return number < units.size() ? units[number] : fmt::format("dmar{}", number);
  }
  // "00:05.0 disk", or the address alone.
  [[nodiscard]] std::string function(unsigned number, SourceId source) const {
    const auto found = functions.find({number, source.raw()});
    std::string name;
    if (found != functions.end()) {
      name = found->second;
    } else if (others) {
      name = others(number, source);
    }
    const std::string address = golden::device_name(source);
    return name.empty() ? address : fmt::format("{} {}", address, name);
  }
};

}  // namespace dmar::report

#endif  // DMAR_REPORT_NAMES_HPP
