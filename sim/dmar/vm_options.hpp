// SPDX-License-Identifier: Apache-2.0
// The options of `dmar vm`.
#ifndef DMAR_SIM_VM_OPTIONS_HPP
#define DMAR_SIM_VM_OPTIONS_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cosim/wave_trigger.hpp"
#include "report_options.hpp"

namespace CLI {
class App;
}

namespace dmar::sim {

struct VmOptions {
  std::string kernel;  // empty: the newest one installed
  std::string initrd;  // empty: our own
  std::string append;
  std::vector<std::string> disks;  // FILE, FILE,ro or FILE,ahci
  unsigned test_disks = 1;
  unsigned test_megabytes = 8;
  unsigned memory = 512;  // MiB
  bool bounce = false;    // measure bounce buffers
  std::string cpu;        // empty: what suits the guest
  std::string qemu = "qemu-system-x86_64";
  std::string attach;  // empty: what the emulator can do
  std::vector<std::string> qemu_arguments;
  unsigned units = 1;
  bool rmrr = false;  // firmware keeps memory for devices
  bool strict = false;
  bool passthrough = false;
  bool no_dma_remapping = false;
  bool no_intremap = false;
  bool bridge = false;
  std::string sriov;   // edu, net; empty: none
  bool ari = false;    // with it
  bool ats = false;    // functions with device TLBs
  std::string config;  // empty: what suits `address_width`
  unsigned address_width = 0;
  unsigned memory_latency = 20;
  bool memory_reorder = false;
  std::uint64_t seed = 1;
  bool interactive = false;
  bool console = false;
  std::string console_log;
  std::string record;
  std::string capture;  // of the network
  std::string wave;
  std::string wave_from = "translated";
  std::uint64_t wave_for = 20'000;
  std::optional<std::uint64_t> timeout;  // seconds; 0: none, empty: the default
  std::string json;
  ReportOptions report;
  bool checks = false;
  bool keep_going = false;
  bool quiet = false;
};

void add_vm_options(CLI::App &command, VmOptions &options);
// Those that other commands with a guest share.
// `bare_metal`: other kernels than Linux make sense, too, and a shell.
void add_emulator_options(CLI::App &command, VmOptions &options, bool bare_metal);
void add_unit_options(CLI::App &command, VmOptions &options);
void add_result_options(CLI::App &command, VmOptions &options);

// UsageError for a contradiction, an unknown name, a file that cannot be read or written.
void check_vm_options(const VmOptions &options);

// The machine has a PCI segment of its own, with one more unit.
inline bool own_segment(const VmOptions &options) { return options.ats || !options.sriov.empty(); }
// The configuration of the unit.
std::string config_of(const VmOptions &options);
cosim::WaveOptions wave_of(const VmOptions &options);

}  // namespace dmar::sim

#endif  // DMAR_SIM_VM_OPTIONS_HPP
