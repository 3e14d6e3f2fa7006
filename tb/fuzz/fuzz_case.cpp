// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "fuzz/fuzz_case.hpp"

#include <fmt/format.h>

namespace dmar::bench {

// The shorter of the two ways to name the features.
std::string replay_command(const FuzzCase &one) {
  std::string features;
  FeatureSet off = FeatureSet::all();
  for (const Feature feature : one.features.list()) off = off.without(feature);
  if (off.list().size() > one.features.list().size()) {
    features = " --only " + one.features.text();
  } else if (!off.list().empty()) {
    features = " --without " + off.text();
  }
  return fmt::format("dmar fuzz --config {} --seed {} --runs 1 --cycles {}{}{}", one.model,
                     one.seed, one.cycles, features, one.sabotage ? " --sabotage" : "");
}

}  // namespace dmar::bench
