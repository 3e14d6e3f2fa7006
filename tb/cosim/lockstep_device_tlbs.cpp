// SPDX-License-Identifier: Apache-2.0
// Messages to device TLBs, their answers, and answers that do not come. See lockstep.hpp.
#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "cosim/lockstep.hpp"
#include "dmar/registers.hpp"

namespace dmar::cosim {

namespace {

// A message was on its way for some clocks before it was seen here.
constexpr std::uint64_t kUnderWay = 64;
// A time-out shows no later than this: the unit looks at its ITags in turn, and what it sends and
// says is looked at now and then.
constexpr std::uint64_t kLatest = 4096;

std::string text(const InvalidateRequest &request) {
  return fmt::format("to {:04x}, {:x}", request.source_id.raw(), request.payload);
}

bool timed_out(std::uint64_t fault_status) { return (fault_status & fsts::kIte) != 0; }

}  // namespace

// Clocks after which the unit does not wait for a device any more.
std::uint64_t Lockstep::device_tlb_timeout() const {
  const auto &parameters = rtl_->model().parameters;
  const auto found = parameters.find("DeviceTlbTimeout");
  return found == parameters.end() ? std::numeric_limits<std::uint64_t>::max() : found->second;
}

void Lockstep::note_invalidate_request(const InvalidateRequest &request) {
  ++statistics_.device_tlb_invalidations;
  const std::uint64_t since = collected_cycle_ - std::min(collected_cycle_, kUnderWay);
  if (!invalidations_.sent(request, since, grants_.moment())) {
    differ("invalidation of a device TLB", text(request), "none like it is due");
  }
  invalidate_requests_.push_back(request);
}

// The golden model first, so that nothing the unit does as a consequence comes unexpected. Without
// translation a message of a device is refused.
void Lockstep::complete_invalidation(const InvalidateCompletion &completion) {
  ++statistics_.device_tlb_completions;
  guarded("a completion of an invalidation", [&] {
    give_up_invalidations();
    if (golden_->control().translation_enabled) {
      const InvalidationPairs::Answer answer = invalidations_.answered(completion);
      for (const InvalidationPairs::CarriedOut &one : answer.carried_out) {
        grants_.invalidated(one.request, one.moment);
      }
      if (recorder_ != nullptr) recorder_->forget();
      golden_->complete_invalidation(answer.golden);
      note_golden_consequences();
      if (recorder_ != nullptr) recorder_->event(trace::CompletionEvent{answer.golden});
    }
    rtl_->complete_invalidation(completion);
    disturb();
  });
}

// Time is with the unit alone: it says by its fault status that a device did not answer, and the
// golden model is told. A time-out behind one that software has not seen yet shows nowhere, so
// that is one after the time that the unit needs for it at most.
void Lockstep::give_up_invalidations() {
  const std::uint64_t timeout = device_tlb_timeout();
  const std::uint64_t age = invalidations_.age(rtl_->cycle());
  if (age < timeout) return;
  const bool known = timed_out(golden_->read(reg::kFsts, 4));
  const bool certain = age >= timeout + kLatest;
  if (!certain && (known || !timed_out(rtl_->read(reg::kFsts, 4)))) return;
  for (const InvalidateRequest &given_up : invalidations_.give_up(rtl_->cycle() - timeout)) {
    ++statistics_.device_tlb_timeouts;
    golden_->time_out_device_tlb(given_up.itag);
    note_golden_consequences();
    if (recorder_ == nullptr) continue;
    recorder_->event(trace::TimeOutEvent{.source_id = given_up.source_id, .itag = given_up.itag});
  }
  disturb();
}

}  // namespace dmar::cosim
