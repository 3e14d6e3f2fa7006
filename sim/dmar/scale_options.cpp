// SPDX-License-Identifier: Apache-2.0
// See scale_options.hpp.
#include "scale_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <vector>

#include "option_kinds.hpp"
#include "perf/workload.hpp"
#include "usage_error.hpp"

namespace dmar::sim {

namespace {

constexpr unsigned kMaxPorts = 64;  // as many have buses of their own
constexpr unsigned kMaxClocks = 10'000;
constexpr unsigned kMaxBeats = 64;
constexpr unsigned kMaxWalks = 1024;
constexpr unsigned kMaxUnitWalks = 32;  // of the RTL
constexpr unsigned kMaxRate = 10'000;   // MHz, million requests a second

void add_number(CLI::App &command, const char *name, unsigned &value, unsigned least, unsigned most,
                const char *type, const char *help) {
  command.add_option(name, value, help)
      ->transform(whole_number(least, most))
      ->type_name(type)
      ->capture_default_str();
}

std::string workload_names() {
  std::vector<std::string_view> names;
  for (const perf::WorkloadKind &kind : perf::workload_kinds()) names.push_back(kind.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

CLI::Validator known_workload() {
  return {[](std::string &text) -> std::string {
            if (perf::find_workload(text) != nullptr) return {};
            return fmt::format("'{}' is none of {}", text, workload_names());
          },
          ""};
}

}  // namespace

void add_scale_options(CLI::App &command, ScaleOptions &options) {
  add_number(command, "--ports", options.ports, 1, kMaxPorts, "N",
             "Ports, each with a lane for reads and one for writes");
  add_number(command, "--link", options.link, 1, kMaxClocks, "CLOCKS",
             "From a lookup slice to the walker service, and back");
  add_number(command, "--memory", options.memory, 1, kMaxClocks, "CLOCKS",
             "From an address of a table read to its first beat");
  add_number(command, "--beats", options.beats, 1, kMaxBeats, "N",
             "Beats of 16 bytes a clock that memory gives, to all walkers together");
  add_number(command, "--clock", options.clock, 1, kMaxRate, "MHZ", "Clock of units and service");
  add_number(command, "--rate", options.rate, 1, kMaxRate, "N",
             "Million requests a second that each lane offers; 434: PCIe Gen6 x16,\n256 bytes");
  add_number(command, "--walks", options.walks, 1, kMaxWalks, "N",
             "Walks in flight of the service");
  add_number(command, "--unit-walks", options.unit_walks, 2, kMaxUnitWalks, "N",
             "Walks in flight of each unit");
  command
      .add_option("--workload", options.workload,
                  "One of " + workload_names() + ";\nwithout it the six of docs/scale.md")
      ->check(known_workload())
      ->type_name("NAME");
  command
      .add_option("--traces", options.traces,
                  "Hit rates of the recorded drivers in this folder, too")
      ->check(is_a(OptionKind::kInputFolder))
      ->type_name("DIR");
  command
      .add_option("--area", options.area,
                  "Cost from the area of instances in this file, docs/fpga.md")
      ->check(is_a(OptionKind::kInput))
      ->type_name("FILE");
  CLI::Option *json =
      command.add_option("--json", options.json, "Write everything to this file as JSON")
          ->check(is_a(OptionKind::kOutput))
          ->type_name("FILE");
  command
      .add_option(
          "--update-docs", options.document,
          "Measure the tables of this document, docs/scale.md, and write them into it; takes\n"
          "minutes. That of hit rates needs --traces, that of cost --area")
      ->check(is_a(OptionKind::kUpdated))
      ->type_name("FILE")
      ->excludes(json);
}

void check_scale_options(const ScaleOptions &options) {
  if (options.rate <= options.clock) return;
  throw UsageError(
      fmt::format("--rate {}: a lane takes one request a clock, {} million a second "
                  "at --clock {}",
                  options.rate, options.clock, options.clock));
}

}  // namespace dmar::sim
