// SPDX-License-Identifier: Apache-2.0
// Random machines one after the other, several at a time, until one fails or the campaign ends.
#ifndef DMAR_SIM_FUZZ_CAMPAIGN_HPP
#define DMAR_SIM_FUZZ_CAMPAIGN_HPP

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/fuzz_case.hpp"
#include "fuzz/fuzz_result.hpp"
#include "fuzz_worker.hpp"

namespace dmar::sim {

struct CampaignPlan {
  std::vector<std::string> models;  // each seed on all of them
  bench::FuzzCase first;            // its seed, cycles and features; not its model
  std::optional<std::uint64_t> runs = std::nullopt;
  std::optional<std::chrono::seconds> time = std::nullopt;
  unsigned jobs = 1;
  bool swarm = false;  // leaves out some features, others for each seed
};

struct CampaignFailure {
  bench::FuzzCase one;
  bench::FuzzFailure failure;
};

struct CampaignResult {
  bench::FuzzStatistics statistics;
  std::optional<CampaignFailure> failure = std::nullopt;
  double seconds = 0;
};

class Campaign {
 public:
  using Clock = std::chrono::steady_clock;
  using Report = std::function<void(const bench::FuzzStatistics &, Clock::duration elapsed)>;

  // Called for each machine that has ended.
  using Ended = std::function<void(const FuzzWorker &worker, const bench::FuzzResult &result)>;
  void observe(Ended ended) { ended_ = std::move(ended); }

  // `stopped` ends the campaign; `report` is called some times a second.
  Campaign(CampaignPlan plan, std::function<bool()> stopped, Report report)
      : plan_(std::move(plan)), stopped_(std::move(stopped)), report_(std::move(report)) {}

  // Machines still running when one failed, or when stopped, are given up.
  CampaignResult run();

 private:
  [[nodiscard]] bool may_start() const;
  [[nodiscard]] bench::FuzzCase next_case();
  void collect();
  void wait() const;

  CampaignPlan plan_;
  std::function<bool()> stopped_;
  Report report_;
  Ended ended_;
  Clock::time_point start_ = Clock::now();
  std::uint64_t started_ = 0;
  std::vector<std::unique_ptr<FuzzWorker>> workers_;
  CampaignResult result_;
};

}  // namespace dmar::sim

#endif  // DMAR_SIM_FUZZ_CAMPAIGN_HPP
