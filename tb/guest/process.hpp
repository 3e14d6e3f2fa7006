// SPDX-License-Identifier: Apache-2.0
// Runs a program of the host to its end.
#ifndef DMAR_GUEST_PROCESS_HPP
#define DMAR_GUEST_PROCESS_HPP

#include <filesystem>
#include <string>
#include <vector>

namespace dmar::guest {

struct ProcessResult {
  int status = 0;      // exit status; 128 + n when signal n ended it
  std::string output;  // standard output and standard error
};

// The first NAME in PATH, /usr/sbin, /sbin (where users often do not look); GuestError tells to
// install `package` when there is none.
std::filesystem::path find_program(const std::string &name, const std::string &package);

// `arguments` without the program's name; nothing goes through a shell. Standard input is empty.
ProcessResult run_program(const std::filesystem::path &program,
                          const std::vector<std::string> &arguments);

}  // namespace dmar::guest

#endif  // DMAR_GUEST_PROCESS_HPP
