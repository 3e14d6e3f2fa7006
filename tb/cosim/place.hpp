// SPDX-License-Identifier: Apache-2.0
// Where the parts of a machine are.
#ifndef DMAR_COSIM_PLACE_HPP
#define DMAR_COSIM_PLACE_HPP

#include <cstdint>

#include "dmar/types.hpp"

namespace dmar::cosim {

// Where things are. The hidden function of the unit lends windows in memory.
namespace place {
inline constexpr unsigned kUnitSlot = 4;
inline constexpr unsigned kDiskSlot = 5;  // the first; the others from kMoreDisksSlot on
inline constexpr unsigned kEduSlot = 6;
inline constexpr unsigned kBridgeSlot = 7;
inline constexpr unsigned kMoreDisksSlot = 8;
inline constexpr unsigned kMaxDisks = 16;
inline constexpr unsigned kNetworkSlot = 24;  // and those behind it
inline constexpr unsigned kMaxNetworks = 6;
inline constexpr std::uint32_t kRegisters = 0xFED9'0000;  // of the first unit, a page for each
inline constexpr std::uint32_t kRegisterPage = 0x1000;
inline constexpr unsigned kMaxUnits = 4;
inline constexpr std::uint32_t kIoapic = 0xFEC1'0000;
// A PCI segment of its own, in a part of the address space that nothing else has: outside the
// memory that the host bridge of QEMU hands on.
inline constexpr std::uint16_t kOwnSegment = 1;
inline constexpr unsigned kOwnBuses = 2;
inline constexpr unsigned kRootPortDevice = 1;  // on bus 0, of what has one above it
inline constexpr std::uint32_t kEcam = 0xFF80'0000;
inline constexpr std::uint32_t kEcamBytes = kOwnBuses << 20;
inline constexpr std::uint32_t kSegmentMemory = 0xFF00'0000;
inline constexpr std::uint32_t kSegmentMemoryBytes = 0x0080'0000;
inline constexpr std::uint32_t kChipsetIoapic = 0xFEC0'0000;
// Source id under which the I/O APIC sends, and the scope that the DMAR table gives it.
inline constexpr SourceId kIoapicSource = bdf(0xFF, 0, 0);
// A PCIe-to-PCI bridge owns the requests of the bus behind it: device 0, function 0 there.
inline constexpr SourceId kBehindBridge = bdf(1, 0, 0);
}  // namespace place

}  // namespace dmar::cosim

#endif  // DMAR_COSIM_PLACE_HPP
