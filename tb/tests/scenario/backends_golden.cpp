// SPDX-License-Identifier: Apache-2.0
// The golden model alone, in every configuration that is tested.
#include "tests/scenario/backend.hpp"

namespace dmar {

const std::vector<Backend> &backends() {
  static const std::vector<Backend> kBackends = [] {
    std::vector<Backend> list;
    for (const auto *configs : {&known_configs(), &golden_configs()}) {
      for (const auto &[name, config] : *configs) list.push_back(golden_backend(name, config));
    }
    return list;
  }();
  return kBackends;
}

}  // namespace dmar
