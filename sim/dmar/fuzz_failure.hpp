// SPDX-License-Identifier: Apache-2.0
// What is done about a machine that failed: a smaller case of the same failure, its wave, a report.
#ifndef DMAR_SIM_FUZZ_FAILURE_HPP
#define DMAR_SIM_FUZZ_FAILURE_HPP

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "fuzz_campaign.hpp"

namespace dmar::sim {

struct FailureReport {
  std::string text;  // for people
  nlohmann::json json;
  std::string lost;  // why the report could not be written; empty: it was
};

// Throws UsageError when files cannot be made in `folder`, which need not exist yet; leaves nothing
// behind.
void require_folder(const std::filesystem::path &folder);

// Writes NAME.txt and NAME.fst into `folder`. `stopped` ends the work early.
FailureReport examine_failure(const CampaignFailure &failure, const std::filesystem::path &folder,
                              bool no_shrink, const std::function<bool()> &stopped);

}  // namespace dmar::sim

#endif  // DMAR_SIM_FUZZ_FAILURE_HPP
