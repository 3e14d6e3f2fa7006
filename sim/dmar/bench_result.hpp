// SPDX-License-Identifier: Apache-2.0
// Everything that one `dmar bench` measured.
#ifndef DMAR_SIM_BENCH_RESULT_HPP
#define DMAR_SIM_BENCH_RESULT_HPP

#include <string>
#include <vector>

#include "bench_options.hpp"
#include "perf/figures.hpp"
#include "perf/mixed.hpp"
#include "perf/nic.hpp"
#include "perf/rates.hpp"
#include "perf/sweeps.hpp"
#include "perf/top_features.hpp"
#include "perf/top_traffic.hpp"

namespace dmar::sim {

struct MixedRow {
  std::string name;  // in JSON
  std::string title;
  unsigned latency = 0;
  std::string unit;  // of Mixed::units, empty for none
  unsigned unit_bytes = 0;
  perf::Mixed mixed;
};

struct TopRow {
  std::string name;
  std::string title;
  unsigned latency = 0;
  std::string unit;
  perf::TopRate rate;
};

// The figures of a named configuration.
struct Configuration {
  std::string name;
  std::vector<perf::Figure> figures;
};

struct BenchResult {
  BenchOptions options;
  std::vector<perf::Figure> figures;
  std::vector<Configuration> configurations = {};
  std::vector<MixedRow> mixed = {};
  std::vector<TopRow> top = {};
  std::vector<perf::FeatureFigure> features = {};
  std::vector<perf::RateAtClock> rates = {};
  std::vector<perf::Plot> plots = {};
  bool interrupted = false;  // the rest was not measured
};

}  // namespace dmar::sim

#endif  // DMAR_SIM_BENCH_RESULT_HPP
