// SPDX-License-Identifier: Apache-2.0
// What the subcommands of `dmar` share: how they attach to the command line and how they fail.
#ifndef DMAR_SIM_COMMAND_HPP
#define DMAR_SIM_COMMAND_HPP

#include <CLI/CLI.hpp>
#include <stdexcept>

namespace dmar::sim {

enum ExitStatus : int { kSuccess = 0, kMismatch = 1, kUsage = 2 };

// The user asked for something impossible, or a file is not what it should be: exit status 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Each adds one subcommand that leaves its exit status in `status`, which outlives `app`.
void add_run(CLI::App &app, int &status);
void add_vm(CLI::App &app, int &status);
void add_fuzz(CLI::App &app, int &status);
void add_explain(CLI::App &app, int &status);
void add_registers(CLI::App &app, int &status);
void add_configs(CLI::App &app, int &status);
void add_acpi(CLI::App &app, int &status);

}  // namespace dmar::sim

#endif  // DMAR_SIM_COMMAND_HPP
