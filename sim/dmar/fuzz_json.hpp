// SPDX-License-Identifier: Apache-2.0
// Results of random machines as JSON: between worker processes, and for the user.
#ifndef DMAR_SIM_FUZZ_JSON_HPP
#define DMAR_SIM_FUZZ_JSON_HPP

#include <nlohmann/json.hpp>

#include "fuzz/fuzz_result.hpp"
#include "fuzz/statistics.hpp"

namespace dmar::sim {

nlohmann::json to_json(const bench::FuzzStatistics &statistics);
nlohmann::json to_json(const bench::FuzzResult &result);
// Throws nlohmann::json::exception when `text` is not what to_json() makes of a result.
bench::FuzzResult result_from_json(const std::string &text);

}  // namespace dmar::sim

#endif  // DMAR_SIM_FUZZ_JSON_HPP
