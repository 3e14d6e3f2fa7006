// SPDX-License-Identifier: Apache-2.0
// What makes the values of a DMAR table a good one (VT-d 8, and what Linux refuses).
#ifndef DMAR_ACPI_DMAR_RULES_HPP
#define DMAR_ACPI_DMAR_RULES_HPP

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "acpi/dmar_table.hpp"
#include "acpi/structure_types.hpp"

namespace dmar::acpi {

// Where a value stands in a DmarTable.
struct Place {
  std::optional<Structure> structure = std::nullopt;  // none: the table itself
  std::size_t index = 0;                              // among those of its type
  std::optional<std::size_t> scope = std::nullopt;

  friend bool operator==(const Place &, const Place &) = default;
};

struct Violation {
  Place place;
  std::string field;  // as Reading names it; empty when it is about all of it
  std::string text;
};

// Every rule that the table breaks, in the order of its structures.
std::vector<Violation> violations(const DmarTable &table);

// "DRHD 1, scope 0: Path: device 32 ...", numbers from 0.
std::string to_string(const Violation &violation);

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_DMAR_RULES_HPP
