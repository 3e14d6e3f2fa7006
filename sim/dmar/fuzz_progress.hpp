// SPDX-License-Identifier: Apache-2.0
// One line about a campaign on standard error, only when that is a terminal.
#ifndef DMAR_SIM_FUZZ_PROGRESS_HPP
#define DMAR_SIM_FUZZ_PROGRESS_HPP

#include "fuzz_campaign.hpp"

namespace dmar::sim {

class FuzzProgress {
 public:
  explicit FuzzProgress(const CampaignPlan &plan);
  ~FuzzProgress() { clear(); }
  FuzzProgress(const FuzzProgress &) = delete;
  FuzzProgress &operator=(const FuzzProgress &) = delete;

  void at(const bench::FuzzStatistics &done, Campaign::Clock::duration elapsed);
  // Removes the line.
  void clear();

 private:
  CampaignPlan plan_;
  bool shown_;
  bool drawn_ = false;
  double last_ = 0;  // seconds
};

}  // namespace dmar::sim

#endif  // DMAR_SIM_FUZZ_PROGRESS_HPP
