// SPDX-License-Identifier: Apache-2.0
// See reference.hpp.
#include "trace/reference.hpp"

#include <type_traits>

namespace dmar::trace {

void Reference::step(const Event &event) {
  std::visit(
      [this](const auto &value) {
        using Value = std::decay_t<decltype(value)>;
        constexpr bool kConsequence = std::is_same_v<Value, StatusEvent> ||
                                      std::is_same_v<Value, MessageEvent> ||
                                      std::is_same_v<Value, InvalidateEvent>;
        if constexpr (!kConsequence && !std::is_same_v<Value, ReadEvent>) apply(value);
      },
      event);
  unit_.take_invalidate_requests();
  unit_.take_status_writes();
  unit_.take_messages();
}

golden::Verdict Reference::apply(const InterruptEvent &event) {
  const Request request = request_of(event);
  golden::Verdict verdict = unit_.translate(request);
  if (const auto *posting = std::get_if<golden::Posting>(&verdict)) {
    if (const auto fault = unit_.post(request, *posting)) verdict = *fault;
  }
  return verdict;
}

std::vector<StatusEvent> Reference::take_status_writes() {
  std::vector<StatusEvent> out;
  for (const auto &write : unit_.take_status_writes()) out.push_back({write.address, write.data});
  return out;
}

}  // namespace dmar::trace
