// SPDX-License-Identifier: Apache-2.0
// The invalidation point of one walker: takes page invalidations out of a queue in memory and has
// its slices carry them out. A slice sweeps the sets in which the pages can be, one a clock, lets
// the lookups that read before the sweep leave, and acknowledges.
#ifndef DMAR_SCALE_INVALIDATION_HPP
#define DMAR_SCALE_INVALIDATION_HPP

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace dmar::scale {

struct PageInvalidation {
  unsigned domain = 0;
  std::uint64_t page = 0;
  unsigned order = 0;  // 2^order pages
};

class InvalidationPoint {
 public:
  InvalidationPoint(unsigned slices, unsigned memory_latency, unsigned broadcasts);

  // Software has put one more into the queue.
  void queue(const PageInvalidation &invalidation) { queued_.push_back(invalidation); }
  // What is broadcast in this clock.
  std::optional<PageInvalidation> step(std::uint64_t clock);
  // A slice has carried out the oldest that it had not acknowledged, in this clock.
  void acknowledge(unsigned slice, std::uint64_t clock);

  // Those of which every slice has said so, and when the last of them did.
  [[nodiscard]] std::uint64_t completed() const { return completed_; }
  [[nodiscard]] std::uint64_t last_completion() const { return last_completion_; }

 private:
  void fetch(std::uint64_t clock);

  unsigned memory_latency_;
  unsigned broadcasts_;                   // that may be under way
  std::deque<PageInvalidation> queued_;   // in memory
  std::deque<PageInvalidation> fetched_;  // of those the first, here
  std::uint64_t fetch_ends_ = 0;          // 0: none under way
  std::uint64_t next_ = 0;                // clock in which another can begin
  std::uint64_t begun_ = 0;
  std::vector<std::uint64_t> acknowledged_;  // by slice
  std::uint64_t completed_ = 0;
  std::uint64_t last_completion_ = 0;
};

}  // namespace dmar::scale

#endif  // DMAR_SCALE_INVALIDATION_HPP
