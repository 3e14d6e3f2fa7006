// SPDX-License-Identifier: Apache-2.0
// `dmar fuzz` of a program that was built without the Verilated models.
#include <CLI/CLI.hpp>

#include "command.hpp"

namespace dmar::sim {

void add_fuzz(CLI::App &app, int &) {
  CLI::App *command = app.add_subcommand("fuzz", "Random machines; needs a program with the RTL");
  command->allow_extras();
  command->callback([] { throw UsageError("this program was built without the RTL"); });
}

}  // namespace dmar::sim
