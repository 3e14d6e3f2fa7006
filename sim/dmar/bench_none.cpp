// SPDX-License-Identifier: Apache-2.0
// `dmar bench` of a program that was built without the Verilated models.
#include <CLI/CLI.hpp>

#include "command.hpp"

namespace dmar::sim {

void add_bench(CLI::App &app, int &) {
  CLI::App *command =
      app.add_subcommand("bench", "Clocks and rates of the RTL; needs a program with the RTL");
  command->allow_extras();
  command->callback([] { throw UsageError("this program was built without the RTL"); });
}

}  // namespace dmar::sim
