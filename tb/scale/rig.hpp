// SPDX-License-Identifier: Apache-2.0
// A machine of the cycle model with devices at its ports.
#ifndef DMAR_SCALE_RIG_HPP
#define DMAR_SCALE_RIG_HPP

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "perf/request_port.hpp"
#include "perf/workload.hpp"
#include "scale/machine.hpp"
#include "scale/shape.hpp"
#include "scale/spaces.hpp"

namespace dmar::scale {

class Rig {
 public:
  // `tags` of each lane; `offered` requests a clock that each may take.
  Rig(const MachineShape &shape, unsigned tags, double offered);

  // Domains of `workload`, which outlives the rig, and its devices at `port`.
  void attach(unsigned port, perf::Workload &workload);
  void step(std::uint64_t clocks);

  [[nodiscard]] Machine &machine() { return machine_; }

 private:
  struct Lane {
    perf::RequestPort port;
    double credit = 0;
  };

  void offer();
  void finish(const Answer &answer);

  MachineShape shape_;
  unsigned tags_;
  double offered_;
  Spaces spaces_;
  unsigned domains_ = 0;
  Machine machine_;
  std::vector<Lane> lanes_;
  std::vector<std::optional<Lookup>> requests_;  // of each lane
};

}  // namespace dmar::scale

#endif  // DMAR_SCALE_RIG_HPP
