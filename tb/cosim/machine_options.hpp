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
#include "cosim/wave_trigger.hpp"
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
  bool bridge = false;           // the first disk sits behind a PCIe-to-PCI bridge
  bool bare_metal = false;       // no operating system: debug exit port and test device
  bool remap_interrupts = true;  // I/O APIC of our own, so that its interrupts pass the unit too
  // Whole tables, for QEMU to add to its own; empty: none.
  std::vector<std::uint8_t> dmar_table = {};
  std::vector<std::uint8_t> madt_table = {};
  std::vector<std::string> qemu_arguments = {};  // more of them
  bool interactive = false;                      // the console is our terminal
  bool echo_console = false;                     // otherwise: copied to standard output
  bool keep_going = false;                       // after a mismatch between RTL and golden model
  std::optional<std::filesystem::path> record = {};
  WaveOptions wave = {};
  DmaLimits dma = {};
};

// Where things are; the hidden unit lends itself two windows in memory.
namespace place {
inline constexpr unsigned kUnitSlot = 4;
inline constexpr unsigned kDiskSlot = 5;  // the first; the others from kMoreDisksSlot on
inline constexpr unsigned kEduSlot = 6;
inline constexpr unsigned kBridgeSlot = 7;
inline constexpr unsigned kMoreDisksSlot = 8;
inline constexpr unsigned kMaxDisks = 16;
inline constexpr unsigned kNetworkSlot = 24;  // and those behind it
inline constexpr unsigned kMaxNetworks = 6;
inline constexpr std::uint32_t kRegisters = 0xFED9'0000;
inline constexpr std::uint32_t kIoapic = 0xFEC1'0000;
inline constexpr std::uint32_t kChipsetIoapic = 0xFEC0'0000;
// Source id under which the I/O APIC sends, and the scope that the DMAR table gives it.
inline constexpr SourceId kIoapicSource = bdf(0xFF, 0, 0);
// A PCIe-to-PCI bridge owns the requests of the bus behind it: device 0, function 0 there.
inline constexpr SourceId kBehindBridge = bdf(1, 0, 0);
}  // namespace place

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_MACHINE_OPTIONS_HPP
