// SPDX-License-Identifier: Apache-2.0
// When the wave file of a long run is written: from a cycle on, or from just before the first
// request of some kind enters the unit. The golden model knows beforehand which one that is.
#ifndef DMAR_COSIM_WAVE_TRIGGER_HPP
#define DMAR_COSIM_WAVE_TRIGGER_HPP

#include <cstdint>
#include <limits>
#include <string>

#include "bench/rtl_iommu.hpp"
#include "dmar/types.hpp"
#include "golden/translate.hpp"

namespace dmar::cosim {

struct WaveOptions {
  enum class From : std::uint8_t { kCycle, kTranslated, kFault, kInterrupt };
  std::string file;  // FST; empty: none
  From from = From::kCycle;
  std::uint64_t cycle = 0;                                           // of kCycle
  std::uint64_t cycles = std::numeric_limits<std::uint64_t>::max();  // then it ends
};

// A wave that cannot be written does not end the run.
class WaveTrigger {
 public:
  explicit WaveTrigger(const WaveOptions &options) : options_(options) {}

  // A request with this verdict is about to enter the unit.
  void before(const Request &request, const golden::Verdict &verdict, bench::RtlIommu &rtl);
  // Time has passed.
  void at(bench::RtlIommu &rtl);
  // Cycles until at() has something to do.
  [[nodiscard]] std::uint64_t distance(const bench::RtlIommu &rtl) const;

  // The end of everything.
  void finish(bench::RtlIommu &rtl);

  // Why the wave could not be written; empty: it was.
  [[nodiscard]] const std::string &error() const { return error_; }
  [[nodiscard]] bool started() const { return state_ != State::kWaiting; }
  [[nodiscard]] std::uint64_t first_cycle() const { return first_cycle_; }

 private:
  enum class State : std::uint8_t { kWaiting, kRunning, kOver };
  void start(bench::RtlIommu &rtl);
  void stop(bench::RtlIommu &rtl);

  WaveOptions options_;
  State state_ = State::kWaiting;
  std::uint64_t first_cycle_ = 0;
  std::string error_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_WAVE_TRIGGER_HPP
