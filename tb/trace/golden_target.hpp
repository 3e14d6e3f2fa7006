// SPDX-License-Identifier: Apache-2.0
// The golden model as the unit under test: a replay without RTL. It has no clock and no caches, so
// its counters stay 0, and no ports to watch.
#ifndef DMAR_TRACE_GOLDEN_TARGET_HPP
#define DMAR_TRACE_GOLDEN_TARGET_HPP

#include <vector>

#include "golden/golden_iommu.hpp"
#include "trace/target.hpp"

namespace dmar::trace {

class GoldenTarget : public Target {
 public:
  explicit GoldenTarget(const Config &config = {}) : iommu_(config) {}

  Iommu &iommu() override { return iommu_; }
  [[nodiscard]] Counters counters() const override { return {}; }
  std::vector<StatusEvent> take_status_writes() override {
    std::vector<StatusEvent> out;
    for (const auto &write : iommu_.unit().take_status_writes()) {
      out.push_back({write.address, write.data});
    }
    return out;
  }
  std::vector<HostAccess> take_accesses() override { return {}; }
  void time_out(unsigned itag) override { iommu_.unit().time_out_device_tlb(itag); }

 private:
  GoldenIommu iommu_;
};

}  // namespace dmar::trace

#endif  // DMAR_TRACE_GOLDEN_TARGET_HPP
