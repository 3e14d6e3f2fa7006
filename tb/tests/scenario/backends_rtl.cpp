// SPDX-License-Identifier: Apache-2.0
// Every Verilated model of the program and its golden twin, and the golden model in the
// configurations that no model has.
#include <gtest/gtest.h>

#include "bench/registry.hpp"
#include "tests/scenario/backend.hpp"

namespace dmar {

const std::vector<Backend> &backends() {
  static const std::vector<Backend> kBackends = [] {
    std::vector<Backend> list;
    for (const bench::ModelInfo &model : bench::models()) {
      if (!runs_scenarios(model.config)) continue;
      list.push_back(golden_backend(model.name, model.config));
      list.push_back({.name = "Rtl_" + model.name,
                      .config = model.config,
                      .make = [name = model.name](std::uint64_t seed, const std::string &wave)
                          -> std::unique_ptr<Iommu> {
                        return bench::make_rtl(name, {.seed = seed, .wave = wave});
                      }});
    }
    for (const auto &[name, config] : golden_configs()) {
      list.push_back(golden_backend(name, config));
    }
    return list;
  }();
  return kBackends;
}

TEST(Backends, ModelsHaveTheKnownConfigurations) {
  for (const bench::ModelInfo &model : bench::models()) {
    for (const auto &[name, config] : known_configs()) {
      if (model.name == name) {
        EXPECT_EQ(model.config, config) << name;
      }
    }
  }
}

}  // namespace dmar
