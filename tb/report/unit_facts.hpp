// SPDX-License-Identifier: Apache-2.0
// The configuration of a unit as tables: what its capability registers say, field by field.
#ifndef DMAR_REPORT_UNIT_FACTS_HPP
#define DMAR_REPORT_UNIT_FACTS_HPP

#include <map>
#include <string>
#include <vector>

#include "dmar/config.hpp"
#include "report/html.hpp"

namespace dmar::report {

// VER, CAP and ECAP of `config`.
std::vector<Table> capability_tables(const Config &config);

// Parameters of the RTL by name; nothing for none.
Table parameter_table(const std::map<std::string, unsigned> &parameters);

}  // namespace dmar::report

#endif  // DMAR_REPORT_UNIT_FACTS_HPP
