// SPDX-License-Identifier: Apache-2.0
// Lets the killers try each mutant until one notices.
#ifndef DMAR_MUTATION_CAMPAIGN_HPP
#define DMAR_MUTATION_CAMPAIGN_HPP

#include <filesystem>
#include <span>

#include "killers.hpp"
#include "plan.hpp"
#include "results.hpp"

namespace dmar::mutation {

struct CampaignOptions {
  unsigned jobs = 1;   // mutants at a time
  double minutes = 0;  // no mutant begins after this; 0: no limit
  std::filesystem::path scratch;
};

// Those of `plan` that have no result get one, as far as time allows. Says on standard output what
// becomes of each.
void run_campaign(const Plan &plan, std::span<const Killer> killers, const CampaignOptions &options,
                  Results &results);

}  // namespace dmar::mutation

#endif  // DMAR_MUTATION_CAMPAIGN_HPP
