// SPDX-License-Identifier: Apache-2.0
// Other programs, run to their end or to a limit.
#ifndef DMAR_MUTATION_PROCESS_HPP
#define DMAR_MUTATION_PROCESS_HPP

#include <filesystem>
#include <string>
#include <vector>

namespace dmar::mutation {

struct Output {
  int status = -1;
  std::string text;  // standard output
};

// `words` as they are: no shell looks at them.
Output output_of(const std::vector<std::string> &words);

struct Run {
  std::string command;                   // for sh
  std::vector<std::string> environment;  // NAME=value, on top of this program's
  std::filesystem::path log;             // standard output and standard error
  // Processor time counts what the program does, however busy the machine is; wall-clock time
  // ends one that sleeps. Both in seconds, 0: none.
  double processor_limit = 0;
  double wall_limit = 0;
};

struct Outcome {
  int status = -1;    // exit status, or -1
  int signal = 0;     // that ended it, or 0
  bool late = false;  // a limit ended it
  double processor_seconds = 0;

  [[nodiscard]] bool passed() const { return status == 0; }
};

// What the program started goes with it. Safe to call from several threads.
Outcome run(const Run &what);

}  // namespace dmar::mutation

#endif  // DMAR_MUTATION_PROCESS_HPP
