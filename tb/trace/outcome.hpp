// SPDX-License-Identifier: Apache-2.0
// What became of one request, in a form in which unit, golden model and recording compare.
#ifndef DMAR_TRACE_OUTCOME_HPP
#define DMAR_TRACE_OUTCOME_HPP

#include <string>

#include "dmar/ats.hpp"
#include "dmar/types.hpp"
#include "golden/translate.hpp"
#include "trace/event.hpp"

namespace dmar::trace {

struct Outcome {
  enum class Kind : std::uint8_t {
    kAccess,       // reached memory at `address`
    kInterrupt,    // left as `message`
    kNoAccess,     // completed without an access
    kCompletion,   // translation request that succeeded with `entry`
    kPosted,       // interrupt that was posted
    kFault,        // blocked for `reason`
    kBlocked,      // blocked without a fault condition
    kMemoryError,  // let through, memory answered with an error
  };

  Kind kind = Kind::kBlocked;
  HostAddr address = {};
  Message message = {};
  TranslationEntry entry = {};
  FaultReason reason = FaultReason::kNone;

  friend bool operator==(const Outcome &, const Outcome &) = default;
};

Outcome outcome_of(const DmaEvent &event);
Outcome outcome_of(const InterruptEvent &event);
Outcome outcome_of(const AskEvent &event);
Outcome outcome_of(const Completion &completion);
Outcome outcome_of(const golden::Verdict &verdict);

// Whether an interrupt controller cannot tell the two apart: they are equal, or differ only in the
// level bit of an edge-triggered message. That bit is the choice of the unit that makes a message.
bool equivalent(const Outcome &a, const Outcome &b);

// As in a trace line: "ok 1ffde002", "ok fee01004 27", "fault 5", "blocked without a fault".
std::string to_string(const Outcome &outcome);

// The request that a trace line stands for.
Request request_of(const DmaEvent &event);
Request request_of(const InterruptEvent &event);
Request request_of(const AskEvent &event);

}  // namespace dmar::trace

#endif  // DMAR_TRACE_OUTCOME_HPP
