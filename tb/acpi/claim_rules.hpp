// SPDX-License-Identifier: Apache-2.0
// Things that belong to one remapping unit, and that two claim (VT-d 8.3).
#ifndef DMAR_ACPI_CLAIM_RULES_HPP
#define DMAR_ACPI_CLAIM_RULES_HPP

#include <vector>

#include "acpi/dmar_rules.hpp"

namespace dmar::acpi {

// Register sets that overlap, segments with two units for all devices, and devices under two units:
// by their path, behind a bridge that is under the other one, or by the number of an IOAPIC, an
// HPET or a namespace device. Each is found at the later of the two.
std::vector<Violation> claim_violations(const DmarTable &table);

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_CLAIM_RULES_HPP
