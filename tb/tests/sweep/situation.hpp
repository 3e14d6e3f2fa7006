// SPDX-License-Identifier: Apache-2.0
// What is under way in the unit while an invalidation starts: a few requests, what was done to warm
// the caches before them, and how slow memory is.
#ifndef DMAR_SWEEP_SITUATION_HPP
#define DMAR_SWEEP_SITUATION_HPP

#include <string>
#include <vector>

#include "dmar/types.hpp"

namespace dmar::bench {

struct Probe {
  unsigned delay = 0;  // cycles after the first
  Request request;
};

struct Situation {
  std::string name;
  std::vector<Request> warm = {};  // carried out before, one after the other
  std::vector<Probe> probes = {};
  bool interrupts = false;   // what is under way are interrupts
  bool slow_tables = false;  // only with leaves that change, by registers: the queue is slow too
  unsigned walks = 0;        // that the probes cause when nothing disturbs them
  unsigned table_latency = 2;
  unsigned dma_latency = 3;
};

// `walks`: walk slots of the unit.
std::vector<Situation> situations(unsigned walks);

}  // namespace dmar::bench

#endif  // DMAR_SWEEP_SITUATION_HPP
