// SPDX-License-Identifier: Apache-2.0
#include "campaign.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace dmar::mutation {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class Campaign {
 public:
  Campaign(const Plan &plan, std::span<const Killer> killers, const CampaignOptions &options,
           Results &results)
      : killers_(killers), options_(options), results_(results) {
    for (const Mutant &mutant : plan.mutants) {
      const auto result = results.of(mutant);
      if (!result) {
        open_.push_back(&mutant);
      } else if (result->killed()) {
        recent_[mutant.file].insert(test_in(result->noticed));
      }
    }
  }

  void run() {
    std::vector<std::thread> workers;
    for (unsigned n = 0; n < options_.jobs; ++n) {
      workers.emplace_back([this, n] { work(options_.scratch / std::to_string(n)); });
    }
    for (std::thread &worker : workers) worker.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void work(const std::filesystem::path &scratch) {
    try {
      std::filesystem::create_directories(scratch);
      while (const Mutant *mutant = next()) {
        finish(*mutant, examine(*mutant, recent_tests(mutant->file), scratch));
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
      next_ = open_.size();
    }
  }

  const Mutant *next() {
    const std::lock_guard lock(mutex_);
    const bool late = options_.minutes > 0 && seconds_since(start_) > options_.minutes * 60;
    return late || next_ >= open_.size() ? nullptr : open_[next_++];
  }

  // What noticed other mutants of a source most likely notices this one.
  [[nodiscard]] std::string recent_tests(const std::string &file) {
    const std::lock_guard lock(mutex_);
    return fmt::format("{}", fmt::join(recent_[file], ":"));
  }

  [[nodiscard]] Result examine(const Mutant &mutant, const std::string &recent,
                               const std::filesystem::path &scratch) const {
    const auto start = Clock::now();
    Result result;
    for (const Killer &killer : killers_) {
      const auto noticed = notice(killer, mutant.id, recent, scratch);
      if (!noticed) continue;
      result.noticed = *noticed;
      break;
    }
    result.seconds = seconds_since(start);
    return result;
  }

  void finish(const Mutant &mutant, const Result &result) {
    const std::lock_guard lock(mutex_);
    results_.add(mutant, result);
    if (result.killed()) recent_[mutant.file].insert(test_in(result.noticed));
    ++finished_;
    fmt::print("{:4}/{} {}:{} {}: {}\n", finished_, open_.size(), mutant.file, mutant.line,
               mutant.operation, result.killed() ? result.noticed : "SURVIVED");
    std::fflush(stdout);
  }

  std::span<const Killer> killers_;
  const CampaignOptions &options_;
  Results &results_;
  const Clock::time_point start_ = Clock::now();
  std::vector<const Mutant *> open_;
  std::mutex mutex_;  // guards what follows, and results_
  std::size_t next_ = 0;
  std::size_t finished_ = 0;
  std::map<std::string, std::set<std::string>> recent_;  // tests by source
  std::exception_ptr failure_;
};

}  // namespace

void run_campaign(const Plan &plan, std::span<const Killer> killers, const CampaignOptions &options,
                  Results &results) {
  Campaign(plan, killers, options, results).run();
}

}  // namespace dmar::mutation
