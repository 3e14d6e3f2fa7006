// SPDX-License-Identifier: Apache-2.0
// A DMAR table out of bytes.
#ifndef DMAR_ACPI_DMAR_READ_HPP
#define DMAR_ACPI_DMAR_READ_HPP

#include <cstdint>
#include <span>

#include "acpi/dmar_table.hpp"
#include "acpi/reading.hpp"

namespace dmar::acpi {

struct DmarReading {
  Reading reading;
  // The structures that could be read; all of the table when there are no problems.
  DmarTable table;
  TableIdentity identity;
};

// Any bytes may be given. Rules about values (dmar_rules.hpp) are checked when every structure has
// its place; those violated are among the problems, at the offset of the field.
DmarReading read_dmar(std::span<const std::uint8_t> bytes);

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_DMAR_READ_HPP
