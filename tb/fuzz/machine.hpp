// SPDX-License-Identifier: Apache-2.0
// A whole random machine: the unit with its memory, devices that never stop, and every checker.
// Software runs on top of it (software.hpp) and lets time pass by its register accesses.
#ifndef DMAR_FUZZ_MACHINE_HPP
#define DMAR_FUZZ_MACHINE_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/registry.hpp"
#include "bench/rtl_iommu.hpp"
#include "fuzz/device_answers.hpp"
#include "fuzz/fuzz_case.hpp"
#include "fuzz/run_case.hpp"
#include "fuzz/stalls.hpp"
#include "fuzz/traffic.hpp"
#include "fuzz/world.hpp"
#include "scoreboard/access_ledger.hpp"
#include "scoreboard/command_oracle.hpp"
#include "scoreboard/fault_watch.hpp"
#include "scoreboard/scoreboard.hpp"

namespace dmar::bench {

class Machine {
 public:
  explicit Machine(const FuzzCase &one, const std::optional<WaveWindow> &wave = std::nullopt);

  // One cycle. Mismatch when anything that can be seen of the unit is not legal.
  void tick();
  // Ticks until `done`; HangError after `bound` cycles.
  void tick_until(const std::function<bool()> &done, const char *what);

  // Register accesses of software, while everything else goes on.
  std::uint64_t read(std::uint32_t offset, unsigned bytes);
  void write(std::uint32_t offset, unsigned bytes, std::uint64_t value);
  // Reads and compares with the golden model, in the bits of `mask`. Mismatch if they differ.
  std::uint64_t expect_register(std::uint32_t offset, unsigned bytes,
                                std::uint64_t mask = ~std::uint64_t{0});

  [[nodiscard]] std::uint64_t cycle() const { return unit_->cycle(); }
  [[nodiscard]] RtlIommu &unit() { return *unit_; }
  [[nodiscard]] const Config &config() const { return unit_->config(); }
  [[nodiscard]] Memory &memory() { return unit_->memory(); }
  [[nodiscard]] World &world() { return world_; }
  [[nodiscard]] Traffic &traffic() { return traffic_; }
  [[nodiscard]] CommandOracle &oracle() { return oracle_; }
  [[nodiscard]] FaultWatch &faults() { return faults_; }
  [[nodiscard]] const Scoreboard &scoreboard() const { return scoreboard_; }
  [[nodiscard]] AccessLedger &ledger() { return ledger_; }
  [[nodiscard]] DeviceAnswers &device_answers() { return device_answers_; }
  [[nodiscard]] std::uint64_t status_writes() const { return status_writes_; }

 private:
  void lose_invalidations(std::uint64_t first, std::uint64_t last);
  void watch_fault_registers(std::uint32_t offset, unsigned bytes, std::uint64_t value,
                             std::uint64_t begin);

  FuzzCase case_;
  std::optional<WaveWindow> wave_;
  std::unique_ptr<RtlIommu> unit_;
  Stalls stalls_;
  AccessLedger ledger_;
  Scoreboard scoreboard_;
  FaultWatch faults_;
  CommandOracle oracle_;
  DeviceAnswers device_answers_;
  World world_;
  Traffic traffic_;
  std::uint64_t status_writes_ = 0;
};

}  // namespace dmar::bench

#endif  // DMAR_FUZZ_MACHINE_HPP
