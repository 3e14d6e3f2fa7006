// SPDX-License-Identifier: Apache-2.0
// Owns one Verilated model, its clock and its wave file. Included by one source file per model
// only, because Verilated headers are large.
#ifndef DMAR_BENCH_SIMULATION_HPP
#define DMAR_BENCH_SIMULATION_HPP

#include <verilated.h>
#include <verilated_fst_c.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "bench/copy_pins.hpp"
#include "bench/simulation_base.hpp"
#include "bench/wave_file.hpp"
#include "coverage/model_counters.hpp"

namespace dmar::bench {

template <class Model>
class Simulation : public SimulationBase {
 public:
  // Comes out of reset. Everything the RTL does not reset starts random, by `seed`.
  explicit Simulation(std::uint64_t seed) : SimulationBase(seed) {
    model_->rst_ni = 0;
    for (unsigned i = 0; i < kResetCycles; ++i) {
      eval_low();
      eval_high();
    }
    model_->rst_ni = 1;
  }

  ~Simulation() override {
    model_->final();
    coverage::collect_counters(*model_);
    try {
      stop_wave();
    } catch (const std::exception &error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
  }

  void set_reset(bool active) override { model_->rst_ni = active ? 0 : 1; }

  void start_wave(const std::string &path) override {
    stop_wave();
    wave_file_ = std::make_unique<WaveFile>(path);
    wave_ = std::make_unique<VerilatedFstC>();
    model_->trace(wave_.get(), kTraceDepth);
    wave_->open(wave_file_->place().c_str());
  }

  void stop_wave() override {
    if (!wave_) return;
    wave_->close();
    wave_.reset();
    const std::unique_ptr<WaveFile> file = std::move(wave_file_);
    file->finish();
  }

 protected:
  void eval_low() override {
    copy_inputs(pins(), *model_);
    set_clock(0);
    copy_outputs(*model_, pins());
  }
  void eval_high() override { set_clock(1); }
  bool failed() const override { return context_->gotError(); }

 private:
  static constexpr unsigned kResetCycles = 8;
  static constexpr unsigned kHalfPeriod = 5;  // in waves: 10 ns a cycle
  static constexpr int kTraceDepth = 99;

  static std::unique_ptr<VerilatedContext> make_context(std::uint64_t seed) {
    auto context = std::make_unique<VerilatedContext>();
    context->fatalOnError(false);
    context->traceEverOn(true);
    context->randReset(2);
    context->randSeed(static_cast<int>(seed % 0x7FFF'FFFF) + 1);  // 0 would mean "the clock"
    pass_plusargs(*context);
    return context;
  }

  // DMAR_PLUSARGS="+name=value ..." reaches $value$plusargs and $test$plusargs of the RTL in any
  // program that has a model: a knob or a $display switched on for one run without a new build, or
  // the mutant of sim/mutation. Verilator's own, like +verilator+error+limit+2, work as well.
  static void pass_plusargs(VerilatedContext &context) {
    const char *text = std::getenv("DMAR_PLUSARGS");
    std::istringstream words(text == nullptr ? "" : text);
    std::vector<std::string> arguments{"dmar"};
    for (std::string word; words >> word;) arguments.push_back(word);
    std::vector<const char *> pointers;
    for (const std::string &argument : arguments) pointers.push_back(argument.c_str());
    context.commandArgs(static_cast<int>(pointers.size()), pointers.data());
  }

  void set_clock(int level) {
    Verilated::threadContextp(context_.get());  // errors go to this model, not to the newest
    model_->clk_i = static_cast<CData>(level);
    model_->eval();
    if (wave_) wave_->dump(context_->time());
    context_->timeInc(kHalfPeriod);
  }

  std::unique_ptr<VerilatedContext> context_ = make_context(seed());
  std::unique_ptr<Model> model_ = std::make_unique<Model>(context_.get());
  std::unique_ptr<WaveFile> wave_file_;
  std::unique_ptr<VerilatedFstC> wave_;
};

}  // namespace dmar::bench

#endif  // DMAR_BENCH_SIMULATION_HPP
