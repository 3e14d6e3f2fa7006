// SPDX-License-Identifier: Apache-2.0
// The units that the corpus runs on. Defined once for each program: with Verilated models
// (backends_rtl.cpp) or without (backends_golden.cpp).
#ifndef DMAR_TESTS_SCENARIO_BACKEND_HPP
#define DMAR_TESTS_SCENARIO_BACKEND_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dmar/config.hpp"
#include "dmar/iommu.hpp"

namespace dmar {

struct Backend {
  // `wave`: FST file to write, or empty; a unit without a clock writes none.
  using Make = std::function<std::unique_ptr<Iommu>(std::uint64_t seed, const std::string &wave)>;

  std::string name;  // Golden_<config> or Rtl_<config>
  Config config;
  Make make;
};

const std::vector<Backend> &backends();

// A golden unit named after the configuration.
Backend golden_backend(const std::string &config_name, const Config &config);

// The configurations that the models of this project are built with.
struct NamedConfig {
  std::string name;
  Config config;
};
const std::vector<NamedConfig> &known_configs();

// Configurations without a model, for combinations that no model has; on the golden model alone.
const std::vector<NamedConfig> &golden_configs();

// The tables of the scenarios are 48 bits wide; a build without them is left to random machines.
inline bool runs_scenarios(const Config &config) { return (config.sagaw & 0b00100) != 0; }

}  // namespace dmar

#endif  // DMAR_TESTS_SCENARIO_BACKEND_HPP
