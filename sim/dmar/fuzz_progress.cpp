// SPDX-License-Identifier: Apache-2.0
// See fuzz_progress.hpp.
#include "fuzz_progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "grouped.hpp"
#include "standard_streams.hpp"

namespace dmar::sim {

namespace {

constexpr double kInterval = 0.2;  // seconds

// Seconds left by the time and by the runs that were asked for.
double left(const CampaignPlan &plan, double runs, double seconds) {
  double least = std::numeric_limits<double>::infinity();
  if (plan.time) least = static_cast<double>(plan.time->count()) - seconds;
  if (plan.runs && runs > 0) {
    least = std::min(least, seconds / runs * (static_cast<double>(*plan.runs) - runs));
  }
  return std::max(least, 0.0);
}

}  // namespace

FuzzProgress::FuzzProgress(const CampaignPlan &plan)
    : plan_(plan), shown_(::isatty(STDERR_FILENO) != 0) {}

void FuzzProgress::at(const bench::FuzzStatistics &done, Campaign::Clock::duration elapsed) {
  const double seconds = std::chrono::duration<double>(elapsed).count();
  if (!shown_ || seconds - last_ < kInterval) return;
  last_ = seconds;
  const auto runs = static_cast<double>(done.runs);
  std::string line = fmt::format(
      "\r{} machines, {} requests, {} cycles, {} faults, {:.1f} a second", grouped(done.runs),
      grouped(done.requests), grouped(done.cycles), grouped(done.faults), runs / seconds);
  const double rest = left(plan_, runs, seconds);
  if (rest < std::numeric_limits<double>::infinity()) {
    const auto whole = static_cast<unsigned long>(rest);
    line += fmt::format(", {}:{:02} left", whole / 60, whole % 60);
  }
  complain("{}\033[K", line);
  std::fflush(stderr);
  drawn_ = true;
}

void FuzzProgress::clear() {
  if (drawn_) complain("\r\033[K");
  drawn_ = false;
}

}  // namespace dmar::sim
