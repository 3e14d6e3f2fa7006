// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "scoreboard/scoreboard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "golden/little_endian.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {
namespace {

std::string describe(const Request &request) {
  constexpr const char *kKinds[] = {"read", "write", "atomic", "zero-length read"};
  std::string text =
      fmt::format("{} of {} bytes at {:#x} by {:04x}", kKinds[static_cast<unsigned>(request.kind)],
                  request.bytes, request.address.raw(), request.source_id.raw());
  if (request.at != AddressType::kUntranslated) {
    text += fmt::format(", AT {}", static_cast<unsigned>(request.at));
  }
  if (request.pasid) text += fmt::format(", PASID {:#x}", request.pasid->raw());
  if (request.no_snoop) text += ", no snoop";
  if (request.message_data != 0) text += fmt::format(", message data {:#x}", request.message_data);
  return text;
}

bool released(VerdictKind verdict) {
  return verdict == VerdictKind::kForward || verdict == VerdictKind::kInterrupt;
}

Answer observed_answer(const Outcome &outcome, const DmaAccess *access) {
  const VerdictKind verdict = outcome.verdict.verdict;
  Answer answer{.verdict = verdict};
  if (verdict == VerdictKind::kFault) {
    answer.reason = outcome.verdict.reason;
    answer.aborted = outcome.completion.status == Completion::Status::kAborted;
  }
  // How the posting ended is no part of the verdict (PostedWorld, for random machines).
  if (verdict == VerdictKind::kPost) {
    answer.reason = outcome.completion.reason;
    if (outcome.posting) answer.address = outcome.posting->descriptor.raw();
  }
  if (verdict == VerdictKind::kComplete && !outcome.completion.data.empty()) {
    answer.entry = golden::from_little_endian<std::uint64_t>(outcome.completion.data);
  }
  if (released(verdict) && access != nullptr) answer.address = access->beat.address;
  if (outcome.completion.interrupt) answer.data = outcome.completion.interrupt->data;
  if (verdict == VerdictKind::kForward) answer.snoop = outcome.completion.snoop;
  // A message carries no snoop requirement.
  return answer;
}

}  // namespace

void Scoreboard::fail(const Request &request, const Outcome &outcome, const Moments &moments,
                      const Answer &observed, const char *why) const {
  std::vector<std::string> words;
  const LegalAnswers legal =
      legal_answers(config_, memory_, control_, invalidations_, request, moments, &words);
  std::string text = fmt::format(
      "{}\n  request: {}\n  accepted {}, verdict {}{}, used {}, done {}\n  observed: {}\n  legal:",
      why, describe(request), moments.accepted, moments.judged, outcome.verdict.hit ? " (hit)" : "",
      moments.used, outcome.done_cycle, dmar::bench::describe(observed));
  if (legal.answers.empty()) text += " nothing";
  for (const Answer &answer : legal.answers) {
    text += "\n    " + dmar::bench::describe(answer);
  }
  for (const golden::ControlState &state : control_.possible(moments.judged, moments.used)) {
    text += fmt::format(
        "\n  control: TES {}, root table {:#x}, PRS {}; IRES {}, CFIS {}, interrupt table {:#x}",
        state.translation_enabled, state.root_table, state.protection_enabled,
        state.interrupt_enabled, state.compatibility_allowed, state.interrupt_table);
  }
  text += "\n  words, with the cycles in which they were in memory:";
  for (const std::string &word : words) text += "\n" + word;
  throw Mismatch(text);
}

void Scoreboard::count(const LegalAnswers &legal, const Answer &observed) {
  ++statistics_.checks;
  if (legal.answers.size() == 1) ++statistics_.single;
  if (observed.verdict == VerdictKind::kForward) ++statistics_.forwarded;
  if (observed.verdict == VerdictKind::kInterrupt) ++statistics_.interrupts;
  const bool faulted = observed.reason != FaultReason::kNone;
  if (observed.verdict == VerdictKind::kPost && !faulted) ++statistics_.posted;
  if (observed.entry != 0) ++statistics_.entries;
  if (faulted) {
    ++statistics_.faults;
    ++statistics_.reasons[observed.reason];
  }
  statistics_.largest = std::max<std::uint64_t>(statistics_.largest, legal.answers.size());
  statistics_.paths += legal.paths;
}

Scoreboard::Checked Scoreboard::check(const Request &request, std::span<const std::uint8_t> data,
                                      const Outcome &outcome, const DmaAccess *access) {
  const Moments moments{.accepted = outcome.begun_cycle(),
                        .judged = outcome.verdict.cycle,
                        .used = access != nullptr ? access->performed : outcome.verdict.cycle};
  const Answer observed = observed_answer(outcome, access);
  const LegalAnswers legal =
      legal_answers(config_, memory_, control_, invalidations_, request, moments);
  if (legal.exhausted) fail(request, outcome, moments, observed, "too many combinations");
  Answer suppressed = observed;
  suppressed.suppressed = true;
  Checked checked{.may_be_recorded = legal.answers.contains(observed),
                  .may_be_suppressed =
                      observed.verdict == VerdictKind::kFault && legal.answers.contains(suppressed),
                  .legal = legal.answers.size()};
  if (observed.verdict == VerdictKind::kPost) {
    std::ranges::copy_if(
        legal.answers, std::back_inserter(checked.postings), [&observed](const Answer &one) {
          return one.verdict == VerdictKind::kPost && one.address == observed.address;
        });
    checked.may_be_recorded =
        std::ranges::any_of(checked.postings, [](const Answer &one) { return !one.suppressed; });
    checked.may_be_suppressed =
        std::ranges::any_of(checked.postings, [](const Answer &one) { return one.suppressed; });
  }
  if (!checked.may_be_recorded && !checked.may_be_suppressed) {
    fail(request, outcome, moments, observed, "the answer is not legal");
  }
  const std::string wrong = access_error(request, data, outcome, access);
  if (!wrong.empty()) fail(request, outcome, moments, observed, wrong.c_str());
  count(legal, observed);
  return checked;
}

}  // namespace dmar::bench
