// SPDX-License-Identifier: Apache-2.0
#include "bench/simulation_base.hpp"

#include <fmt/format.h>

namespace dmar::bench {

void SimulationBase::step() {
  try {
    eval_low();
    for (Agent *agent : agents_) agent->sample(cycle_);
    eval_high();
    for (Agent *agent : agents_) agent->drive();
  } catch (const ProtocolError &error) {
    throw ProtocolError(fmt::format("{} (cycle {}, seed {})", error.what(), cycle_, seed_));
  }
  if (failed()) {
    throw AssertionError(fmt::format(
        "an RTL assertion failed, its message is on standard output (cycle {}, seed {})", cycle_,
        seed_));
  }
  ++cycle_;
}

}  // namespace dmar::bench
