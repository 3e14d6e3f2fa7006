// SPDX-License-Identifier: Apache-2.0
// See unit_tables.hpp.
#include "unit_tables.hpp"

#include "backend.hpp"
#include "report/unit_facts.hpp"

namespace dmar::sim {

report::Table fact_table(const std::string &caption, const report::FactList &facts) {
  report::Table table{.caption = caption, .head = {"What", "Value"}};
  for (const auto &[name, value] : facts) table.rows.push_back({name, value});
  return table;
}

std::vector<report::Table> unit_tables(const report::FactList &options, const std::string &config) {
  std::vector<report::Table> tables{fact_table("Options", options)};
  for (report::Table &table : report::capability_tables(config_named(config))) {
    tables.push_back(std::move(table));
  }
  tables.push_back(report::parameter_table(parameters_named(config)));
  return tables;
}

}  // namespace dmar::sim
