// SPDX-License-Identifier: Apache-2.0
// The device scope entries at the end of a DMAR structure (VT-d 8.3.1).
#ifndef DMAR_ACPI_SCOPE_READ_HPP
#define DMAR_ACPI_SCOPE_READ_HPP

#include <cstdint>
#include <span>
#include <vector>

#include "acpi/dmar_rules.hpp"
#include "acpi/dmar_table.hpp"
#include "acpi/reading.hpp"

namespace dmar::acpi {

struct ScopesReading {
  std::vector<Scope> scopes;
  std::vector<std::size_t> sections;  // of each scope, in the reading
  bool complete = true;               // every entry has its place
};

// Entries from `offset` up to `end`, where the structure `owner` ends.
ScopesReading read_scopes(Reading &reading, std::span<const std::uint8_t> table, std::size_t offset,
                          std::size_t end, Place owner);

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_SCOPE_READ_HPP
