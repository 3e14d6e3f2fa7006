// SPDX-License-Identifier: Apache-2.0
// See sweeps.hpp.
#include "perf/sweeps.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "perf/mixed.hpp"

namespace dmar::perf {

namespace {

constexpr std::array kLatencies{1U, 5U, 10U, 20U, 40U, 64U, 100U, 200U, 400U};

struct MixedWorkload {
  const char *name;
  Mixed (*measure)(const Setting &setting);
};
constexpr std::array kWorkloads{
    MixedWorkload{"64 devices, 16 random pages each", devices_at_other_addresses},
    MixedWorkload{"4,096 pages, the n-th with weight 1/n", skewed_pages},
    MixedWorkload{"network adapter, 1,032 pages", nic},
    MixedWorkload{"storage controller, 4,066 pages", nvme}};

struct NamedModel {
  unsigned x;
  const char *model;
};
// The default build has 16 walks and room for 2,048 pages of 4 KiB.
constexpr std::array kWalks{NamedModel{1, "walks1"},   NamedModel{2, "walks2"},
                            NamedModel{4, "walks4"},   NamedModel{8, "walks8"},
                            NamedModel{16, "default"}, NamedModel{32, "walks32"}};
constexpr std::array kEntries{NamedModel{128, "iotlb128"},   NamedModel{512, "iotlb512"},
                              NamedModel{1024, "iotlb1024"}, NamedModel{2048, "default"},
                              NamedModel{4096, "iotlb4096"}, NamedModel{8192, "iotlb8192"}};

void say(const Step &step, const std::string &what) {
  if (step) step(what);
}

}  // namespace

std::vector<std::string> sweep_models() {
  std::vector<std::string> names{"tags32"};
  for (const NamedModel &one : kWalks) names.emplace_back(one.model);
  for (const NamedModel &one : kEntries) names.emplace_back(one.model);
  return names;
}

Plot sweep_latency(const Setting &setting, const Step &step) {
  Plot plot{.name = "memory-latency",
            .title = "Throughput against memory latency",
            .x_label = "memory latency, clocks",
            .y_label = "translations a clock",
            .logarithmic_x = true};
  Line hits{.name = "hits, one port"};
  Line sequential{.name = "sequential pages"};
  Line random{.name = "random pages"};
  Line small{.name = "random pages, 16 requests in flight"};
  for (const unsigned latency : kLatencies) {
    say(step, fmt::format("memory latency {}", latency));
    const Setting one = setting.with_latency(latency);
    plot.x.push_back(latency);
    hits.values.push_back(hits_one_port(one).per_clock);
    sequential.values.push_back(sequential_pages(one).per_clock);
    random.values.push_back(random_pages(one).per_clock);
    small.values.push_back(random_pages(one.with_model("tags32")).per_clock);
  }
  plot.lines = {std::move(hits), std::move(sequential), std::move(random), std::move(small)};
  return plot;
}

Plot sweep_walks(const Setting &setting, const Step &step) {
  Plot plot{.name = "walks",
            .title = "Throughput against walks in flight",
            .x_label = "walks in flight",
            .y_label = "translations a clock",
            .logarithmic_x = true};
  for (const unsigned latency : {20U, 64U, 200U}) {
    plot.lines.push_back({.name = fmt::format("random pages, memory {}", latency)});
  }
  plot.lines.push_back({.name = "sequential pages, memory 64"});
  for (const NamedModel &one : kWalks) {
    say(step, fmt::format("{} walks", one.x));
    const Setting model = setting.with_model(one.model);
    plot.x.push_back(one.x);
    plot.lines[0].values.push_back(random_pages(model.with_latency(20)).per_clock);
    plot.lines[1].values.push_back(random_pages(model.with_latency(64)).per_clock);
    plot.lines[2].values.push_back(random_pages(model.with_latency(200)).per_clock);
    plot.lines[3].values.push_back(sequential_pages(model.with_latency(64)).per_clock);
  }
  return plot;
}

Plot sweep_iotlb(const Setting &setting, const Step &step) {
  Plot plot{.name = "iotlb",
            .title = "Translations without a walk against IOTLB size",
            .x_label = "4 KiB pages that the IOTLB holds, 4 ways",
            .y_label = "without a walk of their own, %",
            .logarithmic_x = true};
  for (const MixedWorkload &workload : kWorkloads) plot.lines.push_back({.name = workload.name});
  for (const NamedModel &one : kEntries) {
    say(step, fmt::format("IOTLB of {} pages", one.x));
    plot.x.push_back(one.x);
    for (std::size_t i = 0; i < kWorkloads.size(); ++i) {
      const Mixed mixed = kWorkloads[i].measure(setting.with_model(one.model).with_latency(20));
      plot.lines[i].values.push_back(100 * (1 - mixed.rate.walks));
    }
  }
  return plot;
}

Plot latency_histogram(const Setting &setting, const Step &step) {
  constexpr std::size_t kShown = 60;  // clocks
  say(step, "latency histogram");
  Plot plot{.name = "latency",
            .title = "Latency, 4,096 pages, the n-th with weight 1/n, memory 20",
            .x_label = "clocks from request to answer",
            .y_label = "answers, %",
            .bars = true};
  const Histogram latency = skewed_pages(setting.with_latency(20)).rate.latency;
  Line line{.name = "answers"};
  for (std::size_t value = 0; value < kShown; ++value) {
    const double count =
        value < latency.counts().size() ? static_cast<double>(latency.counts()[value]) : 0;
    plot.x.push_back(static_cast<double>(value));
    line.values.push_back(100 * count / static_cast<double>(latency.total()));
  }
  plot.lines.push_back(std::move(line));
  return plot;
}

}  // namespace dmar::perf
