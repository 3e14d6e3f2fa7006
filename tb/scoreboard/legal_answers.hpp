// SPDX-License-Identifier: Apache-2.0
// Every answer that the architecture permits for one request, given what software did to tables,
// caches and control state around it (docs/verification.md).
#ifndef DMAR_SCOREBOARD_LEGAL_ANSWERS_HPP
#define DMAR_SCOREBOARD_LEGAL_ANSWERS_HPP

#include <compare>
#include <set>
#include <string>
#include <vector>

#include "bench/dma_tracker.hpp"
#include "dmar/config.hpp"
#include "dmar/types.hpp"
#include "memory/memory.hpp"
#include "scoreboard/control_log.hpp"
#include "scoreboard/invalidation_log.hpp"
#include "scoreboard/version_reader.hpp"

namespace dmar::bench {

// Fields that mean nothing for a verdict keep their default.
struct Answer {
  VerdictKind verdict = VerdictKind::kForward;
  FaultReason reason = FaultReason::kNone;
  bool suppressed = false;    // of a fault, or of one that a posting comes to: not recorded
  bool aborted = false;       // of a fault: the completer abort of a translation request
  std::uint64_t address = 0;  // first byte accessed behind the unit, or a posted descriptor
  std::uint32_t data = 0;     // of an interrupt message; of one that is posted its vector
  bool snoop = true;
  std::uint64_t entry = 0;  // the completion of a translation request

  friend auto operator<=>(const Answer &, const Answer &) = default;
};

std::string describe(const Answer &answer);

struct LegalAnswers {
  std::set<Answer> answers;
  std::size_t paths = 0;   // combinations of versions looked at
  bool exhausted = false;  // gave up at kMaxPaths: the set may lack answers
};

inline constexpr std::size_t kMaxPaths = 50'000;

// A DWORD write into the interrupt range needs its data in Request::message_data.
//
// Everything that is not a fault may come from caches; a fault must be found by a walk made for the
// request itself, because nothing that faults may be cached (VT-d 6.2.1, CAP.CM = 0). A completion
// of a translation request that grants less than it might is held to the same.
LegalAnswers legal_answers(const Config &config, const Memory &memory, const ControlLog &control,
                           const InvalidationLog &invalidations, const Request &request,
                           const Moments &moments, std::vector<std::string> *words = nullptr);

}  // namespace dmar::bench

#endif  // DMAR_SCOREBOARD_LEGAL_ANSWERS_HPP
