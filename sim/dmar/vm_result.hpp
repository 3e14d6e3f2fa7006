// SPDX-License-Identifier: Apache-2.0
// What a machine did, and whether that is what it should have done.
#ifndef DMAR_SIM_VM_RESULT_HPP
#define DMAR_SIM_VM_RESULT_HPP

#include <string>
#include <vector>

#include "cosim/machine.hpp"
#include "guest/guest.hpp"
#include "unit_result.hpp"
#include "vm_options.hpp"

namespace dmar::sim {

enum class GuestKind : std::uint8_t {
  kSelfTest,   // our own initramfs with its test
  kShell,      // our own initramfs with a shell
  kBounce,     // our own initramfs, measuring bounce buffers
  kOther,      // somebody else's initramfs
  kMachines,   // our own initramfs, which runs virtual machines
  kBareMetal,  // a kernel that is not Linux
};

// A function of the machine, as its devices count.
struct FunctionResult {
  std::string name = {};
  SourceId source = {};
  std::size_t unit = 0;  // that its requests pass
  std::uint64_t function_resets = 0;
  std::uint64_t power_resets = 0;
};

struct VmResult {
  VmOptions options = {};
  GuestKind kind = GuestKind::kSelfTest;
  std::string kernel = {};  // version or file
  std::string qemu_version = {};
  cosim::Attach attach = cosim::Attach::kProxy;
  std::string qemu_messages = {};
  cosim::MachineEnd end = {};
  std::vector<UnitResult> units = {};
  std::vector<FunctionResult> functions = {};
  std::vector<cosim::Segment::DeviceTlbUse> device_tlbs = {};
  guest::Console console = {};
  std::string console_text = {};
  std::vector<guest::Check> disk_checks = {};
  std::vector<std::string> device_errors = {};
  std::uint64_t forgotten_interrupts = 0;  // that QEMU had forgotten to give to its CPU
  bool wave_missed = false;                // wanted, and its moment never came
  std::string wave_error = {};             // why it could not be written

  [[nodiscard]] bool several_units() const { return units.size() > 1; }
  // Of all units.
  [[nodiscard]] cosim::Statistics statistics() const { return statistics_of(units); }
  [[nodiscard]] std::uint64_t mismatches() const { return mismatches_of(units); }
  [[nodiscard]] std::uint64_t recorded_events() const { return recorded_events_of(units); }
};

// Everything that makes the run a failure, most telling first; empty: it passed.
std::vector<std::string> failures(const VmResult &result);

}  // namespace dmar::sim

#endif  // DMAR_SIM_VM_RESULT_HPP
