// SPDX-License-Identifier: Apache-2.0
// The program `dmar`. Exit status: 0 success, 1 something did not match or was interrupted,
// 2 usage, input or output error.
#include <CLI/CLI.hpp>
#include <exception>
#include <sstream>

#include "command.hpp"
#include "option_check.hpp"
#include "standard_streams.hpp"

namespace {

constexpr const char *kVersion = "dmar " DMAR_VERSION;
constexpr const char *kDescription =
    "Replays, explains and shows what a VT-d DMA-remapping unit does.\n"
    "Exit status: 0 success, 1 something did not match or was interrupted, 2 usage, input or\n"
    "output error.";

int run(int argc, char **argv) {
  CLI::App app(kDescription, "dmar");
  int status = dmar::sim::kSuccess;
  app.set_version_flag("--version", kVersion, "Print the version and exit");
  app.require_subcommand(1);
  app.get_formatter()->column_width(30);
  dmar::sim::add_run(app, status);
  dmar::sim::add_vm(app, status);
  dmar::sim::add_vms(app, status);
  dmar::sim::add_fuzz(app, status);
  dmar::sim::add_bench(app, status);
  dmar::sim::add_scale(app, status);
  dmar::sim::add_explain(app, status);
  dmar::sim::add_registers(app, status);
  dmar::sim::add_configs(app, status);
  dmar::sim::add_acpi(app, status);
  dmar::sim::add_options(app, status);
  for (CLI::App *command : app.get_subcommands([](CLI::App *) { return true; })) {
    command->parse_complete_callback([command] { dmar::sim::check_option_values(*command); });
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    std::ostringstream output;
    std::ostringstream message;
    const int failed = app.exit(error, output, message);
    dmar::sim::put_output(output.str());
    dmar::sim::put_error(message.str());
    return failed == 0 ? dmar::sim::kSuccess : dmar::sim::kUsage;
  }
  return status;
}

}  // namespace

int main(int argc, char **argv) {
  dmar::sim::open_standard_streams();
  int status = dmar::sim::kUsage;
  try {
    status = run(argc, argv);
  } catch (const std::exception &error) {
    dmar::sim::complain("dmar: {}\n", error.what());
  }
  return dmar::sim::finish_output(status);
}
