// SPDX-License-Identifier: Apache-2.0
// See bench_run.hpp.
#include "bench_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "bench/registry.hpp"
#include "usage_error.hpp"

namespace dmar::sim {

namespace {

constexpr std::array kLatencies{20U, 100U};  // of the workloads
constexpr std::array kOthers{"tiny", "server"};
constexpr unsigned kBlockBytes = 4096;

struct Workload {
  const char *name;
  const char *title;
  perf::Mixed (*measure)(const perf::Setting &setting);
  const char *unit;
  unsigned unit_bytes;
};
constexpr std::array kWorkloads{
    Workload{"devices_apart", "64 devices, 16 random pages each", perf::devices_at_other_addresses,
             "", 0},
    Workload{"devices_alike", "the same, all at the same addresses",
             perf::devices_at_same_addresses, "", 0},
    Workload{"skewed", "4,096 pages, the n-th with weight 1/n", perf::skewed_pages, "", 0},
    Workload{"nic", "network adapter, 1500-byte packets", perf::nic, "packets",
             perf::Nic::kPacketBytes},
    Workload{"nvme", "storage, 4 KiB blocks, queue depth 32", perf::nvme, "blocks", kBlockBytes},
    Workload{"few_large_pages", "32 pages of 2 MiB", perf::few_large_pages, "", 0},
    Workload{"many_large_pages", "512 pages of 2 MiB", perf::many_large_pages, "", 0}};

void measure_mixed(const perf::Setting &setting, const perf::Step &step, BenchResult &result) {
  for (const Workload &workload : kWorkloads) {
    for (const unsigned latency : kLatencies) {
      step(workload.title);
      result.mixed.push_back({.name = fmt::format("{}_{}", workload.name, latency),
                              .title = workload.title,
                              .latency = latency,
                              .unit = workload.unit,
                              .unit_bytes = workload.unit_bytes,
                              .mixed = workload.measure(setting.with_latency(latency))});
    }
  }
}

void measure_top(const perf::Step &step, BenchResult &result) {
  const bench::ModelInfo &model = bench::models().front();
  for (const unsigned latency : kLatencies) {
    step("network adapter at the AXI4 port");
    result.top.push_back({.name = fmt::format("nic_{}", latency),
                          .title = "network adapter, 1500-byte packets",
                          .latency = latency,
                          .unit = "packets",
                          .rate = perf::top_nic(model, latency)});
    step("storage at the AXI4 port");
    result.top.push_back({.name = fmt::format("nvme_{}", latency),
                          .title = "storage, 4 KiB blocks, queue depth 32",
                          .latency = latency,
                          .unit = "blocks",
                          .rate = perf::top_nvme(model, latency)});
  }
}

// On the first model that has them, if any is built.
void measure_features(const perf::Step &step, BenchResult &result) {
  const auto append = [&result](std::vector<perf::FeatureFigure> figures) {
    for (perf::FeatureFigure &figure : figures) result.features.push_back(std::move(figure));
  };
  const auto model = std::ranges::find_if(bench::models(), [](const bench::ModelInfo &one) {
    return one.config.device_tlb || one.config.posted_interrupts;
  });
  if (model == bench::models().end()) return;
  for (const unsigned latency : kLatencies) {
    step("device TLBs at the AXI4 port");
    append(perf::device_tlb_figures(*model, latency));
    step("posted interrupts at the AXI4 port");
    append(perf::posting_figures(*model, latency));
  }
}

}  // namespace

void run_bench(const BenchOptions &options, const perf::Step &step, BenchResult &result) {
  try {
    perf::CoreLibrary library =
        options.models.empty() ? perf::CoreLibrary() : perf::CoreLibrary(options.models);
    library.require(options.model);
    if (!options.quick) {
      for (const std::string &name : perf::sweep_models()) library.require(name);
      for (const char *name : kOthers) library.require(name);
    }
    const perf::Setting setting{.library = &library,
                                .model = options.model,
                                .unit = {.check = !options.no_check, .seed = options.seed}};
    result.figures = perf::measure_figures(setting, step);
    for (perf::Figure &figure : perf::measure_speed(setting, step)) {
      result.figures.push_back(std::move(figure));
    }
    if (options.quick) return;
    for (const char *name : kOthers) {
      result.configurations.push_back(
          {.name = name, .figures = perf::measure_figures(setting.with_model(name), step)});
    }
    measure_mixed(setting, step, result);
    measure_top(step, result);
    measure_features(step, result);
    result.rates = perf::rates_at_clocks(setting, step);
    result.plots = {perf::latency_histogram(setting, step), perf::sweep_latency(setting, step),
                    perf::sweep_walks(setting, step), perf::sweep_iotlb(setting, step)};
  } catch (const perf::ModelError &error) {
    throw UsageError(error.what());
  }
}

}  // namespace dmar::sim
