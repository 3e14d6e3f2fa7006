// SPDX-License-Identifier: Apache-2.0
// The table (signature SSDT) that tells an operating system of one more PCI segment.
#ifndef DMAR_ACPI_SEGMENT_TABLE_HPP
#define DMAR_ACPI_SEGMENT_TABLE_HPP

#include <cstdint>
#include <vector>

#include "acpi/dmar_table.hpp"

namespace dmar::acpi {

// Configuration space is a window at `ecam` with 1 MiB for each bus, BARs are inside `memory`.
// There is no routing of interrupt pins: functions have to send messages.
struct PciSegmentTable {
  std::uint16_t segment = 1;
  std::uint16_t buses = 1;  // 0 to buses - 1, at most 256
  std::uint32_t ecam = 0;   // a multiple of 1 MiB
  std::uint32_t memory = 0;
  std::uint32_t memory_bytes = 0;
};

// A host bridge, and a device that keeps the window of configuration space from others: Linux uses
// no window that nobody has reserved. The whole table with header and checksum.
// std::invalid_argument names the field that is wrong.
std::vector<std::uint8_t> to_bytes(const PciSegmentTable &table,
                                   const TableIdentity &identity = {.oem_table_id = "DMARSEGM"});

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_SEGMENT_TABLE_HPP
