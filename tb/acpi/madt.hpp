// SPDX-License-Identifier: Apache-2.0
// The ACPI table of interrupt controllers (signature APIC) of a PC with one IOAPIC.
#ifndef DMAR_ACPI_MADT_HPP
#define DMAR_ACPI_MADT_HPP

#include <cstdint>
#include <vector>

#include "acpi/dmar_table.hpp"

namespace dmar::acpi {

struct Madt {
  unsigned cpus = 1;  // 1..255, local APIC ids 0..cpus-1
  std::uint32_t local_apic = 0xFEE0'0000;
  std::uint8_t ioapic_id = 0;
  std::uint32_t ioapic_address = 0xFEC0'0000;
};

// The whole table with header and checksum. Overrides as PCs have them: ISA 0 is input 2; 5, 9, 10,
// 11 are level-triggered, active high; NMI on LINT1. std::invalid_argument names the field that is
// wrong.
std::vector<std::uint8_t> to_bytes(const Madt &madt, const TableIdentity &identity = {});

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_MADT_HPP
