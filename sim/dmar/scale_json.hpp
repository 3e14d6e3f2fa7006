// SPDX-License-Identifier: Apache-2.0
// What `dmar scale` measured, as JSON.
#ifndef DMAR_SIM_SCALE_JSON_HPP
#define DMAR_SIM_SCALE_JSON_HPP

#include <optional>
#include <string>
#include <vector>

#include "scale_area.hpp"
#include "scale_run.hpp"

namespace dmar::sim {

struct ScaleResult {
  ScaleOptions options;
  std::vector<ScaleRow> rows = {};
  std::vector<InvalidationRow> invalidations = {};
  std::vector<TraceRow> traces = {};
  std::optional<AreaEstimate> area = {};
};

std::string scale_json(const ScaleResult &result);

}  // namespace dmar::sim

#endif  // DMAR_SIM_SCALE_JSON_HPP
