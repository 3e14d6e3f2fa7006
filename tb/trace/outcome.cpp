// SPDX-License-Identifier: Apache-2.0
// See outcome.hpp.
#include "trace/outcome.hpp"

#include <fmt/core.h>

#include "golden/little_endian.hpp"

namespace dmar::trace {

namespace {

using Kind = Outcome::Kind;

Outcome access(HostAddr address) { return {.kind = Kind::kAccess, .address = address}; }
Outcome interrupt(Message message) { return {.kind = Kind::kInterrupt, .message = message}; }

Outcome blocked(FaultReason reason) {
  return {.kind = reason == FaultReason::kNone ? Kind::kBlocked : Kind::kFault, .reason = reason};
}

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace

Outcome outcome_of(const DmaEvent &event) {
  return event.address ? access(*event.address) : blocked(event.reason);
}

Outcome outcome_of(const InterruptEvent &event) {
  if (event.posted) return {.kind = Kind::kPosted};
  return event.output ? interrupt(*event.output) : blocked(event.reason);
}

Outcome outcome_of(const AskEvent &event) {
  if (!event.entry) return blocked(event.reason);
  return {.kind = Kind::kCompletion, .entry = *event.entry};
}

Outcome outcome_of(const Completion &completion) {
  const bool aborted = completion.status == Completion::Status::kAborted;
  if (aborted || completion.status == Completion::Status::kBlocked) {
    return blocked(completion.reason);
  }
  if (completion.status == Completion::Status::kMemoryError) return {.kind = Kind::kMemoryError};
  if (completion.interrupt) return interrupt(*completion.interrupt);
  if (completion.address) return access(*completion.address);
  if (completion.data.size() ==
      sizeof(TranslationEntry)) {  // nothing else brings data from nowhere
    return {.kind = Kind::kCompletion,
            .entry = {golden::from_little_endian<std::uint64_t>(completion.data)}};
  }
  return {.kind = Kind::kNoAccess};
}

Outcome outcome_of(const golden::Verdict &verdict) {
  return std::visit(
      Overloaded{
          [](const golden::Translation &translation) { return access(translation.address); },
          [](const golden::Fault &fault) { return blocked(fault.reason); },
          [](const golden::Blocked &) { return blocked(FaultReason::kNone); },
          [](const golden::Interrupt &passed) { return interrupt(passed.message); },
          [](const golden::TranslationCompletion &answer) {
            return Outcome{.kind = Kind::kCompletion, .entry = answer.entry};
          },
          [](const golden::Posting &) { return Outcome{.kind = Kind::kPosted}; },
          [](const golden::NoAccess &) { return Outcome{.kind = Kind::kNoAccess}; },
      },
      verdict);
}

bool equivalent(const Outcome &a, const Outcome &b) {
  constexpr std::uint32_t kLevel = 1U << 14;
  constexpr std::uint32_t kLevelTriggered = 1U << 15;
  const bool edge = a.kind == Kind::kInterrupt && (a.message.data & kLevelTriggered) == 0;
  if (!edge) return a == b;
  Outcome other = b;
  other.message.data = (b.message.data & ~kLevel) | (a.message.data & kLevel);
  return a == other;
}

std::string to_string(const Outcome &outcome) {
  switch (outcome.kind) {
    case Kind::kAccess:
      return fmt::format("ok {:x}", outcome.address.raw());
    case Kind::kInterrupt:
      return fmt::format("ok {:x} {:x}", outcome.message.address, outcome.message.data);
    case Kind::kCompletion:
      return fmt::format("ok {:x}", outcome.entry.raw);
    case Kind::kPosted:
      return "posted";
    case Kind::kNoAccess:
      return "ok without an access";
    case Kind::kFault:
      return fmt::format("fault {:x}", static_cast<unsigned>(outcome.reason));
    case Kind::kBlocked:
      return "blocked without a fault";
    case Kind::kMemoryError:
      return "let through, memory error";
  }
  return "?";
}

Request request_of(const DmaEvent &event) {
  return {.source_id = event.source_id,
          .address = event.iova,
          .kind = event.write ? AccessKind::kWrite : AccessKind::kRead,
          .bytes = event.bytes,
          .at = event.translated ? AddressType::kTranslated : AddressType::kUntranslated};
}

Request request_of(const AskEvent &event) {
  return {.source_id = event.source_id,
          .address = event.iova,
          .bytes = sizeof(TranslationEntry),
          .at = AddressType::kTranslationRequest,
          .no_write = event.no_write};
}

Request request_of(const InterruptEvent &event) {
  return {.source_id = event.source_id,
          .address = Iova(event.input.address),
          .kind = AccessKind::kWrite,
          .bytes = 4,
          .message_data = event.input.data};
}

}  // namespace dmar::trace
