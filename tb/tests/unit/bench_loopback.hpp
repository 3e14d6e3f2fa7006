// SPDX-License-Identifier: Apache-2.0
// A SimulationBase without RTL: the device port wired straight to the memory port.
#ifndef DMAR_TESTS_UNIT_BENCH_LOOPBACK_HPP
#define DMAR_TESTS_UNIT_BENCH_LOOPBACK_HPP

#include <functional>
#include <string>
#include <utility>

#include "bench/simulation_base.hpp"

namespace dmar::bench {

// `fault` may change what passes, to prove that somebody notices.
class Loopback : public SimulationBase {
 public:
  using Fault = std::function<void(Pins &)>;

  explicit Loopback(Fault fault = {}) : SimulationBase(1), fault_(std::move(fault)) {}

  void set_reset(bool) override {}
  void start_wave(const std::string & /*path*/) override {}
  void stop_wave() override {}

 protected:
  void eval_low() override {
    AxiBus &device = pins().device;
    AxiBus &memory = pins().dma;
    forward(device.aw, memory.aw);
    forward(device.w, memory.w);
    forward(device.ar, memory.ar);
    forward(memory.b, device.b);
    forward(memory.r, device.r);
    if (fault_) fault_(pins());
  }
  void eval_high() override {}
  [[nodiscard]] bool failed() const override { return false; }

 private:
  template <class Payload>
  static void forward(Channel<Payload> &from, Channel<Payload> &to) {
    to.valid = from.valid;
    to.payload = from.payload;
    from.ready = to.ready;
  }

  Fault fault_;
};

}  // namespace dmar::bench

#endif  // DMAR_TESTS_UNIT_BENCH_LOOPBACK_HPP
