// SPDX-License-Identifier: Apache-2.0
// The fixture of tests of device-TLB invalidation that need the clock: descriptors, the requests
// that have left, answers to them, and what software sees of the queue.
#ifndef DMAR_TESTS_SCENARIO_DEVICE_TLB_RTL_HPP
#define DMAR_TESTS_SCENARIO_DEVICE_TLB_RTL_HPP

#include <cstdint>
#include <utility>
#include <vector>

#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {

class DeviceTlbRtl : public RtlScenario {
 protected:
  static constexpr unsigned kTags = 32;
  // Clocks in which the unit has done what it can.
  static constexpr unsigned kLong = 400;
  // Clocks in which the unit looks at each tag once, and some.
  static constexpr unsigned kRound = 40;

  static QueueDescriptor invalidation(SourceId source_id, std::uint64_t address, unsigned mip = 0) {
    return {.lo = 3U | (std::uint64_t{mip} << 16) | (std::uint64_t{source_id.raw()} << 32),
            .hi = address};
  }

  // The driver's ring and translation are on, nothing has been sent.
  void start() {
    sent_.clear();
    start_with_page();
    driver().enable_queue();
  }

  // Pushes `count` invalidations, one page after the other.
  void push(SourceId source_id, unsigned count, unsigned mip = 0) {
    for (unsigned i = 0; i < count; ++i) {
      driver().push(invalidation(source_id, kPage * next_page_++, mip));
    }
  }

  // All requests that have left so far.
  const std::vector<InvalidateRequest> &sent() {
    for (const InvalidateRequest &request : unit().take_invalidate_requests()) {
      sent_.push_back(request);
    }
    return sent_;
  }
  void step_until_sent(std::size_t count) {
    unit().step_until([&] { return sent().size() >= count; }, "an invalidate request");
  }
  // Enough time for more to leave, if any would.
  std::size_t sent_after_a_while() {
    unit().step(kLong);
    return sent().size();
  }

  void answer(const InvalidateRequest &request, std::uint8_t count = 1) {
    unit().send_completion(
        {.source_id = request.source_id, .itags = 1U << request.itag, .count = count});
  }
  void step_until_complete(std::uint32_t ticket) {
    unit().step_until([&] { return driver().wait_completed(ticket); }, "a wait descriptor");
  }
  void step_until_taken() {
    unit().step_until([this] { return !unit().completions_under_way(); }, "a completion");
  }

  // IQERCD, which says who was late and who answered what it was not asked.
  unsigned late_source() {
    return static_cast<unsigned>(driver().read64(reg::kIqercd) >> 32) & 0xFFFF;
  }
  unsigned wrong_source() { return static_cast<unsigned>(driver().read64(reg::kIqercd) >> 48); }

  [[nodiscard]] static std::uint64_t timeout() { return parameter("DeviceTlbTimeout"); }

 private:
  std::vector<InvalidateRequest> sent_;
  std::uint64_t next_page_ = 1;
};

inline bool has_device_tlb(const Config &config) { return config.device_tlb; }

}  // namespace dmar

#endif  // DMAR_TESTS_SCENARIO_DEVICE_TLB_RTL_HPP
