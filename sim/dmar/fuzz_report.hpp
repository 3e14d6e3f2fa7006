// SPDX-License-Identifier: Apache-2.0
// The report page of a campaign.
#ifndef DMAR_SIM_FUZZ_REPORT_HPP
#define DMAR_SIM_FUZZ_REPORT_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "fuzz_campaign.hpp"
#include "report/page.hpp"

namespace dmar::sim {

// One machine that has ended.
struct FuzzMachine {
  bench::FuzzCase one;
  bench::FuzzStatistics statistics;
  double seconds = 0;
};

// The machines of a campaign; beyond a bound they are counted only.
class FuzzMachines {
 public:
  static constexpr std::size_t kMost = 200;

  void add(FuzzMachine machine) {
    if (kept_.size() < kMost) {
      kept_.push_back(std::move(machine));
    } else {
      ++left_out_;
    }
  }
  [[nodiscard]] const std::vector<FuzzMachine> &kept() const { return kept_; }
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

 private:
  std::vector<FuzzMachine> kept_;
  std::uint64_t left_out_ = 0;
};

// `failure`: the text about it, with the smaller case; empty: there was none.
report::PageContent fuzz_page(const CampaignPlan &plan, const CampaignResult &result,
                              const FuzzMachines &machines, const std::string &failure,
                              bool interrupted);

}  // namespace dmar::sim

#endif  // DMAR_SIM_FUZZ_REPORT_HPP
