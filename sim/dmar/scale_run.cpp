// SPDX-License-Identifier: Apache-2.0
// See scale_run.hpp.
#include "scale_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <filesystem>

#include "trace/parser.hpp"
#include "usage_error.hpp"

namespace dmar::sim {

namespace {

constexpr std::array kUsualWorkloads{"nic", "nvme", "devices", "skewed", "random", "sequential"};

scale::MachineShape units(const ScaleOptions &options, unsigned walks) {
  scale::MachineShape shape{.ports = options.ports};
  shape.walker.walks = walks;
  shape.memory = {.latency = options.memory, .beats = options.beats};
  return shape;
}

// Its paging-structure caches hold as much as those of the units together, and its hash of walks
// is as wide for their number as that of a unit.
scale::MachineShape service(const ScaleOptions &options, unsigned link, unsigned walks) {
  scale::MachineShape shape = units(options, walks);
  shape.organisation = scale::Organisation::kService;
  shape.link = link;
  shape.walker.hash_bits =
      std::max(shape.walker.hash_bits, 2U + static_cast<unsigned>(std::bit_width(walks - 1)));
  shape.walker.table_sets = std::bit_ceil(shape.walker.table_sets * options.ports);
  return shape;
}

scale::Load load_of(const ScaleOptions &options, const perf::WorkloadKind &kind) {
  return {.kind = &kind, .offered = static_cast<double>(options.rate) / options.clock};
}

}  // namespace

std::vector<const perf::WorkloadKind *> scale_workloads(const ScaleOptions &options) {
  if (!options.workload.empty()) return {perf::find_workload(options.workload)};
  std::vector<const perf::WorkloadKind *> kinds;
  for (const char *name : kUsualWorkloads) kinds.push_back(perf::find_workload(name));
  return kinds;
}

scale::Measured measure_service(const ScaleOptions &options, const perf::WorkloadKind &kind,
                                unsigned walks) {
  return scale::measure(service(options, options.link, walks), load_of(options, kind));
}

ScaleRow measure_scale(const ScaleOptions &options, const perf::WorkloadKind &kind,
                       std::span<const unsigned> unit_walks, std::span<const unsigned> walks) {
  ScaleRow row{.kind = &kind, .memory = options.memory};
  for (const unsigned one : unit_walks) {
    row.units.push_back({one, scale::measure(units(options, one), load_of(options, kind))});
  }
  for (const unsigned one : walks) {
    row.services.push_back({one, measure_service(options, kind, one)});
  }
  row.offered = (row.units.empty() ? row.services : row.units).front().measured.offered;
  return row;
}

InvalidationRow measure_invalidation(const ScaleOptions &options, unsigned link,
                                     unsigned broadcasts) {
  scale::MachineShape shape =
      link == 0 ? units(options, options.unit_walks) : service(options, link, options.walks);
  shape.broadcasts = broadcasts;
  const scale::Load load = load_of(options, *perf::find_workload("nic"));
  return {
      .link = link, .broadcasts = broadcasts, .cost = scale::measure_invalidations(shape, load)};
}

std::vector<TraceRow> trace_hits(const std::string &folder) {
  std::vector<std::filesystem::path> files;
  for (const auto &entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".trace") || name.ends_with(".trace.gz")) files.push_back(entry.path());
  }
  if (files.empty()) {
    throw UsageError(fmt::format("--traces {}: no file that ends in .trace or .trace.gz", folder));
  }
  std::ranges::sort(files);
  std::vector<TraceRow> rows;
  for (const auto &file : files) {
    rows.push_back({.file = file.filename().string(),
                    .hits = scale::replay_caches(trace::load_trace(file), {})});
  }
  return rows;
}

}  // namespace dmar::sim
