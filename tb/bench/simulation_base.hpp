// SPDX-License-Identifier: Apache-2.0
// A clocked thing with the ports of dmar_top, its agents and its cycle counter; the model behind
// is a Verilated one (simulation.hpp) or, in tests of the bench itself, plain C++.
#ifndef DMAR_BENCH_SIMULATION_BASE_HPP
#define DMAR_BENCH_SIMULATION_BASE_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "bench/agent.hpp"
#include "bench/pins.hpp"

namespace dmar::bench {

class SimulationBase {
 public:
  explicit SimulationBase(std::uint64_t seed) : seed_(seed) {}
  virtual ~SimulationBase() = default;
  SimulationBase(const SimulationBase &) = delete;
  SimulationBase &operator=(const SimulationBase &) = delete;

  [[nodiscard]] Pins &pins() { return pins_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }

  // Cycles since reset was released.
  [[nodiscard]] std::uint64_t cycle() const { return cycle_; }

  // `agent` must outlive the last step().
  void attach(Agent &agent) { agents_.push_back(&agent); }

  // One clock cycle. ProtocolError or AssertionError, with cycle and seed, when a rule is broken.
  void step();

  // Drives the reset of the unit alone; the agents go on.
  virtual void set_reset(bool active) = 0;

  // Writes an FST from now on; std::runtime_error when the file cannot be written.
  virtual void start_wave(const std::string &path) = 0;
  // Closes the file; without one it does nothing.
  virtual void stop_wave() = 0;

 protected:
  virtual void eval_low() = 0;   // agents' outputs in, clock low, the unit's outputs out
  virtual void eval_high() = 0;  // clock high
  [[nodiscard]] virtual bool failed() const = 0;  // an RTL assertion has failed

 private:
  Pins pins_;
  std::uint64_t seed_;
  std::uint64_t cycle_ = 0;
  std::vector<Agent *> agents_;
};

}  // namespace dmar::bench

#endif  // DMAR_BENCH_SIMULATION_BASE_HPP
