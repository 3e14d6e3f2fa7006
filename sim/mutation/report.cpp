// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace dmar::mutation {

namespace {

using nlohmann::json;

double rate(const Report::Count &count) {
  const unsigned decided = count.killed + count.survived;
  return decided == 0 ? 100 : 100.0 * count.killed / decided;
}

std::string row(const std::string &name, const Report::Count &count) {
  return fmt::format("{:36} {:6} {:8} {:10} {:7} {:6.1f} %\n", name, count.killed, count.survived,
                     count.equivalent, count.open, rate(count));
}

std::string block(const Report::Line &line) {
  std::string text =
      fmt::format("rtl/{}:{} ({})\n  - {}\n  + {}\n", line.mutant.file, line.mutant.line,
                  line.mutant.operation, line.mutant.original, line.mutant.mutated);
  if (!line.noticed.empty()) text += fmt::format("  noticed by {}\n", line.noticed);
  if (!line.reason.empty()) text += fmt::format("  {}\n", line.reason);
  return text;
}

std::string section(const std::string &title, const std::vector<Report::Line> &lines) {
  if (lines.empty()) return {};
  std::string text = fmt::format("\n{} ({})\n\n", title, lines.size());
  for (const Report::Line &line : lines) text += block(line);
  return text;
}

json counts(const Report::Count &count) {
  return {{"killed", count.killed},
          {"survived", count.survived},
          {"equivalent", count.equivalent},
          {"open", count.open},
          {"rate", rate(count)}};
}

json list(const std::vector<Report::Line> &lines) {
  json out = json::array();
  for (const Report::Line &line : lines) {
    json entry = {{"file", line.mutant.file},
                  {"line", line.mutant.line},
                  {"operation", line.mutant.operation},
                  {"original", line.mutant.original},
                  {"mutated", line.mutant.mutated}};
    if (!line.noticed.empty()) entry["noticed"] = line.noticed;
    if (!line.reason.empty()) entry["reason"] = line.reason;
    out.push_back(entry);
  }
  return out;
}

}  // namespace

bool Report::clean() const { return total.open == 0 && survivors.empty() && refuted.empty(); }

Report make_report(const Plan &plan, const Results &results) {
  Report report;
  for (const Mutant &mutant : plan.mutants) {
    Report::Count &count = report.modules[mutant.module()];
    const auto result = results.of(mutant);
    const auto judged = plan.equivalents.find(mutant.key());
    const bool equivalent = judged != plan.equivalents.end();
    Report::Line line{.mutant = mutant,
                      .noticed = result ? result->noticed : "",
                      .reason = equivalent ? judged->second : ""};
    for (Report::Count *c : {&count, &report.total}) {
      if (!result) {
        ++c->open;
      } else if (result->killed()) {
        ++c->killed;
      } else if (equivalent) {
        ++c->equivalent;
      } else {
        ++c->survived;
      }
    }
    if (!result) continue;
    auto &list = result->killed() ? equivalent ? report.refuted : report.killed
                 : equivalent     ? report.equivalents
                                  : report.survivors;
    list.push_back(std::move(line));
  }
  return report;
}

std::string to_text(const Report &report) {
  std::string text = fmt::format("{:36} {:>6} {:>8} {:>10} {:>7} {:>8}\n", "module", "killed",
                                 "survived", "equivalent", "not run", "rate");
  for (const auto &[module, count] : report.modules) text += row(module, count);
  text += row("all", report.total);
  text += section("Survivors", report.survivors);
  text += section("Judged equivalent but noticed: the reason is wrong", report.refuted);
  return text;
}

std::string details(const Report &report) {
  return section("Equivalent", report.equivalents) + section("Killed", report.killed);
}

std::string to_json(const Report &report) {
  json modules;
  for (const auto &[module, count] : report.modules) modules[module] = counts(count);
  return json{{"modules", modules},
              {"total", counts(report.total)},
              {"survivors", list(report.survivors)},
              {"equivalent", list(report.equivalents)},
              {"refuted", list(report.refuted)},
              {"killed", list(report.killed)}}
      .dump(1, ' ', false, json::error_handler_t::replace);
}

}  // namespace dmar::mutation
