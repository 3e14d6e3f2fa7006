// SPDX-License-Identifier: Apache-2.0
// The ACPI DMA Remapping Reporting table (VT-d 8) as values and as bytes.
#ifndef DMAR_ACPI_DMAR_TABLE_HPP
#define DMAR_ACPI_DMAR_TABLE_HPP

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

    friend bool operator==(const Hop &, const Hop &) = default;
  };
  Type type = Type::kEndpoint;
  std::uint8_t enumeration_id = 0;  // of an IOAPIC, HPET or namespace device
  std::uint8_t start_bus = 0;
  std::vector<Hop> path = {Hop{}};  // 1..124, from the start bus through bridges to the device
  std::uint8_t properties = 0;      // only in SIDP structures: the bits of Sidp

  friend bool operator==(const Scope &, const Scope &) = default;
};

struct Drhd {  // one remapping unit (VT-d 8.3)
  std::uint16_t segment = 0;
  std::uint64_t register_base = 0xFED9'0000;  // 4 KiB aligned
  unsigned register_pages_log2 = 0;           // size of the register set: 2^n pages of 4 KiB
  bool include_pci_all = true;
  std::vector<Scope> scopes = {};

  friend bool operator==(const Drhd &, const Drhd &) = default;
};

struct Rmrr {  // memory that devices go on using by order of firmware (VT-d 8.4)
  std::uint16_t segment = 0;
  std::uint64_t base = 0;   // 4 KiB aligned
  std::uint64_t limit = 0;  // last byte
  std::vector<Scope> scopes = {};

  friend bool operator==(const Rmrr &, const Rmrr &) = default;
};

struct Atsr {  // root ports with ATS (VT-d 8.5)
  std::uint16_t segment = 0;
  bool all_ports = false;
  std::vector<Scope> scopes = {};  // sub-hierarchies; none with all_ports

  friend bool operator==(const Atsr &, const Atsr &) = default;
};

struct Rhsa {  // NUMA node of a unit (VT-d 8.6)
  std::uint64_t register_base = 0;
  std::uint32_t proximity_domain = 0;

  friend bool operator==(const Rhsa &, const Rhsa &) = default;
};

struct Andd {  // a DMA device that is in the ACPI namespace and not on PCI (VT-d 8.7)
  std::uint8_t device_number = 0;  // scopes of kNamespaceDevice name it as enumeration_id
  std::string object_name = {};    // full path, ASCII

  friend bool operator==(const Andd &, const Andd &) = default;
};

struct Satc {  // integrated devices with an address translation cache (VT-d 8.8)
  std::uint16_t segment = 0;
  bool required = false;           // the devices do not work without their cache
  std::vector<Scope> scopes = {};  // endpoints on the start bus

  friend bool operator==(const Satc &, const Satc &) = default;
};

struct Sidp {  // properties of integrated devices (VT-d 8.9)
  static constexpr std::uint8_t kNestedNotRecommended = 1;
  static constexpr std::uint8_t kWalkSnoopNotAllowed = 2;
  static constexpr std::uint8_t kPageSnoopNotAllowed = 4;
  static constexpr std::uint8_t kCacheHardened = 8;
  static constexpr std::uint8_t kCacheRequired = 16;
  std::uint16_t segment = 0;
  std::vector<Scope> scopes = {};  // endpoints and namespace devices, with their properties

  friend bool operator==(const Sidp &, const Sidp &) = default;
};

struct DmarTable {
  unsigned host_address_width = 46;  // 12..64; Linux refuses less
  bool interrupt_remapping = true;
  bool x2apic_opt_out = false;
  bool platform_opt_in = false;    // DMA_CTRL_PLATFORM_OPT_IN_FLAG
  bool dma_remap_opt_out = false;  // DMA_REMAP_OPT_OUT: interrupts only, no DMA remapping
  std::vector<Drhd> units = {};
  std::vector<Rmrr> reserved = {};
  std::vector<Atsr> root_ports = {};
  std::vector<Rhsa> affinities = {};
  std::vector<Andd> namespace_devices = {};
  std::vector<Satc> translation_caches = {};
  std::vector<Sidp> properties = {};

  friend bool operator==(const DmarTable &, const DmarTable &) = default;
};

// Who made a table: the fields of the common ACPI header. Printable ASCII, filled up with blanks.
struct TableIdentity {
  std::string oem_id = "OPDMAR";          // at most 6 characters
  std::string oem_table_id = "DMARUNIT";  // at most 8
  std::uint32_t oem_revision = 1;
  std::string creator_id = "ODMR";  // at most 4
  std::uint32_t creator_revision = 1;
};

// The whole table with header and checksum. std::invalid_argument names the field that is wrong:
// dmar_rules.hpp has the rules.
std::vector<std::uint8_t> to_bytes(const DmarTable &table, const TableIdentity &identity = {});

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_DMAR_TABLE_HPP
