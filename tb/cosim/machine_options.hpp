// SPDX-License-Identifier: Apache-2.0
// What a machine is made of.
#ifndef DMAR_COSIM_MACHINE_OPTIONS_HPP
#define DMAR_COSIM_MACHINE_OPTIONS_HPP

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cosim/attach.hpp"
#include "cosim/dma_engine.hpp"
#include "cosim/place.hpp"
#include "cosim/unit_plan.hpp"
#include "cosim/wave_trigger.hpp"
#include "devices/ats_port.hpp"
#include "devices/net_frame.hpp"

namespace dmar::cosim {

struct DiskOptions {
  enum class Adapter : std::uint8_t { kVirtio, kAhci };
  std::filesystem::path image = {};
  bool read_only = false;
  Adapter adapter = Adapter::kVirtio;
};

struct NetworkOptions {
  devices::MacAddress mac = {};
};

// A physical function that can have virtual ones, in a PCI segment of their own: 0001:00:01.0, or
// 0001:01:00.0 behind a root port that knows alternative routing ids.
struct SriovOptions {
  static constexpr std::uint16_t kVirtualFunctions = 4;
  enum class Kind : std::uint8_t { kEdu, kNetwork };
  Kind kind = Kind::kEdu;
  bool behind_port = false;
};

// Functions with device TLBs, in a PCI segment of their own: edu at 0001:01:00.0, behind a root
// port, and a disk at 0001:00:02.0.
struct AtsOptions {
  DiskOptions disk = {};
  devices::AtsOptions device_tlb = {};
};

struct MachineOptions {
  std::string qemu = "qemu-system-x86_64";
  Attach attach = Attach::kProxy;
  std::string cpu = "qemu64";
  unsigned megabytes = 512;
  std::filesystem::path kernel = {};
  std::vector<std::uint8_t> initrd = {};  // contents; empty: none
  std::string append = {};                // kernel command line
  std::vector<DiskOptions> disks = {};
  std::vector<NetworkOptions> networks = {};          // cards, all on one network
  std::optional<std::filesystem::path> capture = {};  // of that network, pcap
  // What is in the segment of its own, which needs a unit; at most one of them.
  std::optional<SriovOptions> sriov = {};
  std::optional<AtsOptions> ats = {};
  bool bridge = false;           // the first disk sits behind a PCIe-to-PCI bridge
  bool bare_metal = false;       // no operating system: debug exit port and test device
  bool remap_interrupts = true;  // I/O APIC of our own, so that its interrupts pass the unit too
  // Whole tables, for QEMU to add to its own; empty: none.
  std::vector<std::uint8_t> dmar_table = {};
  std::vector<std::uint8_t> madt_table = {};
  std::vector<std::uint8_t> segment_table = {};
  std::vector<std::string> qemu_arguments = {};  // more of them
  bool interactive = false;                      // the console is our terminal
  bool echo_console = false;                     // otherwise: copied to standard output
  bool keep_going = false;                       // after a mismatch between RTL and golden model
  // Of the first unit; the files of the others have its number in their names (machine_unit.hpp).
  std::optional<std::filesystem::path> record = {};
  WaveOptions wave = {};
  DmaLimits dma = {};
  std::vector<UnitPlan> units = {UnitPlan{}};  // in the order of the DMAR table
};

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_MACHINE_OPTIONS_HPP
