// SPDX-License-Identifier: Apache-2.0
// See scale_area.hpp.
#include "scale_area.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "usage_error.hpp"

namespace dmar::sim {

namespace {

constexpr unsigned kWalksOfDefault = 16;  // of `default`
constexpr unsigned kWalksOfServer = 32;   // of `server`

using Instances = std::map<std::string, Area>;

// " 6,258 "
double figure_in(const std::string &file, std::string text) {
  std::erase_if(text, [](char c) { return c == ',' || c == ' '; });
  double value = 0;
  const char *end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stop == end && value >= 0) return value;
  throw UsageError(fmt::format("--area {}: '{}' is no figure", file, text));
}

// "| &nbsp;`u_core` | ECP5 LUT | FF | RAM | Xilinx 7 LUT | FF | RAM |"; the first of a name counts.
void add_instance(const std::string &file, const std::string &line, Instances &instances) {
  const std::size_t from = line.find('`');
  const std::size_t to = line.find('`', from + 1);
  if (from == std::string::npos || to == std::string::npos) return;
  std::vector<std::string> cells;
  std::istringstream rest(line.substr(to + 1));
  for (std::string cell; std::getline(rest, cell, '|');) cells.push_back(cell);
  constexpr std::size_t kCells = 7;  // what is before the first bar included
  if (cells.size() < kCells) return;
  instances.try_emplace(
      line.substr(from + 1, to - from - 1),
      Area{figure_in(file, cells[4]), figure_in(file, cells[5]), figure_in(file, cells[6])});
}

Instances instances_of(const std::string &file, const std::string &part) {
  std::ifstream in(file);
  Instances instances;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line == fmt::format("<!-- end of {} -->", part)) inside = false;
    if (inside) add_instance(file, line, instances);
    if (line == fmt::format("<!-- {} -->", part)) inside = true;
  }
  if (instances.empty()) {
    throw UsageError(fmt::format("--area {}: no rows between the lines of '{}'", file, part));
  }
  return instances;
}

Area area_of(const std::string &file, const Instances &instances, const std::string &name) {
  const auto found = instances.find(name);
  if (found != instances.end()) return found->second;
  throw UsageError(fmt::format("--area {}: no row of the instance '{}'", file, name));
}

std::vector<std::string> area_row(const std::string &what, const Area &area) {
  const auto text = [](double value) {
    std::string digits = fmt::format("{:.0f}", value);
    for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) {
      digits.insert(static_cast<std::size_t>(at), ",");
    }
    return digits;
  };
  return {what, text(area.luts), text(area.flip_flops), text(area.rams)};
}

}  // namespace

AreaEstimate estimate_area(const std::string &file, unsigned walks) {
  const Instances unit = instances_of(file, "synth instances");
  const Instances server = instances_of(file, "synth server");
  const auto of_unit = [&](const char *name) { return area_of(file, unit, name); };
  Area lookup;
  for (const char *name :
       {"gen_lane[0].u_lookup", "gen_lane[1].u_lookup", "u_context_cache", "u_iotlb"}) {
    lookup += of_unit(name);
  }
  // A walk more costs what one of `server` does, whose addresses are wider.
  Area walk = area_of(file, server, "u_walker") - of_unit("u_walker");
  walk = 1.0 / (kWalksOfServer - kWalksOfDefault) * walk;
  const double more = static_cast<double>(walks) - kWalksOfDefault;
  return {.unit = of_unit("u_core"),
          .slice = lookup + of_unit("u_requests"),
          .walker = of_unit("u_core") - lookup + more * walk};
}

TextTable area_table(const AreaEstimate &estimate, unsigned ports, unsigned walks) {
  TextTable table{.head = {"", "Xilinx 7 LUT", "flip-flops", "RAMB18"}, .rows = {}};
  table.rows.push_back(area_row("one unit, 16 walks", estimate.unit));
  table.rows.push_back(area_row("one slice", estimate.slice));
  table.rows.push_back(area_row(fmt::format("one walker, {} walks", walks), estimate.walker));
  table.rows.push_back(area_row(fmt::format("{} units", ports), ports * estimate.unit));
  table.rows.push_back(area_row(fmt::format("service: {} slices, one walker", ports),
                                ports * estimate.slice + estimate.walker));
  return table;
}

}  // namespace dmar::sim
