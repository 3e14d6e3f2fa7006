// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "fuzz/device_answers.hpp"

#include <bit>

namespace dmar::bench {

void DeviceAnswers::send(const InvalidateCompletion &completion) {
  oracle_.complete_invalidation(completion, unit_.cycle());
  unit_.send_completion(completion);
}

void DeviceAnswers::tick() {
  for (const InvalidateRequest &request : unit_.take_invalidate_requests()) {
    oracle_.note_invalidate_request(request);
    ++requests_;
    if (hold_) {
      held_.push_back(request);
      continue;
    }
    begun_.at(request.itag) = false;
    const std::uint8_t count = random_count();
    for (unsigned n = 0; n < count; ++n) {
      answers_.push_back({.completion = {.source_id = request.source_id,
                                         .itags = std::uint32_t{1} << request.itag,
                                         .count = count},
                          .due = unit_.cycle() + random_.below(random_.percent(80) ? 60 : 600)});
    }
  }
  std::erase_if(answers_, [this](const Answer &answer) {
    if (answer.due > unit_.cycle()) return false;
    InvalidateCompletion completion = answer.completion;
    bool &begun = begun_.at(static_cast<std::size_t>(std::countr_zero(completion.itags)));
    // The first of several may say more than the others: the last one counts.
    if (disagree_ && !std::exchange(begun, true) && completion.count > 1) completion.count = 8;
    send(completion);
    return true;
  });
}

}  // namespace dmar::bench
