// SPDX-License-Identifier: Apache-2.0
// Devices with TLBs: each request to invalidate is answered after a while, in one message or in
// several, and devices do not wait for each other. While they are held, somebody else answers.
#ifndef DMAR_FUZZ_DEVICE_ANSWERS_HPP
#define DMAR_FUZZ_DEVICE_ANSWERS_HPP

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "bench/random.hpp"
#include "bench/rtl_iommu.hpp"
#include "fuzz/fuzz_case.hpp"
#include "scoreboard/command_oracle.hpp"

namespace dmar::bench {

class DeviceAnswers {
 public:
  DeviceAnswers(RtlIommu &unit, CommandOracle &oracle, const FuzzCase &one)
      : unit_(unit),
        oracle_(oracle),
        random_(one.seed, 47),
        disagree_(one.features.has(Feature::kBadDevices)) {}

  // After each cycle. Mismatch when a request is not the one that is due.
  void tick();
  [[nodiscard]] std::uint64_t requests() const { return requests_; }

  // From now on requests are kept and not answered.
  void hold(bool on) { hold_ = on; }
  [[nodiscard]] std::size_t held() const { return held_.size(); }
  std::vector<InvalidateRequest> take_held() { return std::exchange(held_, {}); }
  // A message of a device, right or wrong, behind those that are under way.
  void send(const InvalidateCompletion &completion);
  // How many messages a device may take for an answer.
  [[nodiscard]] std::uint8_t random_count() {
    return static_cast<std::uint8_t>(random_.percent(70) ? 1 : 1 + random_.below(8));
  }

 private:
  struct Answer {
    InvalidateCompletion completion;
    std::uint64_t due;  // cycle
  };

  RtlIommu &unit_;
  CommandOracle &oracle_;
  Random random_;
  bool disagree_;  // the messages of one answer about how many they are; the last one counts
  std::array<bool, 32> begun_{};  // an answer, by tag
  bool hold_ = false;
  std::vector<InvalidateRequest> held_;
  std::vector<Answer> answers_;
  std::uint64_t requests_ = 0;
};

}  // namespace dmar::bench

#endif  // DMAR_FUZZ_DEVICE_ANSWERS_HPP
