// SPDX-License-Identifier: Apache-2.0
// The fields of the DMAR structures behind type and length, without scopes (VT-d 8.1 to 8.9).
#ifndef DMAR_ACPI_STRUCTURE_READ_HPP
#define DMAR_ACPI_STRUCTURE_READ_HPP

#include "acpi/dmar_table.hpp"
#include "acpi/section_reader.hpp"

namespace dmar::acpi {

// Each takes its fields from the section, which has the fixed size of the structure at least.
Drhd read_drhd(SectionReader &section);
Rmrr read_rmrr(SectionReader &section);
Atsr read_atsr(SectionReader &section);
Rhsa read_rhsa(SectionReader &section);
Andd read_andd(SectionReader &section);  // with the name, to the end
Satc read_satc(SectionReader &section);
Sidp read_sidp(SectionReader &section);

// The table's own fields, between the common header and the structures.
void read_dmar_fields(SectionReader &section, DmarTable &table);

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_STRUCTURE_READ_HPP
