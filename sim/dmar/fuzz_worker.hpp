// SPDX-License-Identifier: Apache-2.0
// One random machine in a process of its own, so that nothing it does can end the campaign.
#ifndef DMAR_SIM_FUZZ_WORKER_HPP
#define DMAR_SIM_FUZZ_WORKER_HPP

#include <sys/types.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "fuzz/fuzz_case.hpp"
#include "fuzz/fuzz_result.hpp"
#include "fuzz/run_case.hpp"

namespace dmar::sim {

class FuzzWorker {
 public:
  // Starts at once. A process that takes far too long is killed, which is a failure too.
  explicit FuzzWorker(const bench::FuzzCase &one,
                      const std::optional<bench::WaveWindow> &wave = std::nullopt);
  ~FuzzWorker();  // kills a process still running
  FuzzWorker(const FuzzWorker &) = delete;
  FuzzWorker &operator=(const FuzzWorker &) = delete;

  [[nodiscard]] const bench::FuzzCase &fuzz_case() const { return case_; }
  [[nodiscard]] std::chrono::steady_clock::time_point started() const { return started_; }
  [[nodiscard]] int descriptor() const { return pipe_; }
  // The result, once; nullopt while the machine runs. Does not wait.
  std::optional<bench::FuzzResult> poll();

 private:
  struct CloseFile {
    void operator()(std::FILE *file) const { std::fclose(file); }
  };
  [[noreturn]] void run_child(int pipe, const std::optional<bench::WaveWindow> &wave) const;
  [[nodiscard]] bool ended();
  [[nodiscard]] bench::FuzzResult result();
  [[nodiscard]] std::string printed() const;

  bench::FuzzCase case_;
  std::unique_ptr<std::FILE, CloseFile> log_;  // what the child prints
  pid_t child_ = -1;
  int pipe_ = -1;
  std::string received_;
  bool killed_ = false;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point deadline_;
};

// Runs a case to its end. `stopped`: asked now and then; when true, gives up with nullopt.
std::optional<bench::FuzzResult> run_in_worker(
    const bench::FuzzCase &one, const std::function<bool()> &stopped,
    const std::optional<bench::WaveWindow> &wave = std::nullopt);

}  // namespace dmar::sim

#endif  // DMAR_SIM_FUZZ_WORKER_HPP
