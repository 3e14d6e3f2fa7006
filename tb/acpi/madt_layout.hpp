// SPDX-License-Identifier: Apache-2.0
// Structures of the MADT (ACPI 5.2.12): types, sizes, flag bits.
#ifndef DMAR_ACPI_MADT_LAYOUT_HPP
#define DMAR_ACPI_MADT_LAYOUT_HPP

#include <cstddef>
#include <cstdint>

namespace dmar::acpi::madt {

constexpr std::uint8_t kLocalApic = 0;
constexpr std::uint8_t kIoapic = 1;
constexpr std::uint8_t kOverride = 2;
constexpr std::uint8_t kNmi = 4;  // of local APICs

constexpr std::size_t kFixedBytes = 44;  // before the first structure
constexpr std::size_t kHeadBytes = 2;    // type and length

constexpr std::size_t bytes_of(std::uint64_t type) {
  switch (type) {
    case kLocalApic:
      return 8;
    case kIoapic:
      return 12;
    case kOverride:
      return 10;
    case kNmi:
      return 6;
    default:
      return 0;  // not one of these
  }
}

constexpr std::uint32_t kPcAtCompatible = 1;  // there are two 8259 PICs as well
constexpr std::uint32_t kEnabled = 1;
constexpr std::uint32_t kOnlineCapable = 2;
constexpr std::uint16_t kActiveHigh = 1;  // polarity, bits 1:0
constexpr std::uint16_t kPolarity = 3;
constexpr std::uint16_t kLevel = 3 << 2;  // trigger mode, bits 3:2
constexpr std::uint16_t kTrigger = 3 << 2;
constexpr std::uint8_t kAllProcessors = 0xFF;

}  // namespace dmar::acpi::madt

#endif  // DMAR_ACPI_MADT_LAYOUT_HPP
