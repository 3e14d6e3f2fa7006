// SPDX-License-Identifier: Apache-2.0
// A child process with some of our descriptors, and its end as something to poll for.
#ifndef DMAR_COSIM_QEMU_PROCESS_HPP
#define DMAR_COSIM_QEMU_PROCESS_HPP

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cosim/file_descriptor.hpp"

namespace dmar::cosim {

// How a process ended.
struct ProcessEnd {
  int status = -1;  // exit status, when it exited
  int signal = 0;   // that killed it, or 0
};

class QemuProcess {
 public:
  // Starts `program` (with a slash, or looked up in PATH) with these arguments. `inherited` keep
  // their numbers in the child and are closed here. `own_terminal`: the child may use our standard
  // input, output and error and gets the signals of the terminal; otherwise its output goes to
  // messages(). CosimError, with the Debian package, when there is no such program.
  QemuProcess(const std::string &program, const std::vector<std::string> &arguments,
              std::vector<FileDescriptor> inherited, bool own_terminal);
  ~QemuProcess();  // kills it if need be
  QemuProcess(const QemuProcess &) = delete;
  QemuProcess &operator=(const QemuProcess &) = delete;

  // Becomes readable when the process ends.
  [[nodiscard]] int descriptor() const { return watch_.raw(); }
  // Once it has ended; does not wait.
  std::optional<ProcessEnd> poll();
  // Asks it to end, waits, and kills it when it does not.
  ProcessEnd terminate(std::chrono::milliseconds patience);
  // What it printed so far (not with `own_terminal`).
  [[nodiscard]] std::string messages() const;

 private:
  [[noreturn]] static void run_child(const std::string &program,
                                     const std::vector<std::string> &arguments, int output,
                                     bool own_terminal, int error_pipe);

  pid_t child_ = -1;
  FileDescriptor watch_;
  FileDescriptor output_;  // an unnamed file
  std::optional<ProcessEnd> end_;
};

// The file that `name` means: a path, or the first of PATH; empty when there is none.
std::filesystem::path find_program(const std::string &name);

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_QEMU_PROCESS_HPP
