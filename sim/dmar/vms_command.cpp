// SPDX-License-Identifier: Apache-2.0
// `dmar vms`: a Linux on the RTL that runs two virtual machines with devices of their own.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "command.hpp"
#include "cosim/error.hpp"
#include "standard_streams.hpp"
#include "stop_signals.hpp"
#include "vm_files.hpp"
#include "vm_run.hpp"
#include "vms_guest.hpp"
#include "vms_options.hpp"
#include "vms_progress.hpp"
#include "work_folder.hpp"

namespace dmar::sim {

namespace {

int run(CLI::App &command, const VmsOptions &options) {
  check_vms_options(options);
  check_files_of_units(command, options.host);
  const StopSignals stop;
  const WorkFolder folder;
  const bool shown = !options.host.quiet && !options.host.console;
  const bool color = ::isatty(STDOUT_FILENO) != 0;
  try {
    const VmGuest guest = make_vms_guest(options, folder);
    std::string last;
    Reporting reporting(options.host.report);
    const auto show = [&](std::string_view line) {
      const auto text = shown ? vms_line(line, color) : std::nullopt;
      if (!text || *text == last) return;  // a flood of the same fault
      put_output(*text + "\n");
      last = *text;
    };
    return deliver(run_machine(options.host, guest, stop, reporting, show), reporting);
  } catch (const cosim::CosimError &error) {
    throw UsageError(error.what());
  } catch (const guest::GuestError &error) {
    throw UsageError(error.what());
  }
}

}  // namespace

void add_vms(CLI::App &app, int &status) {
  auto options = std::make_shared<VmsOptions>();
  CLI::App *command = app.add_subcommand(
      "vms",
      "Boot a Linux whose remapping unit is the RTL; it runs two virtual machines under KVM,\n"
      "each with devices of its own behind the unit. Both work, one attacks, and every request\n"
      "is checked by the golden model");
  add_vms_options(*command, *options);
  command->callback([command, options, &status] { status = run(*command, *options); });
}

}  // namespace dmar::sim
