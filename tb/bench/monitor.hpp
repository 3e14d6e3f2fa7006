// SPDX-License-Identifier: Apache-2.0
// Watches the monitor port: counts, keeps each verdict, hands it to the tracker.
#ifndef DMAR_BENCH_MONITOR_HPP
#define DMAR_BENCH_MONITOR_HPP

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "bench/agent.hpp"
#include "bench/dma_tracker.hpp"
#include "bench/pins.hpp"

namespace dmar::bench {

class Monitor : public Agent {
 public:
  Monitor(const Pins &pins, DmaTracker &tracker)
      : pins_(pins.mon), walk_started_(pins.walk_started), tracker_(tracker) {}

  std::vector<VerdictEvent> take_verdicts() { return std::exchange(verdicts_, {}); }
  [[nodiscard]] std::uint64_t requests() const { return requests_; }
  [[nodiscard]] std::uint64_t hits() const { return hits_; }
  [[nodiscard]] std::uint64_t walks() const { return walks_; }

  void sample(std::uint64_t cycle) override {
    if (walk_started_) ++walks_;
    for (const MonitorPins &pins : pins_) {
      if (pins.valid) note(pins, cycle);
    }
  }

  void drive() override {}

 private:
  void note(const MonitorPins &pins, std::uint64_t cycle) {
    if (pins.verdict > static_cast<std::uint8_t>(VerdictKind::kPost)) {
      throw ProtocolError("monitor: undefined verdict");
    }
    const VerdictEvent event{.source_id = SourceId(pins.source_id),
                             .address = Iova(pins.address),
                             .at = static_cast<AddressType>(pins.at),
                             .kind = static_cast<AccessKind>(pins.kind),
                             .verdict = static_cast<VerdictKind>(pins.verdict),
                             .reason = static_cast<FaultReason>(pins.reason),
                             .hit = pins.hit,
                             .cycle = cycle};
    ++requests_;
    if (event.hit) ++hits_;
    verdicts_.push_back(event);
    tracker_.note_verdict(event);
  }

  const std::array<MonitorPins, kMonitorChannels> &pins_;
  const bool &walk_started_;
  DmaTracker &tracker_;
  std::vector<VerdictEvent> verdicts_;
  std::uint64_t requests_ = 0;
  std::uint64_t hits_ = 0;
  std::uint64_t walks_ = 0;
};

}  // namespace dmar::bench

#endif  // DMAR_BENCH_MONITOR_HPP
