// SPDX-License-Identifier: Apache-2.0
// Figures over a parameter: memory latency, walks, IOTLB size, and how latencies are spread.
#ifndef DMAR_PERF_SWEEPS_HPP
#define DMAR_PERF_SWEEPS_HPP

#include <string>
#include <vector>

#include "perf/figures.hpp"
#include "perf/measure.hpp"

namespace dmar::perf {

struct Line {
  std::string name;
  std::vector<double> values = {};  // one for each x
};

struct Plot {
  std::string name;  // of files, and in JSON
  std::string title;
  std::string x_label;
  std::string y_label;
  bool logarithmic_x = false;
  bool bars = false;
  std::vector<double> x = {};
  std::vector<Line> lines = {};
};

// Models that the sweeps need.
std::vector<std::string> sweep_models();

// Translations a clock against memory latency, 1 to 400 clocks.
Plot sweep_latency(const Setting &setting, const Step &step);
// Translations a clock against walks in flight; needs the models walks1 to walks32.
Plot sweep_walks(const Setting &setting, const Step &step);
// Part of the translations that needed no walk of their own, against 4 KiB IOTLB entries; needs the
// models iotlb128 to iotlb8192.
Plot sweep_iotlb(const Setting &setting, const Step &step);
// How many of the answers of 64 devices came after how many clocks.
Plot latency_histogram(const Setting &setting, const Step &step);

}  // namespace dmar::perf

#endif  // DMAR_PERF_SWEEPS_HPP
