// SPDX-License-Identifier: Apache-2.0
// See invalidation.hpp.
#include "scale/invalidation.hpp"

#include <algorithm>

namespace dmar::scale {

namespace {

constexpr std::size_t kInLine = 4;      // descriptors of 16 bytes
constexpr std::size_t kKept = 8;        // fetched ahead
constexpr unsigned kFetchOverhead = 6;  // clocks besides the latency of memory

}  // namespace

InvalidationPoint::InvalidationPoint(unsigned slices, unsigned memory_latency, unsigned broadcasts)
    : memory_latency_(memory_latency), broadcasts_(broadcasts), acknowledged_(slices, 0) {}

// One line at a time, while there is room for what it brings.
void InvalidationPoint::fetch(std::uint64_t clock) {
  if (fetch_ends_ != 0 && clock >= fetch_ends_) {
    for (std::size_t i = 0; i < kInLine && !queued_.empty(); ++i) {
      fetched_.push_back(queued_.front());
      queued_.pop_front();
    }
    fetch_ends_ = 0;
  }
  if (fetch_ends_ == 0 && !queued_.empty() && fetched_.size() + kInLine <= kKept) {
    fetch_ends_ = clock + memory_latency_ + kFetchOverhead;
  }
}

std::optional<PageInvalidation> InvalidationPoint::step(std::uint64_t clock) {
  fetch(clock);
  if (fetched_.empty() || clock < next_ || begun_ - completed_ >= broadcasts_) {
    return std::nullopt;
  }
  const PageInvalidation next = fetched_.front();
  fetched_.pop_front();
  ++begun_;
  next_ = clock + 1;
  return next;
}

void InvalidationPoint::acknowledge(unsigned slice, std::uint64_t clock) {
  ++acknowledged_[slice];
  const std::uint64_t all = *std::ranges::min_element(acknowledged_);
  if (all == completed_) return;
  completed_ = all;
  last_completion_ = clock;
  next_ = std::max(next_, clock + 1);
}

}  // namespace dmar::scale
