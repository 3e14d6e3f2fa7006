// SPDX-License-Identifier: Apache-2.0
// The ACPI DMA Remapping Reporting table (VT-d 8) as values and as bytes.
#ifndef DMAR_ACPI_DMAR_TABLE_HPP
#define DMAR_ACPI_DMAR_TABLE_HPP

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace dmar::acpi {

// Device scope entry (VT-d 8.3.1).
struct Scope {
  enum class Type : std::uint8_t {
    kEndpoint = 1,
    kSubHierarchy = 2,
    kIoapic = 3,
    kHpet = 4,
    kNamespaceDevice = 5,
  };
  struct Hop {
    std::uint8_t device = 0;    // 0..31
    std::uint8_t function = 0;  // 0..7
  };
  Type type = Type::kEndpoint;
  std::uint8_t enumeration_id = 0;  // of an IOAPIC, HPET or namespace device
  std::uint8_t start_bus = 0;
  std::vector<Hop> path = {Hop{}};  // at least one
};

struct Drhd {  // one remapping unit
  std::uint16_t segment = 0;
  std::uint64_t register_base = 0xFED9'0000;  // 4 KiB aligned
  unsigned register_pages_log2 = 0;           // size of the register set: 2^n pages of 4 KiB
  bool include_pci_all = true;
  std::vector<Scope> scopes = {};
};

struct Rmrr {  // memory that firmware goes on using by DMA
  std::uint16_t segment = 0;
  std::uint64_t base = 0;   // 4 KiB aligned
  std::uint64_t limit = 0;  // last byte
  std::vector<Scope> scopes = {};
};

struct Atsr {  // root ports with ATS
  std::uint16_t segment = 0;
  bool all_ports = false;
  std::vector<Scope> scopes = {};
};

struct DmarTable {
  unsigned host_address_width = 46;
  bool interrupt_remapping = true;
  bool x2apic_opt_out = false;
  bool platform_opt_in = false;  // DMA_CTRL_PLATFORM_OPT_IN_FLAG
  std::vector<Drhd> units = {};
  std::vector<Rmrr> reserved = {};
  std::vector<Atsr> root_ports = {};
};

// Who made a table: the fields of the common ACPI header.
struct TableIdentity {
  std::string oem_id = "OPDMAR";          // at most 6 characters
  std::string oem_table_id = "DMARUNIT";  // at most 8
  std::uint32_t oem_revision = 1;
  std::string creator_id = "ODMR";  // at most 4
  std::uint32_t creator_revision = 1;
};

// The whole table with header and checksum. std::invalid_argument names the field that is wrong.
std::vector<std::uint8_t> to_bytes(const DmarTable &table, const TableIdentity &identity = {});

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_DMAR_TABLE_HPP
