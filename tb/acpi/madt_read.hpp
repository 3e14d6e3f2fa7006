// SPDX-License-Identifier: Apache-2.0
// The fields of a MADT out of bytes.
#ifndef DMAR_ACPI_MADT_READ_HPP
#define DMAR_ACPI_MADT_READ_HPP

#include <cstdint>
#include <span>

#include "acpi/reading.hpp"

namespace dmar::acpi {

// Any bytes may be given. Structures other than local APICs, IOAPICs, overrides and NMIs are listed
// by type and length.
Reading read_madt(std::span<const std::uint8_t> bytes);

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_MADT_READ_HPP
