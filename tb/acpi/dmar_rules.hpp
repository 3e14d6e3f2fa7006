// SPDX-License-Identifier: Apache-2.0
// What makes the values of a DMAR table a good one (VT-d 8), and how much it matters when they are
// not: to an operating system that reads the table as Linux does, or only to the specification.
#ifndef DMAR_ACPI_DMAR_RULES_HPP
#define DMAR_ACPI_DMAR_RULES_HPP

#include <compare>
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

  friend auto operator<=>(const Place &, const Place &) = default;
};

enum class Severity {
  kProblem,  // software refuses the table, loses what it says, or takes one thing for another
  kNote,     // software reads what was meant, or what says nothing to it
};

struct Violation {
  Place place;
  Severity severity = Severity::kProblem;
  std::string field;  // as Reading names it; empty when it is about all of it
  std::string text;
};

// Bytes of the register set (VT-d 8.3).
std::uint64_t register_bytes(const Drhd &unit);

// Every rule that the table breaks, in the order of its structures but for what two units claim
// (claim_rules.hpp), which comes last.
std::vector<Violation> violations(const DmarTable &table);

// "DRHD 1, scope 0", numbers from 0; empty for the table itself.
std::string to_string(const Place &place);
// "DRHD 1, scope 0: Path: device 32 ..."
std::string to_string(const Violation &violation);

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_DMAR_RULES_HPP
