// SPDX-License-Identifier: Apache-2.0
// See wave_trigger.hpp.
#include "cosim/wave_trigger.hpp"

#include <algorithm>
#include <stdexcept>

namespace dmar::cosim {

namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

bool is_wanted(WaveOptions::From from, const golden::Verdict &verdict) {
  const auto *translation = std::get_if<golden::Translation>(&verdict);
  const auto *interrupt = std::get_if<golden::Interrupt>(&verdict);
  switch (from) {
    case WaveOptions::From::kCycle:
      return false;
    case WaveOptions::From::kTranslated:
      return translation != nullptr && !translation->identity;
    case WaveOptions::From::kFault:
      return std::holds_alternative<golden::Fault>(verdict);
    case WaveOptions::From::kInterrupt:
      return interrupt != nullptr && interrupt->remapped;
  }
  return false;
}

}  // namespace

void WaveTrigger::start(bench::RtlIommu &rtl) {
  state_ = State::kRunning;
  first_cycle_ = rtl.cycle();
  try {
    rtl.start_wave(options_.file);
  } catch (const std::runtime_error &error) {
    error_ = error.what();
    state_ = State::kOver;
  }
}

void WaveTrigger::stop(bench::RtlIommu &rtl) {
  state_ = State::kOver;
  try {
    rtl.stop_wave();
  } catch (const std::runtime_error &error) {
    error_ = error.what();
  }
}

void WaveTrigger::finish(bench::RtlIommu &rtl) {
  if (state_ == State::kRunning) stop(rtl);
}

void WaveTrigger::before(const Request & /*request*/, const golden::Verdict &verdict,
                         bench::RtlIommu &rtl) {
  if (options_.file.empty() || state_ != State::kWaiting) return;
  if (is_wanted(options_.from, verdict)) start(rtl);
}

std::uint64_t WaveTrigger::distance(const bench::RtlIommu &rtl) const {
  if (options_.file.empty() || state_ == State::kOver) return kNever;
  const std::uint64_t now = rtl.cycle();
  if (state_ == State::kRunning) {
    if (now < first_cycle_) return 0;  // another unit, after a reset
    const std::uint64_t done = now - first_cycle_;
    return options_.cycles > done ? options_.cycles - done : 0;
  }
  if (options_.from != WaveOptions::From::kCycle) return kNever;
  return options_.cycle > now ? options_.cycle - now : 0;
}

void WaveTrigger::at(bench::RtlIommu &rtl) {
  if (distance(rtl) != 0) return;
  if (state_ == State::kWaiting) {
    start(rtl);
  } else {
    stop(rtl);
  }
}

}  // namespace dmar::cosim
