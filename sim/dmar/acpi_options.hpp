// SPDX-License-Identifier: Apache-2.0
// The options of `dmar acpi`, and the tables that they describe.
#ifndef DMAR_SIM_ACPI_OPTIONS_HPP
#define DMAR_SIM_ACPI_OPTIONS_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "acpi/dmar_table.hpp"

namespace CLI {
class App;
}

namespace dmar::sim {

struct AcpiOptions {
  std::string config = "default";
  std::optional<unsigned> width;  // empty: that of the configuration
  std::vector<std::string> units;
  std::vector<std::string> ioapics;
  std::vector<std::string> hpets;
  std::vector<std::string> rmrrs;
  std::vector<std::string> atsrs;
  std::vector<std::string> rhsas;
  std::vector<std::string> andds;
  std::vector<std::string> satcs;
  bool no_intremap = false;
  bool x2apic_opt_out = false;
  bool opt_in = false;
  bool dma_remap_opt_out = false;
  acpi::TableIdentity identity;

  bool madt = false;
  unsigned cpus = 1;
  unsigned ioapic_id = 0;
  std::string ioapic_address = "FEC00000";

  std::string read;
  std::string out;
  std::string body;
  std::string json;
  bool hex = false;
};

void add_acpi_options(CLI::App &command, AcpiOptions &options);

// Throws CLI::ParseError when options were given that do not go together.
void check_acpi_options(const CLI::App &command);

// The table that the options describe, as bytes. Throws UsageError that names the option and the
// field when it would break a rule.
std::vector<std::uint8_t> build_table(const AcpiOptions &options);

}  // namespace dmar::sim

#endif  // DMAR_SIM_ACPI_OPTIONS_HPP
