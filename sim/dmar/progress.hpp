// SPDX-License-Identifier: Apache-2.0
// A progress bar on standard error, drawn only when that is a terminal.
#ifndef DMAR_SIM_PROGRESS_HPP
#define DMAR_SIM_PROGRESS_HPP

#include <chrono>
#include <cstddef>

namespace dmar::sim {

class Progress {
 public:
  // `quiet` or a standard error that is no terminal: nothing is ever drawn.
  Progress(std::size_t total, bool quiet);
  ~Progress();  // removes the bar
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  void at(std::size_t done);

 private:
  void draw(std::size_t done);

  std::size_t total_;
  bool shown_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace dmar::sim

#endif  // DMAR_SIM_PROGRESS_HPP
