// SPDX-License-Identifier: Apache-2.0
// What a report says of the units that were watched, as HTML.
#ifndef DMAR_REPORT_UNIT_SECTIONS_HPP
#define DMAR_REPORT_UNIT_SECTIONS_HPP

#include <string>
#include <vector>

#include "report/html.hpp"
#include "report/model.hpp"
#include "report/names.hpp"

namespace dmar::report {

// "00:05.0 disk", and with several units "dmar1 00:05.0 disk".
std::string function_label(const Model &model, const Names &names, unsigned unit,
                           std::uint16_t source);

// Traffic of every function and of every domain.
std::vector<Table> traffic_tables(const Model &model, const Names &names);
Table latency_table(const Model &model, const Names &names);
std::vector<Table> owner_tables(const Model &model, const Names &names);
// The list of faults, each with its explanation folded under it.
std::string fault_list(const Model &model, const Names &names, const std::string &time_unit);

// 1234567 as "1,234,567"; bytes as "12.3 MiB".
std::string counted(std::uint64_t value);
std::string sized(std::uint64_t bytes);

}  // namespace dmar::report

#endif  // DMAR_REPORT_UNIT_SECTIONS_HPP
