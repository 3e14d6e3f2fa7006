// SPDX-License-Identifier: Apache-2.0
// Something on the other side of the pins, and how it complains about what it sees there.
#ifndef DMAR_BENCH_AGENT_HPP
#define DMAR_BENCH_AGENT_HPP

#include <cstdint>
#include <stdexcept>

namespace dmar::bench {

// The unit (or another agent) broke a rule of the bus.
class ProtocolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// An assertion inside the RTL failed.
class AssertionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Something that had to happen did not within the bound.
class HangError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// In each cycle all agents sample, then comes the edge, then all drive: as with nonblocking
// assignments, the order of the agents cannot matter.
class Agent {
 public:
  virtual ~Agent() = default;

  // The pins hold the values just before the edge that ends `cycle`, as the flip-flops see them.
  virtual void sample(std::uint64_t cycle) = 0;

  // Sets this agent's outputs for the next cycle.
  virtual void drive() = 0;
};

}  // namespace dmar::bench

#endif  // DMAR_BENCH_AGENT_HPP
