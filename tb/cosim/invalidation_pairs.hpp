// SPDX-License-Identifier: Apache-2.0
// Invalidation messages to device TLBs, as the unit and the golden model send them. Each chooses
// its ITags as it likes, so a device answers with those of the unit, and the golden model is told
// its own.
#ifndef DMAR_COSIM_INVALIDATION_PAIRS_HPP
#define DMAR_COSIM_INVALIDATION_PAIRS_HPP

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "dmar/ats.hpp"

namespace dmar::cosim {

class InvalidationPairs {
 public:
  // The golden model has sent it, so the unit owes one like it.
  void due(const InvalidateRequest &golden) { due_.push_back(golden); }
  // The unit has sent it, not before `cycle`. False when none like it is due, or its ITag is not
  // free. `moment` is kept for who has to know what came before and after it.
  bool sent(const InvalidateRequest &unit, std::uint64_t cycle, std::uint64_t moment = 0);

  // A device answers. For the golden model: the same with its ITags. And what has been answered
  // by all of its messages now.
  struct CarriedOut {
    InvalidateRequest request;
    std::uint64_t moment = 0;
  };
  struct Answer {
    InvalidateCompletion golden;
    std::vector<CarriedOut> carried_out = {};
  };
  Answer answered(const InvalidateCompletion &unit);
  // The unit waits no more for what it sent up to this moment: what the golden model is to give up,
  // as it sent it.
  std::vector<InvalidateRequest> give_up(std::uint64_t cycle);
  // Those that the unit has not sent.
  std::vector<InvalidateRequest> take_due() { return std::exchange(due_, {}); }

  // Clocks since the unit sent the oldest of them that waits; 0: none does.
  [[nodiscard]] std::uint64_t age(std::uint64_t cycle) const;
  // Answers that devices still owe.
  [[nodiscard]] std::size_t count() const;
  void clear() { *this = {}; }

 private:
  static constexpr unsigned kTags = 32;
  struct Pair {
    InvalidateRequest golden;
    std::uint64_t cycle = 0;
    std::uint64_t moment = 0;
    unsigned answers = 0;
  };
  [[nodiscard]] std::uint8_t free_golden_itag() const;

  std::vector<InvalidateRequest> due_;
  std::array<std::optional<Pair>, kTags> pairs_;  // by ITag of the unit
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_INVALIDATION_PAIRS_HPP
