// SPDX-License-Identifier: Apache-2.0
// The golden model as a backend.
#ifndef DMAR_SIM_BACKEND_GOLDEN_HPP
#define DMAR_SIM_BACKEND_GOLDEN_HPP

#include "backend.hpp"
#include "trace/golden_target.hpp"

namespace dmar::sim {

class GoldenBackend : public Backend {
 public:
  explicit GoldenBackend(const Config &config) : target_(config) {}

  Iommu &iommu() override { return target_.iommu(); }
  [[nodiscard]] trace::Counters counters() const override { return target_.counters(); }
  std::vector<trace::StatusEvent> take_status_writes() override {
    return target_.take_status_writes();
  }
  std::vector<trace::HostAccess> take_accesses() override { return target_.take_accesses(); }
  void time_out(unsigned itag) override { target_.time_out(itag); }
  void set_wave(bool) override {}

 private:
  trace::GoldenTarget target_;
};

}  // namespace dmar::sim

#endif  // DMAR_SIM_BACKEND_GOLDEN_HPP
