// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "fuzz/device_answers.hpp"

namespace dmar::bench {

void DeviceAnswers::tick() {
  for (const InvalidateRequest &request : unit_.take_invalidate_requests()) {
    oracle_.note_invalidate_request(request);
    ++requests_;
    const auto count = static_cast<std::uint8_t>(random_.percent(70) ? 1 : 1 + random_.below(8));
    for (unsigned n = 0; n < count; ++n) {
      answers_.push_back({.completion = {.source_id = request.source_id,
                                         .itags = std::uint32_t{1} << request.itag,
                                         .count = count},
                          .due = unit_.cycle() + random_.below(random_.percent(80) ? 60 : 600)});
    }
  }
  std::erase_if(answers_, [this](const Answer &answer) {
    if (answer.due > unit_.cycle()) return false;
    oracle_.complete_invalidation(answer.completion, unit_.cycle());
    unit_.send_completion(answer.completion);
    return true;
  });
}

}  // namespace dmar::bench
