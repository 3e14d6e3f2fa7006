// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "scoreboard/legal_answers.hpp"

#include <fmt/format.h>

#include "dmar/fault_names.hpp"
#include "dmar/structures.hpp"
#include "golden/explain.hpp"
#include "golden/translate.hpp"

namespace dmar::bench {
namespace {

using Source = VersionReader::Source;

Answer answer_of(const golden::Verdict &verdict) {
  if (const auto *done = std::get_if<golden::Translation>(&verdict)) {
    return {.verdict = VerdictKind::kForward, .address = done->address.raw(), .snoop = done->snoop};
  }
  if (const auto *fault = std::get_if<golden::Fault>(&verdict)) {
    return {.verdict = VerdictKind::kFault,
            .reason = fault->reason,
            .suppressed = fault->suppressed,
            .aborted = fault->refusal == golden::Refusal::kCompleterAbort};
  }
  if (std::holds_alternative<golden::Blocked>(verdict)) return {.verdict = VerdictKind::kBlock};
  if (std::holds_alternative<golden::NoAccess>(verdict)) return {.verdict = VerdictKind::kComplete};
  if (const auto *done = std::get_if<golden::TranslationCompletion>(&verdict)) {
    return {.verdict = VerdictKind::kComplete, .entry = done->entry.raw};
  }
  if (const auto *posting = std::get_if<golden::Posting>(&verdict)) {
    return {.verdict = VerdictKind::kPost,
            .suppressed = posting->fault_processing_disable,
            .address = posting->descriptor.raw(),
            .data = posting->vector};
  }
  const Message &message = std::get<golden::Interrupt>(verdict).message;
  return {.verdict = VerdictKind::kInterrupt, .address = message.address, .data = message.data};
}

// What a cache may answer by itself. A fault must not be kept (CAP.CM = 0), and a completion that
// grants less than all is for a device what a fault is for others: memory may grant more by now.
bool may_come_from_caches(const Config &config, const Request &request,
                          const golden::Verdict &verdict) {
  if (std::holds_alternative<golden::Fault>(verdict)) return false;
  const auto *done = std::get_if<golden::TranslationCompletion>(&verdict);
  if (done == nullptr || in_interrupt_range(request.address.raw())) return true;
  const bool withheld = config.no_write_flag && request.no_write;
  return done->entry.has(TranslationEntry::kRead) &&
         (withheld || done->entry.has(TranslationEntry::kWrite));
}

// All answers under one control state with words from one source.
void collect(const VersionReader::Setting &setting, const golden::ControlState &control,
             LegalAnswers &legal) {
  ChoicePath path;
  do {
    if (++legal.paths > kMaxPaths) {
      legal.exhausted = true;
      return;
    }
    VersionReader reader(setting, path);
    const golden::Verdict verdict =
        golden::translate(setting.config, control, reader, setting.request);
    if (reader.dead()) continue;
    if (setting.source == Source::kCaches &&
        !may_come_from_caches(setting.config, setting.request, verdict)) {
      continue;
    }
    legal.answers.insert(answer_of(verdict));
  } while (path.advance());
}

}  // namespace

std::string describe(const Answer &answer) {
  switch (answer.verdict) {
    case VerdictKind::kForward:
      return fmt::format("forward to {:#x}{}", answer.address, answer.snoop ? "" : ", no snoop");
    case VerdictKind::kInterrupt:
      return fmt::format("interrupt message {:#x} to {:#x}", answer.data, answer.address);
    case VerdictKind::kComplete:
      return answer.entry == 0 ? std::string("complete without access")
                               : fmt::format("complete with {}",
                                             golden::describe(TranslationEntry{answer.entry}));
    case VerdictKind::kFault:
      return fmt::format("fault {:02X}h, {}{}{}", static_cast<unsigned>(answer.reason),
                         fault_name(answer.reason).description, answer.aborted ? ", aborted" : "",
                         answer.suppressed ? ", not recorded" : "");
    case VerdictKind::kPost:
      return fmt::format("post vector {:#x} to {:#x}{}", answer.data, answer.address,
                         answer.suppressed ? ", no fault recorded" : "");
    case VerdictKind::kBlock:
      break;
  }
  return "block without a fault";
}

LegalAnswers legal_answers(const Config &config, const Memory &memory, const ControlLog &control,
                           const InvalidationLog &invalidations, const Request &request,
                           const Moments &moments, std::vector<std::string> *words) {
  LegalAnswers legal;
  WordHistory history(memory, moments.judged);
  for (const golden::ControlState &state : control.possible(moments.judged, moments.used)) {
    for (const Source source : {Source::kCaches, Source::kMemory}) {
      collect({.config = config,
               .history = history,
               .invalidations = invalidations,
               .request = request,
               .moments = moments,
               .source = source,
               .words = words},
              state, legal);
    }
  }
  return legal;
}

}  // namespace dmar::bench
