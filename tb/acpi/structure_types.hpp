// SPDX-License-Identifier: Apache-2.0
// Numbers of the DMAR structures (VT-d 8.2) and their sizes without scopes.
#ifndef DMAR_ACPI_STRUCTURE_TYPES_HPP
#define DMAR_ACPI_STRUCTURE_TYPES_HPP

#include <array>
#include <cstddef>
#include <cstdint>

namespace dmar::acpi {

enum class Structure : std::uint16_t {
  kDrhd = 0,
  kRmrr = 1,
  kAtsr = 2,
  kRhsa = 3,
  kAndd = 4,
  kSatc = 5,
  kSidp = 6,
};

struct StructureInfo {
  const char *name;   // as the specification calls it
  const char *title;  // what it is
  std::size_t bytes;  // before scopes or name
};

constexpr std::array<StructureInfo, 7> kStructures = {{
    {"DRHD", "remapping unit", 16},
    {"RMRR", "reserved memory", 24},
    {"ATSR", "root ports with ATS", 8},
    {"RHSA", "NUMA node of a unit", 20},
    {"ANDD", "ACPI namespace device", 8},
    {"SATC", "integrated devices with a translation cache", 8},
    {"SIDP", "properties of integrated devices", 8},
}};

constexpr const StructureInfo &info(Structure type) {
  return kStructures.at(static_cast<std::size_t>(type));
}

constexpr std::size_t kStructureHeadBytes = 4;  // type and length
constexpr std::size_t kScopeHeadBytes = 6;      // before the path
constexpr std::size_t kMaxHops = 124;           // the length of a scope is one byte
constexpr std::size_t kDmarFixedBytes = 48;     // before the first structure
constexpr unsigned kMaxPagesLog2 = 15;

// Flag bits.
constexpr std::uint8_t kInterruptRemapping = 1;
constexpr std::uint8_t kX2apicOptOut = 2;
constexpr std::uint8_t kPlatformOptIn = 4;
constexpr std::uint8_t kDmaRemapOptOut = 8;
constexpr std::uint8_t kIncludePciAll = 1;
constexpr std::uint8_t kAllPorts = 1;
constexpr std::uint8_t kCacheRequired = 1;
constexpr std::uint8_t kPropertyBits = 0x1F;

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_STRUCTURE_TYPES_HPP
