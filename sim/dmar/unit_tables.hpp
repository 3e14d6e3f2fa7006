// SPDX-License-Identifier: Apache-2.0
// The configuration of a unit for a report page.
#ifndef DMAR_SIM_UNIT_TABLES_HPP
#define DMAR_SIM_UNIT_TABLES_HPP

#include <string>
#include <vector>

#include "report/page.hpp"

namespace dmar::sim {

// Options of the run, the capability registers field by field, and the parameters of the RTL.
std::vector<report::Table> unit_tables(const report::FactList &options, const std::string &config);

// Rows of two cells.
report::Table fact_table(const std::string &caption, const report::FactList &facts);

}  // namespace dmar::sim

#endif  // DMAR_SIM_UNIT_TABLES_HPP
