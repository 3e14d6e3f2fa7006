// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "coverage/report/modules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace dmar::coverage {
namespace {

void add_line(Module &module, unsigned line, std::uint64_t count) {
  const auto [place, added] = module.lines.emplace(line, count);
  if (!added) place->second = std::min(place->second, count);
}

void add_point(Module &module, const PointKey &key, const Point &point) {
  if (key.kind == "toggle") {
    module.toggles[key.what] |= point.count != 0;
    return;
  }
  if (key.kind == "branch") {
    module.branches.push_back({.line = key.line, .what = key.what, .count = point.count});
  }
  for (const unsigned line : point.lines) add_line(module, line, point.count);
}

// Removes the lines of a waiver that are not covered; there must be some.
std::string apply(const Waiver &waiver, const Sources &sources, std::vector<Module> &modules) {
  const auto problem = [&](const char *what) {
    return fmt::format("waiver '{}' of {}: {}", waiver.text, waiver.file, what);
  };
  const std::set<unsigned> lines = matches(waiver, sources);
  if (lines.empty()) return problem("no such line");
  bool used = false;
  for (Module &module : modules) {
    if (module.file != waiver.file) continue;
    for (const unsigned line : lines) {
      const auto found = module.lines.find(line);
      if (found == module.lines.end() || found->second != 0) continue;
      module.waived.emplace(line, waiver.reason);
      module.lines.erase(found);
      std::erase_if(module.branches, [line](const Branch &one) { return one.line == line; });
      used = true;
    }
  }
  return used ? "" : problem("the line is covered");
}

// "7:4,0" from bits in falling order.
std::string ranges(const std::vector<unsigned> &bits) {
  std::string text;
  for (std::size_t k = 0; k < bits.size();) {
    std::size_t last = k;
    while (last + 1 < bits.size() && bits[last + 1] + 1 == bits[last]) ++last;
    text += text.empty() ? "" : ",";
    text += last == k ? fmt::format("{}", bits[k]) : fmt::format("{}:{}", bits[k], bits[last]);
    k = last + 1;
  }
  return text;
}

}  // namespace

Figure line_figure(const Module &module) {
  Figure figure;
  for (const auto &[line, count] : module.lines) figure.add(count != 0);
  return figure;
}

Figure branch_figure(const Module &module) {
  Figure figure;
  for (const Branch &branch : module.branches) figure.add(branch.count != 0);
  return figure;
}

Figure toggle_figure(const Module &module) {
  Figure figure;
  for (const auto &[bit, toggled] : module.toggles) figure.add(toggled);
  return figure;
}

Survey survey(const Points &points, const Sources &sources, const std::vector<Waiver> &waivers) {
  Survey result;
  std::set<unsigned> checks;
  for (const auto &[key, point] : points) {
    if (result.modules.empty() || result.modules.back().file != key.file) {
      const auto source = sources.find(key.file);
      if (source == sources.end()) throw std::runtime_error("no source " + key.file);
      checks = assertion_lines(source->second);
      result.modules.push_back({.file = key.file});
    }
    // A check keeps what it saw a cycle ago in a register of its own.
    if (!checks.contains(key.line)) add_point(result.modules.back(), key, point);
  }
  for (const Waiver &waiver : waivers) {
    std::string error = apply(waiver, sources, result.modules);
    if (!error.empty()) result.errors.push_back(std::move(error));
  }
  return result;
}

std::vector<std::string> untoggled(const Module &module) {
  std::map<std::string, std::vector<unsigned>> bits;
  std::vector<std::string> signals;
  for (const auto &[bit, toggled] : module.toggles) {
    if (toggled) continue;
    const std::size_t open = bit.rfind('[');
    if (open == bit.npos) {
      signals.push_back(bit);
    } else {
      bits[bit.substr(0, open)].push_back(static_cast<unsigned>(std::stoul(bit.substr(open + 1))));
    }
  }
  for (auto &[signal, numbers] : bits) {
    std::ranges::sort(numbers, std::greater<>());
    signals.push_back(fmt::format("{}[{}]", signal, ranges(numbers)));
  }
  std::ranges::sort(signals);
  return signals;
}

}  // namespace dmar::coverage
