// SPDX-License-Identifier: Apache-2.0
// See fuzz_campaign.hpp.
#include "fuzz_campaign.hpp"

#include <poll.h>

namespace dmar::sim {

namespace {

constexpr int kPollMilliseconds = 100;

}  // namespace

bool Campaign::may_start() const {
  if (plan_.runs && started_ >= *plan_.runs) return false;
  return !plan_.time || Clock::now() - start_ < *plan_.time;
}

bench::FuzzCase Campaign::next_case() {
  bench::FuzzCase one = plan_.first;
  one.model = plan_.models[started_ % plan_.models.size()];
  one.seed += started_ / plan_.models.size();
  if (plan_.swarm) one.features = one.features.thinned(one.seed);
  ++started_;
  return one;
}

void Campaign::collect() {
  std::erase_if(workers_, [this](const std::unique_ptr<FuzzWorker> &worker) {
    const auto result = worker->poll();
    if (!result) return false;
    if (ended_) ended_(*worker, *result);
    result_.statistics += result->statistics;
    if (result->failure && !result_.failure) {
      result_.failure = CampaignFailure{worker->fuzz_case(), *result->failure};
    }
    return true;
  });
}

void Campaign::wait() const {
  std::vector<pollfd> files;
  for (const auto &worker : workers_) {
    files.push_back({.fd = worker->descriptor(), .events = POLLIN, .revents = 0});
  }
  ::poll(files.data(), files.size(), kPollMilliseconds);
}

CampaignResult Campaign::run() {
  while (!stopped_() && !result_.failure) {
    while (workers_.size() < plan_.jobs && may_start()) {
      workers_.push_back(std::make_unique<FuzzWorker>(next_case()));
    }
    if (workers_.empty()) break;
    wait();
    collect();
    report_(result_.statistics, Clock::now() - start_);
  }
  workers_.clear();
  result_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  return result_;
}

}  // namespace dmar::sim
