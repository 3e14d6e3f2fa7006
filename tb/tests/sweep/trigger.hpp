// SPDX-License-Identifier: Apache-2.0
// Every kind of invalidation, as one register write that starts it and a way to see its completion;
// where a change has two steps, two of them, one after the other.
#ifndef DMAR_SWEEP_TRIGGER_HPP
#define DMAR_SWEEP_TRIGGER_HPP

#include <string>
#include <variant>
#include <vector>

#include "dmar/config.hpp"
#include "driver/descriptor.hpp"
#include "versions.hpp"

namespace dmar::bench {

struct Trigger {
  enum class Path {
    kRegisters,  // CCMD, IOTLB
    kQueue,
    kCommand,  // GCMD: SRTP, TE, SIRTP, IRE
  };
  // Domains and indices are filled in from the version that is to go.
  using Scope = std::variant<std::monostate, ContextScope, IotlbScope, InterruptScope>;

  std::string name;
  Path path;
  Change change;  // that it makes effective
  Scope scope = {};
  Scope then = {};  // of the second step
};

// All that a unit of this configuration has.
std::vector<Trigger> triggers(const Config &config);

}  // namespace dmar::bench

#endif  // DMAR_SWEEP_TRIGGER_HPP
