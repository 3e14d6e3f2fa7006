// SPDX-License-Identifier: Apache-2.0
// See figures.hpp.
#include "perf/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace dmar::perf {

namespace {

constexpr std::array kSpecs{
    FigureSpec{"hit_latency", "hit latency, request accepted to answer", "clocks", Aim::kAtMost, 3,
               0, "2, blocking", "1"},
    FigureSpec{"hits_one_port", "hit throughput, one port", "translations a clock", Aim::kAtLeast,
               1, 3, "0.333", "1"},
    FigureSpec{"hits_both_ports", "hit throughput, both ports", "translations a clock",
               Aim::kAtLeast, 2, 3, "0.333", "2"},
    FigureSpec{"hits_beside_misses", "hits lost while a device on the other port only misses", "%",
               Aim::kAtMost, 1, 2, "blocked for the whole walk", "0"},
    FigureSpec{"hits_beside_misses_latency", "slowest of these hits, waiting at the port included",
               "clocks", Aim::kAtMost, 3, 0, "a walk later", "1"},
    FigureSpec{"hits_among_misses", "clocks lost on a port that hits and misses share", "%",
               Aim::kAtMost, 1, 2, "blocked for the whole walk", "0"},
    FigureSpec{"warm_miss", "miss, 4 KiB page, upper levels cached, memory 20", "clocks",
               Aim::kAtMost, 26, 0, "66 (3 reads)", "20"},
    FigureSpec{"cold_miss", "miss, nothing cached, 4 levels, memory 20", "clocks", Aim::kAtMost,
               140, 0, "134 (6 reads)", "120"},
    FigureSpec{"sequential_20", "sequential pages, memory 20", "translations a clock",
               Aim::kAtLeast, 0.9, 3, "0.0149", "1"},
    FigureSpec{"sequential_64", "sequential pages, memory 64", "translations a clock",
               Aim::kAtLeast, 0.8, 3, "0.0050", "1"},
    FigureSpec{"stream_20", "sequential pages, 4 requests each, memory 20", "translations a clock",
               Aim::kAtLeast, 0.95, 3, "-", "1"},
    FigureSpec{"stream_100", "sequential pages, 4 requests each, memory 100",
               "translations a clock", Aim::kAtLeast, 0.9, 3, "-", "1"},
    FigureSpec{"stream_200", "sequential pages, 4 requests each, memory 200",
               "translations a clock", Aim::kAtLeast, 0.85, 3, "-", "1"},
    FigureSpec{"random_20", "random pages, upper levels cached, memory 20", "translations a clock",
               Aim::kAtLeast, 0.5, 3, "0.0149", "0.8"},
    FigureSpec{"random_64", "random pages, upper levels cached, memory 64", "translations a clock",
               Aim::kAtLeast, 0.2, 3, "0.0050", "0.25"},
    FigureSpec{"invalidation", "page-selective invalidation by queue, back to back, memory 20",
               "clocks each", Aim::kAtMost, 8, 2, "24", "1"},
    FigureSpec{"invalidation_hits", "hits of another domain lost meanwhile", "%", Aim::kAtMost, 1,
               2, "-", "0"},
    FigureSpec{"invalidation_latency", "slowest of these hits, waiting at the port included",
               "clocks", Aim::kNone, 0, 0, "-", "1"},
    FigureSpec{"speed", "simulation, random pages, memory 20, one thread, no check",
               "thousand clocks a second of processor time", Aim::kAtLeast, 200, 0,
               "150-207 (4 entries), 43-54 (64)", "-"},
    FigureSpec{"speed_checked", "the same, every answer checked with the golden model",
               "thousand clocks a second of processor time", Aim::kNone, 0, 0, "-", "-"},
};

std::string reads_note(double reads) { return fmt::format("{:.3g} reads each", reads); }

std::string latency_note(const Histogram &latency) {
  return fmt::format("latency {} to {}, mean {:.1f}", latency.min(), latency.max(), latency.mean());
}

std::string rate_note(const Rate &rate) {
  return fmt::format("{:.2f} reads each, {:.1f} % hits, {}", rate.reads, 100 * rate.hits,
                     latency_note(rate.latency));
}

// What `with` lacks of `without`, in per cent.
double lost(double without, double with) { return std::max(0.0, 100 * (1 - with / without)); }

class Table {
 public:
  explicit Table(const Step &step) : step_(step) {}

  // The next measurement is of this figure.
  void begin(std::string_view name) {
    if (step_) step_(figure_spec(name).title);
  }
  void add(std::string_view name, double value, std::string note = {}) {
    figures_.push_back({.spec = &figure_spec(name), .value = value, .note = std::move(note)});
  }
  std::vector<Figure> take() { return std::move(figures_); }

