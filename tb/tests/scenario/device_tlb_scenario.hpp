// SPDX-License-Identifier: Apache-2.0
// The fixture of device-TLB invalidation: the queue on, messages to devices and their answers.
#ifndef DMAR_TESTS_SCENARIO_DEVICE_TLB_SCENARIO_HPP
#define DMAR_TESTS_SCENARIO_DEVICE_TLB_SCENARIO_HPP

#include <vector>

#include "golden/golden_iommu.hpp"
#include "tests/scenario/ats_scenario.hpp"

namespace dmar {

class DeviceTlbScenario : public AtsScenario {
 protected:
  // Translation on, for completions are refused without it, and the queue.
  void start_queue(unsigned size_code = 0) {
    start();
    driver().enable_queue(size_code);
  }
  // For one page of `source_id`.
  static QueueDescriptor page_of(SourceId source_id, Iova address = kIova,
                                 unsigned max_pending = 0) {
    return device_tlb_descriptor(
        {.source_id = source_id, .address = address, .max_pending = max_pending});
  }
  // The messages that leave: as many as are expected, and more if there are. A unit with a clock is
  // not waited for any longer, for it counts the time of those that are not answered.
  std::vector<InvalidateRequest> requests(std::size_t expected = 1) {
    std::vector<InvalidateRequest> sent;
    for (unsigned n = 0; n < kPatience && sent.size() < expected; ++n) take_into(sent);
    for (unsigned n = 0; n < kMoment; ++n) take_into(sent);
    return sent;
  }
  // `count` invalidations of one page each of kDevice, and a wait descriptor behind them.
  struct Asked {
    std::vector<InvalidateRequest> sent;
    std::uint32_t ticket = 0;
  };
  Asked ask(unsigned count = 1) {
    for (unsigned n = 0; n < count; ++n) driver().push(page_of(kDevice, Iova(n * kPage)));
    const std::uint32_t ticket = driver().push_wait();
    driver().ring_doorbell();
    Asked asked{.sent = requests(count), .ticket = ticket};
    EXPECT_EQ(asked.sent.size(), count);
    return asked;
  }
  // The device answers `request`, in `count` messages if they are more than one.
  void complete(const InvalidateRequest &request, unsigned count = 1) {
    for (unsigned n = 0; n < count; ++n) {
      unit().complete_invalidation({.source_id = request.source_id,
                                    .itags = std::uint32_t{1} << request.itag,
                                    .count = static_cast<std::uint8_t>(count)});
    }
  }
  // The wait descriptor is done, soon.
  [[nodiscard]] bool completed(std::uint32_t ticket) {
    for (unsigned n = 0; n < kPatience && !driver().wait_completed(ticket); ++n) pass_time();
    return driver().wait_completed(ticket);
  }
  // It is not, and will not be at once.
  [[nodiscard]] bool pending(std::uint32_t ticket) {
    for (unsigned n = 0; n < kMoment; ++n) pass_time();
    return !driver().wait_completed(ticket);
  }
  // The oldest message is not answered in time. A unit with a clock has its own idea of when.
  void time_out() {
    if (auto *golden = dynamic_cast<GoldenIommu *>(&unit())) {
      ASSERT_TRUE(golden->unit().time_out_device_tlb());
      return;
    }
    for (unsigned n = 0; n < 2'000'000; ++n) {
      if ((driver().fault_status() & fsts::kIte) != 0) return;
    }
    FAIL() << "no time-out";
  }
  [[nodiscard]] SourceId timed_out_device() {
    return SourceId(static_cast<std::uint16_t>(driver().read64(reg::kIqercd) >> 32));
  }
  [[nodiscard]] SourceId wrong_device() {
    return SourceId(static_cast<std::uint16_t>(driver().read64(reg::kIqercd) >> 48));
  }
  void expect_no_error() { EXPECT_EQ(driver().fault_status() & fsts::kAnyStatus, 0U); }

 private:
  static constexpr unsigned kPatience = 400;  // register reads
  static constexpr unsigned kMoment = 15;

  void pass_time() { driver().read32(reg::kGsts); }
  void take_into(std::vector<InvalidateRequest> &sent) {
    for (const InvalidateRequest &request : unit().take_invalidate_requests()) {
      sent.push_back(request);
    }
    pass_time();
  }
};

inline void PrintTo(const InvalidateRequest &request, std::ostream *out) {
  *out << fmt::format("tag {} for {:04x}: {:#x}", request.itag, request.source_id.raw(),
                      request.payload);
}

}  // namespace dmar

#endif  // DMAR_TESTS_SCENARIO_DEVICE_TLB_SCENARIO_HPP
