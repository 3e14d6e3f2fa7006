// SPDX-License-Identifier: Apache-2.0
// For tests: DMAR tables, and what is in their bytes.
#ifndef DMAR_TESTS_ACPI_TABLES_HPP
#define DMAR_TESTS_ACPI_TABLES_HPP

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "acpi/dmar_table.hpp"

namespace dmar::acpi {

using Bytes = std::vector<std::uint8_t>;

inline const TableIdentity kExampleIdentity = {.oem_id = "VTDREF",
                                               .oem_table_id = "VTDTABLE",
                                               .oem_revision = 1,
                                               .creator_id = "VTDR",
                                               .creator_revision = 1};

inline Scope scope(Scope::Type type, unsigned id, unsigned bus, std::vector<Scope::Hop> path) {
  return {.type = type,
          .enumeration_id = static_cast<std::uint8_t>(id),
          .start_bus = static_cast<std::uint8_t>(bus),
          .path = std::move(path)};
}

// One unit for all of segment 0, an IOAPIC at 00:1F.7, an HPET at 00:1F.6: 80 bytes.
inline DmarTable worked_example() {
  return {.host_address_width = 46,
          .units = {{.scopes = {scope(Scope::Type::kIoapic, 0, 0, {{0x1F, 7}}),
                                scope(Scope::Type::kHpet, 0, 0, {{0x1F, 6}})}}}};
}

// One of every structure, with as few zeros as can be.
inline DmarTable full_table() {
  constexpr std::uint64_t kBase = 0xA'BCDE'8000;
  Scope properties = scope(Scope::Type::kEndpoint, 0, 0x42, {{2, 0}});
  properties.properties = 0x1F;
  return {.host_address_width = 52,
          .x2apic_opt_out = true,
          .platform_opt_in = true,
          .dma_remap_opt_out = true,
          .units = {{.segment = 0x1234,
                     .register_base = kBase,
                     .register_pages_log2 = 3,
                     .include_pci_all = false,
                     .scopes = {scope(Scope::Type::kSubHierarchy, 0, 0x42, {{0x1C, 1}, {0, 3}}),
                                scope(Scope::Type::kNamespaceDevice, 7, 0x43, {{0x15, 2}})}},
                    {.scopes = {scope(Scope::Type::kIoapic, 9, 0xF0, {{0x1F, 0}})}}},
          .reserved = {{.segment = 0x1234,
                        .base = 0x1'2345'6000,
                        .limit = 0x1'2345'8FFF,
                        .scopes = {scope(Scope::Type::kEndpoint, 0, 0x42, {{0x1A, 0}})}}},
          .root_ports = {{.segment = 0x1234,
                          .scopes = {scope(Scope::Type::kSubHierarchy, 0, 0x42, {{3, 0}})}},
                         {.all_ports = true}},
          .affinities = {{.register_base = kBase, .proximity_domain = 0x8765'4321}},
          .namespace_devices = {{.device_number = 7, .object_name = "\\_SB_.I2C0"}},
          .translation_caches = {{.segment = 0x1234,
                                  .required = true,
                                  .scopes = {scope(Scope::Type::kEndpoint, 0, 0x42, {{2, 0}})}}},
          .properties = {{.segment = 0x1234, .scopes = {properties}}}};
}

inline std::uint64_t value_at(std::span<const std::uint8_t> bytes, std::size_t offset,
                              std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = width; i-- > 0;) value = value << 8 | bytes[offset + i];
  return value;
}

// Makes the checksum right again.
inline void mend_checksum(Bytes &bytes) {
  bytes[9] = 0;
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : bytes) sum = static_cast<std::uint8_t>(sum + byte);
  bytes[9] = static_cast<std::uint8_t>(-sum);
}

// What `read_table` finds: "problem 09 Checksum: ..." with the offset in hexadecimal, problems
// first.
std::vector<std::string> findings_of(const Bytes &bytes);

// A table that keeps every rule.
DmarTable random_table(std::uint64_t seed);

}  // namespace dmar::acpi

#endif  // DMAR_TESTS_ACPI_TABLES_HPP
