// SPDX-License-Identifier: Apache-2.0
// `dmar vm`: an unmodified Linux in QEMU, with the Verilated RTL as its remapping unit.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "command.hpp"
#include "cosim/error.hpp"
#include "stop_signals.hpp"
#include "vm_files.hpp"
#include "vm_guest.hpp"
#include "vm_options.hpp"
#include "vm_run.hpp"
#include "work_folder.hpp"

namespace dmar::sim {

namespace {

int run(CLI::App &command, const VmOptions &options) {
  check_vm_options(options);
  check_files_of_units(command, options);
  const StopSignals stop;
  const WorkFolder folder;
  try {
    const VmGuest guest = make_guest(options, folder);
    Reporting reporting(options.report);
    return deliver(run_machine(options, guest, stop, reporting), reporting);
  } catch (const cosim::CosimError &error) {
    throw UsageError(error.what());
  } catch (const guest::GuestError &error) {
    throw UsageError(error.what());
  }
}

}  // namespace

void add_vm(CLI::App &app, int &status) {
  auto options = std::make_shared<VmOptions>();
  CLI::App *command = app.add_subcommand(
      "vm",
      "Boot an unmodified Linux in QEMU with the RTL as its remapping unit and check every\n"
      "request, interrupt and register access with the golden model. Without options the\n"
      "guest tests its disk, provokes faults and powers off");
  add_vm_options(*command, *options);
  command->callback([command, options, &status] { status = run(*command, *options); });
}

}  // namespace dmar::sim
