// SPDX-License-Identifier: Apache-2.0
// Ports of a random machine that stand still, one at a time, for much longer than a flush takes.
#ifndef DMAR_FUZZ_STALLS_HPP
#define DMAR_FUZZ_STALLS_HPP

#include <cstdint>

#include "bench/random.hpp"
#include "bench/rtl_iommu.hpp"

namespace dmar::bench {

class Stalls {
 public:
  Stalls(RtlIommu &unit, std::uint64_t seed, bool wanted);

  // Once a cycle.
  void tick();

 private:
  void begin();
  void end();

  RtlIommu &unit_;
  Random random_;
  bool wanted_;
  bool stalled_ = false;
  std::uint64_t next_ = 0;  // cycle of the next change
};

}  // namespace dmar::bench

#endif  // DMAR_FUZZ_STALLS_HPP
