// SPDX-License-Identifier: Apache-2.0
// The options of `dmar bench`.
#ifndef DMAR_SIM_BENCH_OPTIONS_HPP
#define DMAR_SIM_BENCH_OPTIONS_HPP

#include <cstdint>
#include <string>

#include "report_options.hpp"

namespace CLI {
class App;
}

namespace dmar::sim {

struct BenchOptions {
  std::string model = "default";
  std::string models;  // folder; empty: beside the program
  bool quick = false;
  bool no_check = false;
  std::uint64_t seed = 1;
  std::string json;
  ReportOptions report;
  std::string plots;
  std::string document;
};

void add_bench_options(CLI::App &command, BenchOptions &options);

}  // namespace dmar::sim

#endif  // DMAR_SIM_BENCH_OPTIONS_HPP
