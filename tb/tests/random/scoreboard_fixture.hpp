// SPDX-License-Identifier: Apache-2.0
// A fabricated history for the scoreboard: tables, a clock that the test moves, and outcomes that
// the test makes up. No RTL.
#ifndef DMAR_RANDOM_SCOREBOARD_FIXTURE_HPP
#define DMAR_RANDOM_SCOREBOARD_FIXTURE_HPP

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "dmar/pattern.hpp"
#include "dmar/registers.hpp"
#include "dmar/structures.hpp"
#include "memory/memory.hpp"
#include "scoreboard/mismatch.hpp"
#include "scoreboard/scoreboard.hpp"
#include "tables/table_builder.hpp"

namespace dmar::bench {

inline constexpr SourceId kDevice = bdf(0, 3, 0);
inline constexpr Iova kPage{0x4000};
inline constexpr HostAddr kOld{0x5000'0000};
inline constexpr HostAddr kNew{0x6000'0000};

class ScoreboardTest : public ::testing::Test {
 protected:
  ScoreboardTest() : builder(memory, config), domain(builder.create_domain({.id = 5})) {
    domain.map(kPage, kOld);
    builder.attach(kDevice, domain);
    memory.record_history(true);
    at(10);
    board.control().change({.translation_enabled = true, .root_table = root()}, 10);
    board.control().settled(20);
    at(100);
  }

  [[nodiscard]] std::uint64_t root() const { return builder.root_table().raw(); }
  void at(Memory::Time now) { memory.set_time(now); }
  [[nodiscard]] HostAddr entry(unsigned level) const {
    return builder.entry_address(domain, kPage, level);
  }
  // Points the page elsewhere at the present moment.
  void remap(HostAddr host) { memory.write64(entry(1), host.raw() | 3); }

  void invalidate(const golden::Invalidation &what, Memory::Time given, Memory::Time seen) {
    board.invalidations().complete(board.invalidations().begin(what, given), seen);
  }

  // Moments of a request, in cycles.
  struct When {
    Memory::Time accepted;
    Memory::Time judged;
    Memory::Time used;
  };

  Scoreboard::Checked forward(const Request &request, HostAddr address, When when) {
    DmaAccess access{.beat = {.address = address.raw()},
                     .write = request.kind == AccessKind::kWrite,
                     .performed = when.used};
    if (access.write) access.written = {{address.raw(), pattern(request)}};
    access.memory.resize(request.bytes);
    return check(request, VerdictKind::kForward, FaultReason::kNone, when, access);
  }
  Scoreboard::Checked fault(const Request &request, FaultReason reason, When when) {
    return check(request, VerdictKind::kFault, reason, when, std::nullopt);
  }
  Scoreboard::Checked check(const Request &request, VerdictKind verdict, FaultReason reason,
                            When when, const std::optional<DmaAccess> &access) {
    Outcome outcome;
    outcome.accepted_cycle = when.accepted;
    outcome.done_cycle = when.used;
    outcome.verdict.verdict = verdict;
    outcome.verdict.reason = reason;
    outcome.verdict.cycle = when.judged;
    Completion &completion = outcome.completion;
    completion.snoop = snoop;
    if (verdict == VerdictKind::kFault || verdict == VerdictKind::kBlock) {
      completion.status = Completion::Status::kBlocked;
    } else if (access && access->error) {
      completion.status = Completion::Status::kMemoryError;
    }
    const bool answered = completion.status == Completion::Status::kOkay;
    if (answered && request.kind == AccessKind::kRead) completion.data.resize(request.bytes);
    return board.check(request, {}, outcome, access ? &*access : nullptr);
  }

  Config config;
  Memory memory;
  TableBuilder builder;
  Domain domain;
  Scoreboard board{config, memory};
  bool snoop = true;  // of the accesses made up
  const Request read{.source_id = kDevice, .address = kPage};
  const Request write{.source_id = kDevice, .address = kPage, .kind = AccessKind::kWrite};
};

}  // namespace dmar::bench

#endif  // DMAR_RANDOM_SCOREBOARD_FIXTURE_HPP
