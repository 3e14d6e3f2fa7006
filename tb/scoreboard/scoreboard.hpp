// SPDX-License-Identifier: Apache-2.0
// Judges every request of a pipelined unit: its verdict, and what it did to memory, must be one of
// the legal answers (legal_answers.hpp).
#ifndef DMAR_SCOREBOARD_SCOREBOARD_HPP
#define DMAR_SCOREBOARD_SCOREBOARD_HPP

#include <cstdint>
#include <map>
#include <span>

#include "bench/dma_tracker.hpp"
#include "dmar/config.hpp"
#include "dmar/types.hpp"
#include "memory/memory.hpp"
#include "scoreboard/access_ledger.hpp"
#include "scoreboard/control_log.hpp"
#include "scoreboard/invalidation_log.hpp"
#include "scoreboard/legal_answers.hpp"

namespace dmar::bench {

class Scoreboard {
 public:
  // `memory` holds the tables and must record history from before the first check.
  Scoreboard(const Config &config, const Memory &memory)
      : config_(config), memory_(memory), invalidations_(config) {}

  [[nodiscard]] InvalidationLog &invalidations() { return invalidations_; }
  [[nodiscard]] ControlLog &control() { return control_; }

  // How a fault was to be treated, when that is known.
  struct Checked {
    bool may_be_recorded = false;
    bool may_be_suppressed = false;
    std::size_t legal = 0;  // answers that were legal
    // Of an interrupt that is posted, those that post to where it went; whether it got there shows
    // in memory, and how the record of a fault is treated above.
    std::vector<Answer> postings = {};
  };
  // `data`: what the device wrote, empty for reads. `access`: what reached memory, nullptr for
  // nothing. Mismatch when the outcome is not legal, or when there were too many combinations.
  Checked check(const Request &request, std::span<const std::uint8_t> data, const Outcome &outcome,
                const DmaAccess *access);

  struct Statistics {
    std::uint64_t checks = 0;
    std::uint64_t single = 0;  // only one answer was legal
    std::uint64_t forwarded = 0;
    std::uint64_t interrupts = 0;  // messages that left the unit
    std::uint64_t posted = 0;      // interrupts
    std::uint64_t entries = 0;     // translation requests that succeeded
    std::uint64_t faults = 0;
    std::map<FaultReason, std::uint64_t> reasons = {};
    std::uint64_t largest = 0;  // set of legal answers
    std::uint64_t paths = 0;
  };
  [[nodiscard]] const Statistics &statistics() const { return statistics_; }

 private:
  [[noreturn]] void fail(const Request &request, const Outcome &outcome, const Moments &moments,
                         const Answer &observed, const char *why) const;
  void count(const LegalAnswers &legal, const Answer &observed);

  Config config_;
  const Memory &memory_;
  InvalidationLog invalidations_;
  ControlLog control_;
  Statistics statistics_;
};

}  // namespace dmar::bench

#endif  // DMAR_SCOREBOARD_SCOREBOARD_HPP
