// SPDX-License-Identifier: Apache-2.0
// One line about a running machine on standard error, only when that is a terminal.
#ifndef DMAR_SIM_VM_PROGRESS_HPP
#define DMAR_SIM_VM_PROGRESS_HPP

#include <chrono>

#include "cosim/statistics.hpp"

namespace dmar::sim {

class VmProgress {
 public:
  explicit VmProgress(bool wanted);
  ~VmProgress() { clear(); }
  VmProgress(const VmProgress &) = delete;
  VmProgress &operator=(const VmProgress &) = delete;

  // Rates are those since the last call that drew.
  void at(const cosim::Statistics &now, std::uint64_t mismatches);
  void clear();  // removes the line

 private:
  using Clock = std::chrono::steady_clock;

  bool shown_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
  cosim::Statistics before_;
};

}  // namespace dmar::sim

#endif  // DMAR_SIM_VM_PROGRESS_HPP