 private:
  const Step &step_;
  std::vector<Figure> figures_;
};

void measure_hits(const Setting &setting, Table &table) {
  table.begin("hit_latency");
  const SingleLatency alone = hit_alone(setting);
  table.add("hit_latency", static_cast<double>(alone.latency.max()), latency_note(alone.latency));
  table.begin("hits_one_port");
  const Rate one = hits_one_port(setting);
  table.add("hits_one_port", one.per_clock, latency_note(one.latency));
  table.begin("hits_both_ports");
  const Rate both = hits_both_ports(setting);
  table.add("hits_both_ports", both.per_clock, latency_note(both.latency));
}

void measure_fairness(const Setting &setting, Table &table) {
  table.begin("hits_beside_misses");
  const Fairness beside = fairness_two_ports(setting);
  table.add("hits_beside_misses", lost(beside.alone, beside.together),
            fmt::format("{:.3f} hits and {:.3f} misses a clock", beside.together, beside.other));
  table.add("hits_beside_misses_latency", static_cast<double>(beside.latency.max()),
            fmt::format("{} of {} requests found their entry replaced", beside.missed,
                        beside.missed + beside.latency.total()));
  table.begin("hits_among_misses");
  const Fairness among = fairness_one_port(setting);
  table.add("hits_among_misses", lost(1, among.together + among.other),
            fmt::format("{:.3f} hits and {:.3f} misses a clock, {} of the hits", among.together,
                        among.other, latency_note(among.latency)));
}

void measure_misses(const Setting &setting, Table &table) {
  table.begin("warm_miss");
  const SingleLatency warm = warm_miss_alone(setting.with_latency(20));
  table.add("warm_miss", static_cast<double>(warm.latency.max()), reads_note(warm.reads));
  table.begin("cold_miss");
  const SingleLatency cold = cold_miss_alone(setting.with_latency(20));
  table.add("cold_miss", static_cast<double>(cold.latency.max()), reads_note(cold.reads));
}

void measure_streams(const Setting &setting, Table &table) {
  for (const unsigned latency : {20U, 64U}) {
    const std::string name = fmt::format("sequential_{}", latency);
    table.begin(name);
    const Rate rate = sequential_pages(setting.with_latency(latency));
    table.add(name, rate.per_clock, rate_note(rate));
  }
  for (const unsigned latency : {20U, 100U, 200U}) {
    const std::string name = fmt::format("stream_{}", latency);
    table.begin(name);
    const Rate rate = sequential_pages(setting.with_latency(latency), 4);
    table.add(name, rate.per_clock, rate_note(rate));
  }
  for (const unsigned latency : {20U, 64U}) {
    const std::string name = fmt::format("random_{}", latency);
    table.begin(name);
    const Rate rate = random_pages(setting.with_latency(latency));
    table.add(name, rate.per_clock, rate_note(rate));
  }
}

void measure_invalidations(const Setting &setting, Table &table) {
  table.begin("invalidation");
  const Invalidation result = invalidations(setting.with_latency(20));
  table.add("invalidation", result.clocks_each);
  table.add("invalidation_hits", lost(result.lookups_before, result.lookups),
            fmt::format("{:.3f} a clock", result.lookups));
  table.add("invalidation_latency", static_cast<double>(result.latency.max()),
            fmt::format("{} of {} requests did not hit", result.missed,
                        result.missed + result.latency.total()));
}

}  // namespace

std::span<const FigureSpec> figure_specs() { return kSpecs; }

const FigureSpec &figure_spec(std::string_view name) {
  for (const FigureSpec &spec : kSpecs) {
    if (spec.name == name) return spec;
  }
  throw std::out_of_range(fmt::format("no figure '{}'", name));
}

std::vector<Figure> measure_figures(const Setting &setting, const Step &step) {
  Table table(step);
  measure_hits(setting, table);
  measure_fairness(setting, table);
  measure_misses(setting, table);
  measure_streams(setting, table);
  measure_invalidations(setting, table);
  return table.take();
}

std::vector<Figure> measure_speed(const Setting &setting, const Step &step) {
  constexpr std::uint64_t kClocks = 100'000;
  Table table(step);
  for (const bool check : {false, true}) {
    Setting one = setting.with_latency(20);
    one.unit.check = check;
    const std::string_view name = check ? "speed_checked" : "speed";
    table.begin(name);
    double speed = 0;  // the best: other programs can only take away from it
    for (unsigned round = 0; round < 3; ++round) {
      speed = std::max(speed, simulation_speed(one, kClocks).clocks_per_second);
    }
    one.unit.profile = true;
    const Speed split = simulation_speed(one, kClocks / 4);
    table.add(
        name, speed / 1000,
        fmt::format("{:.0f} % in the Verilated model, {:.1f} % in the golden model, "
                    "{:.0f} % in the bench",
                    100 * split.rtl, 100 * split.golden, 100 * (1 - split.rtl - split.golden)));
  }
  return table.take();
}

}  // namespace dmar::perf
