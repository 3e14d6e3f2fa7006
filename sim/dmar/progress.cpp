// SPDX-License-Identifier: Apache-2.0
// See progress.hpp.
#include "progress.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "standard_streams.hpp"

namespace dmar::sim {

namespace {

constexpr std::size_t kWidth = 40;
constexpr std::chrono::milliseconds kInterval{100};

}  // namespace

Progress::Progress(std::size_t total, bool quiet)
    : total_(std::max<std::size_t>(total, 1)),
      shown_(!quiet && ::isatty(STDERR_FILENO) != 0),
      start_(std::chrono::steady_clock::now()),
      last_(start_) {}

Progress::~Progress() {
  if (drawn_) complain("\r\033[K");
}

void Progress::at(std::size_t done) {
  if (!shown_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < kInterval) return;
  last_ = now;
  draw(done);
}

void Progress::draw(std::size_t done) {
  const std::size_t filled = kWidth * std::min(done, total_) / total_;
  const double seconds = std::chrono::duration<double>(last_ - start_).count();
  complain("\r[{}{}] {:3}%  {} of {} events, {:.0f} s\033[K", std::string(filled, '#'),
           std::string(kWidth - filled, '.'), 100 * std::min(done, total_) / total_, done, total_,
           seconds);
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace dmar::sim
