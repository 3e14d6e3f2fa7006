// SPDX-License-Identifier: Apache-2.0
// See vm_progress.hpp.
#include "vm_progress.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

#include "grouped.hpp"
#include "standard_streams.hpp"

namespace dmar::sim {

namespace {

constexpr std::chrono::milliseconds kInterval{1000};

}  // namespace

VmProgress::VmProgress(bool wanted) : shown_(wanted && ::isatty(STDERR_FILENO) != 0) {}

void VmProgress::at(const cosim::Statistics &now, std::uint64_t mismatches) {
  if (!shown_ || Clock::now() - last_ < kInterval) return;
  const double seconds = std::chrono::duration<double>(Clock::now() - last_).count();
  const auto rate = [seconds](std::uint64_t then, std::uint64_t later) {
    return static_cast<double>(later - then) / seconds;
  };
  const auto whole = [&rate](std::uint64_t then, std::uint64_t later) {
    return grouped(static_cast<std::uint64_t>(rate(then, later)));
  };
  const std::uint64_t requests = now.unit.requests - before_.unit.requests;
  const std::uint64_t hits = now.unit.hits - before_.unit.hits;
  complain(
      "\r{:5.0f} s  {} requests/s, {} walks/s, hits {:.0f}%, {:.2f} M cycles/s; "
      "{} invalidations, {} faults, {} mismatches\033[K",
      std::chrono::duration<double>(Clock::now() - start_).count(),
      whole(before_.unit.requests, now.unit.requests), whole(before_.unit.walks, now.unit.walks),
      requests == 0 ? 0.0 : 100.0 * static_cast<double>(hits) / static_cast<double>(requests),
      rate(before_.unit.cycles, now.unit.cycles) / 1e6, grouped(now.invalidations()),
      grouped(now.faults.size()), grouped(mismatches));
  std::fflush(stderr);
  drawn_ = true;
  last_ = Clock::now();
  before_ = now;
}

void VmProgress::clear() {
  if (drawn_) complain("\r\033[K");
  drawn_ = false;
}

}  // namespace dmar::sim
