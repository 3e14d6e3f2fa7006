// SPDX-License-Identifier: Apache-2.0
// Structures of a DMAR table as the options of `dmar acpi` write them.
#ifndef DMAR_SIM_ACPI_TEXT_HPP
#define DMAR_SIM_ACPI_TEXT_HPP

#include <cstdint>
#include <string>
#include <string_view>

#include "acpi/dmar_table.hpp"

namespace dmar::sim {

// All throw UsageError that names option and field. Addresses are hexadecimal; other numbers are
// decimal, or hexadecimal after 0x. A DEVICE is [KIND[:ID]@]BUS:DEV.FN[/DEV.FN...], hexadecimal,
// KIND one of endpoint, bridge, ioapic, hpet, acpi.

// BASE[,segment=N][,size=PAGES][,all][,scope=DEVICE...]; without a scope it is `all`.
acpi::Drhd parse_unit(const std::string &text);
// BASE-LIMIT@DEVICE[,DEVICE...][,segment=N]
acpi::Rmrr parse_rmrr(const std::string &text);
// all or BRIDGE[,BRIDGE...], [,segment=N]
acpi::Atsr parse_atsr(const std::string &text);
// BASE=NODE
acpi::Rhsa parse_rhsa(const std::string &text);
// NUMBER=NAME
acpi::Andd parse_andd(const std::string &text);
// DEVICE[,DEVICE...][,required][,segment=N]
acpi::Satc parse_satc(const std::string &text);

// [ID@]BUS:DEV.FN[/DEV.FN...], the scope of an IOAPIC or HPET; `option` is for messages.
acpi::Scope parse_numbered(std::string_view option, const std::string &text,
                           acpi::Scope::Type type);

// A hexadecimal address of at most `bits` bits; `option` is for messages.
std::uint64_t parse_address(std::string_view option, const std::string &text, unsigned bits);

}  // namespace dmar::sim

#endif  // DMAR_SIM_ACPI_TEXT_HPP
