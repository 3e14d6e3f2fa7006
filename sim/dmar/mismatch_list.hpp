// SPDX-License-Identifier: Apache-2.0
// Where RTL and golden model did not agree, unit by unit.
#ifndef DMAR_SIM_MISMATCH_LIST_HPP
#define DMAR_SIM_MISMATCH_LIST_HPP

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "unit_result.hpp"

namespace dmar::sim {

// The first of each unit, which is named when there are several. Empty when all agreed.
std::string mismatch_text(const std::vector<UnitResult> &units);

nlohmann::ordered_json mismatches_json(const std::vector<UnitResult> &units);

}  // namespace dmar::sim

#endif  // DMAR_SIM_MISMATCH_LIST_HPP
