// SPDX-License-Identifier: Apache-2.0
// A decoded ACPI table as JSON.
#ifndef DMAR_SIM_ACPI_JSON_HPP
#define DMAR_SIM_ACPI_JSON_HPP

#include <string>

#include "acpi/reading.hpp"

namespace dmar::sim {

// Structures with their fields (offset, bytes, value, meaning) under names such as register_base;
// parts of a structure under "parts". Ends with a newline.
std::string to_json(const acpi::Reading &reading);

}  // namespace dmar::sim

#endif  // DMAR_SIM_ACPI_JSON_HPP
