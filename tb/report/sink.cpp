// SPDX-License-Identifier: Apache-2.0
// See sink.hpp.
#include "report/sink.hpp"

#include <variant>

#include "dmar/structures.hpp"

namespace dmar::report {

RequestSeen RequestSeen::made_of(const Request &request, const Completion &completion,
                                 const golden::Verdict &verdict) {
  RequestSeen seen{.request = request, .reason = completion.reason};
  const bool blocked = completion.status == Completion::Status::kBlocked;
  const bool message_range =
      in_interrupt_range(request.address.raw()) && request.kind == AccessKind::kWrite;
  seen.interrupt = completion.interrupt.has_value() || (blocked && message_range);
  if (blocked) seen.result = Result::kBlocked;
  if (completion.status == Completion::Status::kMemoryError) seen.result = Result::kMemoryError;
  const auto *translation = std::get_if<golden::Translation>(&verdict);
  if (!blocked && translation != nullptr) seen.domain = translation->domain;
  return seen;
}

RequestSeen RequestSeen::untimed(const Request &request, const Completion &completion,
                                 const golden::Verdict &verdict, std::uint64_t moment) {
  RequestSeen seen = made_of(request, completion, verdict);
  seen.submitted = seen.begun = seen.judged = seen.done = moment;
  return seen;
}

}  // namespace dmar::report
