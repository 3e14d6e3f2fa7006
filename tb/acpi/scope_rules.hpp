// SPDX-License-Identifier: Apache-2.0
// What makes a device scope entry a good one (VT-d 8.3.1).
#ifndef DMAR_ACPI_SCOPE_RULES_HPP
#define DMAR_ACPI_SCOPE_RULES_HPP

#include <vector>

#include "acpi/dmar_rules.hpp"

namespace dmar::acpi {

// A type that software knows; it leaves out the others.
bool known(Scope::Type type);

// The rules that `scope` at `place` breaks, whatever the structure says about its scopes.
std::vector<Violation> scope_violations(const DmarTable &table, const Place &place,
                                        const Scope &scope);

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_SCOPE_RULES_HPP
