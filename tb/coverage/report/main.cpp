// SPDX-License-Identifier: Apache-2.0
// coverage_report: merges what the programs of a coverage run wrote, writes the report, and fails
// when a threshold is missed.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>

#include "coverage/report/pages.hpp"
#include "coverage/tally.hpp"

namespace dmar::coverage {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string data;
  std::string root;
  std::string waivers;
  std::string out;
  double lines = 95;
};

// Numbered from 1 on, as everybody counts lines.
std::vector<std::string> read_lines(const fs::path &file) {
  std::vector<std::string> lines(1);
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

Sources read_sources(const fs::path &root) {
  Sources sources;
  for (const auto &entry : fs::recursive_directory_iterator(root / "rtl")) {
    if (entry.path().extension() != ".sv") continue;
    sources.emplace(fs::relative(entry.path(), root).string(), read_lines(entry.path()));
  }
  return sources;
}

std::vector<fs::path> files(const std::string &folder, const char *extension) {
  std::vector<fs::path> found;
  for (const auto &entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == extension) found.push_back(entry.path());
  }
  if (found.empty()) throw std::runtime_error(fmt::format("no *{} in {}", extension, folder));
  return found;
}

void judge(Report &report, Groups &groups, double wanted) {
  std::vector<std::string> &failures = report.failures;
  failures = report.rtl.errors;
  for (const Group *group : groups.all()) {
    report.groups.push_back(report_of(*group));
    for (const std::string &error : report.groups.back().errors) failures.push_back(error);
  }
  Figure lines;
  for (const Module &module : report.rtl.modules) lines += line_figure(module);
  if (lines.percent() < wanted) {
    failures.push_back(
        fmt::format("{:.1f}% of RTL lines, {}% are wanted", lines.percent(), wanted));
  }
  for (const std::string &reason : missing_values(groups.requests)) {
    failures.push_back("no request had the outcome: " + reason);
  }
  for (const std::string &cause : missing_values(groups.queue_errors)) {
    failures.push_back("no queue error had the cause: " + cause);
  }
}

Report make_report(const Options &options) {
  Points points;
  for (const fs::path &file : files(options.data, ".dat")) {
    std::ifstream in(file);
    add_points(points, in, options.root);
  }
  Groups groups;
  for (const fs::path &file : files(options.data, ".json")) add_tally(groups, file.string());
  std::ifstream waivers(options.waivers);
  if (!waivers) throw std::runtime_error("cannot read " + options.waivers);
  Report report{.sources = read_sources(options.root)};
  report.rtl = survey(points, report.sources, read_waivers(waivers));
  judge(report, groups, options.lines);
  return report;
}

int run(const Options &options) {
  const Report report = make_report(options);
  const fs::path out(options.out);
  fs::create_directories(out);
  std::ofstream(out / "index.html") << index_page(report);
  std::ofstream(out / "toggles.html") << toggle_page(report);
  std::ofstream(out / "lines.info") << lcov_tracefile(report.rtl, options.root);
  std::ofstream(out / "summary.txt") << text_summary(report);
  fmt::print("{}", text_summary(report));
  return report.failures.empty() ? 0 : 1;
}

}  // namespace
}  // namespace dmar::coverage

int main(int argc, char **argv) {
  dmar::coverage::Options options;
  CLI::App app("Merges coverage data and writes the report.");
  app.add_option("--data", options.data, "folder with the .dat and .json files of a run")
      ->required();
  app.add_option("--root", options.root, "the repository, as an absolute path")->required();
  app.add_option("--waivers", options.waivers, "lines that need not be covered")->required();
  app.add_option("--out", options.out, "folder of the report")->required();
  app.add_option("--lines", options.lines, "percent of RTL lines that must be covered");
  CLI11_PARSE(app, argc, argv);
  try {
    return dmar::coverage::run(options);
  } catch (const std::exception &error) {
    fmt::print(stderr, "coverage_report: {}\n", error.what());
    return 2;
  }
}
