// SPDX-License-Identifier: Apache-2.0
// Devices with TLBs that behave: each request to invalidate is answered after a while, in one
// message or in several, and devices do not wait for each other.
#ifndef DMAR_FUZZ_DEVICE_ANSWERS_HPP
#define DMAR_FUZZ_DEVICE_ANSWERS_HPP

#include <cstdint>
#include <vector>

#include "bench/random.hpp"
#include "bench/rtl_iommu.hpp"
#include "scoreboard/command_oracle.hpp"

namespace dmar::bench {

class DeviceAnswers {
 public:
  DeviceAnswers(RtlIommu &unit, CommandOracle &oracle, std::uint64_t seed)
      : unit_(unit), oracle_(oracle), random_(seed, 47) {}

  // After each cycle. Mismatch when a request is not the one that is due.
  void tick();
  [[nodiscard]] std::uint64_t requests() const { return requests_; }

 private:
  struct Answer {
    InvalidateCompletion completion;
    std::uint64_t due;  // cycle
  };

  RtlIommu &unit_;
  CommandOracle &oracle_;
  Random random_;
  std::vector<Answer> answers_;
  std::uint64_t requests_ = 0;
};

}  // namespace dmar::bench

#endif  // DMAR_FUZZ_DEVICE_ANSWERS_HPP
