// SPDX-License-Identifier: Apache-2.0
// One of the remapping units of a machine: RTL and golden model, the bus of the functions that it
// covers, its trace and its wave.
#ifndef DMAR_COSIM_MACHINE_UNIT_HPP
#define DMAR_COSIM_MACHINE_UNIT_HPP

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "cosim/dma_engine.hpp"
#include "cosim/lockstep.hpp"
#include "cosim/machine_options.hpp"
#include "cosim/recorder.hpp"
#include "cosim/unit_plan.hpp"
#include "cosim/wave_trigger.hpp"
#include "dmar/memory_bus.hpp"

namespace dmar::cosim {

// What a file of the first unit is called for unit `number`: that is before its suffix, so that
// boot.trace.gz is boot.unit1.trace.gz. The first has the name as it is, and so has a device.
std::filesystem::path file_of_unit(const std::filesystem::path &file, std::size_t number);

class MachineUnit {
 public:
  // Unit `number` of the options. `deliver` takes the interrupts that leave it, its own included;
  // `ram` outlives it.
  MachineUnit(const MachineOptions &options, std::size_t number, Lockstep::MakeRtl make_rtl,
              MemoryBus &ram, DmaEngine::Interrupt deliver);
  MachineUnit(const MachineUnit &) = delete;
  MachineUnit &operator=(const MachineUnit &) = delete;

  // Lets it go on for a moment.
  void work();
  [[nodiscard]] bool busy() const { return !lockstep_.at_rest() || !dma_.idle(); }
  // At the end of everything: the last comparisons, and the files.
  void finish();

  [[nodiscard]] const std::string &name() const { return name_; }
  [[nodiscard]] const UnitPlan &plan() const { return plan_; }
  [[nodiscard]] Lockstep &lockstep() { return lockstep_; }
  [[nodiscard]] const Lockstep &lockstep() const { return lockstep_; }
  [[nodiscard]] DmaEngine &dma() { return dma_; }
  [[nodiscard]] const WaveTrigger &wave() const { return wave_; }
  [[nodiscard]] const Recorder *recorder() const { return recorder_.get(); }

 private:
  std::string name_;
  UnitPlan plan_;
  DmaEngine::Interrupt deliver_;
  std::unique_ptr<Recorder> recorder_;
  WaveTrigger wave_;
  Lockstep lockstep_;
  DmaEngine dma_;
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_MACHINE_UNIT_HPP
