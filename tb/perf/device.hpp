// SPDX-License-Identifier: Apache-2.0
// A requester on a port of the unit: what it asks for, how much of it at once, what came back.
#ifndef DMAR_PERF_DEVICE_HPP
#define DMAR_PERF_DEVICE_HPP

#include <cstdint>
#include <optional>

#include "dmar/types.hpp"
#include "perf/port_words.hpp"
#include "perf/statistics.hpp"

namespace dmar::perf {

// Where devices see their pages.
inline constexpr std::uint64_t kDeviceIova = 0x4000'0000;

// A request and a number by which the device knows it again.
struct Wanted {
  Request request;
  std::uint64_t id = 0;
};

struct Answered {
  Wanted wanted;
  std::uint64_t offered = 0;   // first clock on the port
  std::uint64_t accepted = 0;  // clock in which valid and ready met
  std::uint64_t answered = 0;  // clock of the answer
  Answer answer;
  bool hit = false;
  bool late = false;  // on the channel of all that is no hit

  [[nodiscard]] std::uint64_t latency() const { return answered - accepted; }
};

class Device {
 public:
  // At most `limit` requests without an answer.
  explicit Device(unsigned limit) : limit_(limit) {}
  virtual ~Device() = default;
  Device(const Device &) = delete;
  Device &operator=(const Device &) = delete;

  // For the unit //

  // The next request, if the device has one in this clock; it is offered until accepted.
  std::optional<Wanted> ask(std::uint64_t clock) {
    if (in_flight_ >= limit_) return std::nullopt;
    std::optional<Wanted> wanted = next(clock);
    if (wanted) ++in_flight_;
    return wanted;
  }
  void take(const Answered &answered) {
    --in_flight_;
    ++statistics_.answered;
    if (answered.hit) ++statistics_.hits;
    if (answered.answer.verdict == Verdict::kForward) ++statistics_.forwarded;
    statistics_.latency.add(answered.latency());
    if (!answered.late) statistics_.prompt.add(answered.answered - answered.offered);
    done(answered);
  }

  // For the measurement //

  [[nodiscard]] const DeviceStatistics &statistics() const { return statistics_; }
  void restart_statistics() { statistics_ = {}; }
  [[nodiscard]] unsigned in_flight() const { return in_flight_; }

 protected:
  virtual std::optional<Wanted> next(std::uint64_t clock) = 0;
  virtual void done(const Answered &) {}

 private:
  unsigned limit_;
  unsigned in_flight_ = 0;
  DeviceStatistics statistics_;
};

}  // namespace dmar::perf

#endif  // DMAR_PERF_DEVICE_HPP
