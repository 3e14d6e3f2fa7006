// SPDX-License-Identifier: Apache-2.0
// See vms_options.hpp.
#include "vms_options.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "backend.hpp"
#include "command.hpp"
#include "option_kinds.hpp"

namespace dmar::sim {

namespace {

constexpr unsigned kHostMegabytes = 1024;
constexpr unsigned kTestMegabytes = 2;
constexpr unsigned kLeastHostMegabytes = 768;  // its programs, and two machines in its memory

}  // namespace

VmsOptions::VmsOptions() {
  host.memory = kHostMegabytes;
  host.test_megabytes = kTestMegabytes;
  host.cpu = "max";  // with the extension for virtual machines
}

void add_vms_options(CLI::App &command, VmsOptions &options) {
  add_emulator_options(command, options.host, false);
  command
      .add_option("--monitor", options.monitor,
                  "The QEMU that runs the virtual machines, as a program for the host")
      ->check(is_a(OptionKind::kProgram))
      ->type_name("PROGRAM")
      ->capture_default_str()
      ->group("Guest");
  command.add_flag("--brief", options.brief, "The two machines and two attacks, nothing more")
      ->group("Guest");
  command
      .add_flag_callback(
          "--sriov", [&options] { options.host.sriov = "edu"; },
          "Each machine gets a virtual function, the attacker too; one stays with the host")
      ->group("Guest");
  command
      .add_flag("--ari", options.host.ari,
                "With --sriov: behind a root port, with alternative routing ids")
      ->needs("--sriov")
      ->group("Guest");
  add_unit_options(command, options.host);
  command
      .add_option("--capture", options.host.capture,
                  "Write the frames of the network to this file, for Wireshark")
      ->check(is_a(OptionKind::kOutput))
      ->type_name("FILE")
      ->group("Output");
  add_result_options(command, options.host);
}

void check_vms_options(const VmsOptions &options) {
  check_vm_options(options.host);
  if (options.host.memory < kLeastHostMegabytes) {
    throw UsageError(fmt::format("--memory {}: two virtual machines need at least {} MiB",
                                 options.host.memory, kLeastHostMegabytes));
  }
  const std::string config = config_of(options.host);
  if (!config_named(config).interrupt_remapping) {
    throw UsageError(fmt::format(
        "configuration {} does not remap interrupts, and no device is given to a virtual machine "
        "without that",
        config));
  }
}

}  // namespace dmar::sim
