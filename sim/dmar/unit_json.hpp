// SPDX-License-Identifier: Apache-2.0
// The remapping units of a machine as JSON.
#ifndef DMAR_SIM_UNIT_JSON_HPP
#define DMAR_SIM_UNIT_JSON_HPP

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cosim/statistics.hpp"
#include "vm_result.hpp"

namespace dmar::sim {

// Whose requests pass it, in names for people.
std::vector<std::string> covered_by(const VmResult &result, std::size_t unit);

nlohmann::ordered_json statistics_json(const cosim::Statistics &did);

// In the order of the DMAR table.
nlohmann::ordered_json units_json(const VmResult &result);

}  // namespace dmar::sim

#endif  // DMAR_SIM_UNIT_JSON_HPP
