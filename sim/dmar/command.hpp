// SPDX-License-Identifier: Apache-2.0
// The subcommands of `dmar` and how they attach to the command line.
#ifndef DMAR_SIM_COMMAND_HPP
#define DMAR_SIM_COMMAND_HPP

#include "usage_error.hpp"

namespace CLI {
class App;
}

namespace dmar::sim {

// Each adds one subcommand that leaves its exit status in `status`, which outlives `app`.
void add_run(CLI::App &app, int &status);
void add_vm(CLI::App &app, int &status);
void add_vms(CLI::App &app, int &status);
void add_fuzz(CLI::App &app, int &status);
void add_bench(CLI::App &app, int &status);
void add_scale(CLI::App &app, int &status);
void add_explain(CLI::App &app, int &status);
void add_registers(CLI::App &app, int &status);
void add_configs(CLI::App &app, int &status);
void add_acpi(CLI::App &app, int &status);
void add_options(CLI::App &app, int &status);

}  // namespace dmar::sim

#endif  // DMAR_SIM_COMMAND_HPP
