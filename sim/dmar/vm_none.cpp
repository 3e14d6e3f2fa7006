// SPDX-License-Identifier: Apache-2.0
// `dmar vm` and `dmar vms` of a program that was built without the Verilated models.
#include <CLI/CLI.hpp>

#include "command.hpp"

namespace dmar::sim {

namespace {

void add_none(CLI::App &app, const char *name, const char *description) {
  CLI::App *command = app.add_subcommand(name, description);
  command->allow_extras();
  command->callback([] { throw UsageError("this program was built without the RTL"); });
}

}  // namespace

void add_vm(CLI::App &app, int &) {
  add_none(app, "vm", "An unmodified Linux on the RTL; needs a program with the RTL");
}

void add_vms(CLI::App &app, int &) {
  add_none(app, "vms", "Virtual machines on the RTL; needs a program with the RTL");
}

}  // namespace dmar::sim
