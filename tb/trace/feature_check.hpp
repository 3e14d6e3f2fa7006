// SPDX-License-Identifier: Apache-2.0
// Decides before a replay whether a build has every feature that a trace uses.
#ifndef DMAR_TRACE_FEATURE_CHECK_HPP
#define DMAR_TRACE_FEATURE_CHECK_HPP

#include <string>
#include <vector>

#include "dmar/config.hpp"
#include "trace/event.hpp"

namespace dmar::trace {

// A feature that the build lacks, and the first event that uses it.
struct MissingFeature {
  unsigned line = 0;
  std::string feature;  // "interrupt remapping"
  std::string event;    // "write 18 4 5000000"

  friend bool operator==(const MissingFeature &, const MissingFeature &) = default;
};

// Empty when a unit built as `config` can replay `trace`. Each feature is named once. A recorded
// result that no feature would explain is not reported: the replay shows it as a mismatch.
std::vector<MissingFeature> missing_features(const Trace &trace, const Config &config);

}  // namespace dmar::trace

#endif  // DMAR_TRACE_FEATURE_CHECK_HPP
