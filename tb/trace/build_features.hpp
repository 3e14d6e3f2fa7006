// SPDX-License-Identifier: Apache-2.0
// What some builds have and others do not, and how a need for it shows: something works with
// everything that there is, and no longer when one thing is taken away.
#ifndef DMAR_TRACE_BUILD_FEATURES_HPP
#define DMAR_TRACE_BUILD_FEATURES_HPP

#include <span>
#include <vector>

#include "dmar/config.hpp"
#include "golden/translate.hpp"

namespace dmar::trace {

inline constexpr const char *kInterruptRemapping = "interrupt remapping";
inline constexpr const char *kDeviceTlbs = "device TLBs (ECAP.DT)";
inline constexpr const char *kPostedInterrupts = "posted interrupts (CAP.PI)";

struct BuildFeature {
  const char *name;  // completes "this build has no ..."
  // Gives `config` as much of the feature as `build` has.
  void (*take_from)(Config &config, const Config &build);
};

// Features that requests with their tables, and descriptors, may need.
std::span<const BuildFeature> request_features();
std::span<const BuildFeature> descriptor_features();

// `build` with all of them.
Config with_everything(const Config &build);

// The control state in which `build` would be where a unit with everything is in `control`.
golden::ControlState restricted(golden::ControlState control, const Config &build);

// Those of `features` that `build` lacks and without which `works` is false. Empty when nothing is
// missing, or when even everything does not help.
template <class Works>
std::vector<const char *> needed(std::span<const BuildFeature> features, const Config &build,
                                 Works works) {
  const Config everything = with_everything(build);
  std::vector<const char *> out;
  if (works(build) || !works(everything)) return out;
  for (const BuildFeature &feature : features) {
    Config without = everything;
    feature.take_from(without, build);
    if (!works(without)) out.push_back(feature.name);
  }
  return out;
}

}  // namespace dmar::trace

#endif  // DMAR_TRACE_BUILD_FEATURES_HPP
