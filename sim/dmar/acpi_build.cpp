// SPDX-License-Identifier: Apache-2.0
// Tables out of the options of `dmar acpi`. See acpi_options.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "acpi/dmar_rules.hpp"
#include "acpi/madt.hpp"
#include "acpi_options.hpp"
#include "acpi_text.hpp"
#include "backend.hpp"
#include "usage_error.hpp"

namespace dmar::sim {

namespace {

using acpi::Place;
using acpi::Structure;

// A DMAR table, and for each value the option that it came from.
class DmarBuilder {
 public:
  explicit DmarBuilder(const AcpiOptions &options) : options_(options) {
    const Config config = config_named(options.config);
    table_.host_address_width = options.width.value_or(config.host_address_width);
    table_.interrupt_remapping = config.interrupt_remapping && !options.no_intremap;
    table_.x2apic_opt_out = options.x2apic_opt_out;
    table_.platform_opt_in = options.opt_in;
    table_.dma_remap_opt_out = options.dma_remap_opt_out;
    if (table_.x2apic_opt_out && !table_.interrupt_remapping) {
      throw UsageError("--x2apic-opt-out: means nothing without interrupt remapping");
    }
    add_units();
    add("--rmrr", options.rmrrs, Structure::kRmrr, table_.reserved, parse_rmrr);
    add("--atsr", options.atsrs, Structure::kAtsr, table_.root_ports, parse_atsr);
    add("--rhsa", options.rhsas, Structure::kRhsa, table_.affinities, parse_rhsa);
    add("--andd", options.andds, Structure::kAndd, table_.namespace_devices, parse_andd);
    add("--satc", options.satcs, Structure::kSatc, table_.translation_caches, parse_satc);
    const auto broken = acpi::violations(table_);
    if (!broken.empty()) throw UsageError(message_of(broken.front()));
  }

  [[nodiscard]] const acpi::DmarTable &table() const { return table_; }

 private:
  template <class Value>
  void add(const char *option, const std::vector<std::string> &texts, Structure type,
           std::vector<Value> &values, Value (*parse)(const std::string &)) {
    for (const std::string &text : texts) {
      origins_.push_back(
          {{.structure = type, .index = values.size()}, fmt::format("{} {}", option, text)});
      values.push_back(parse(text));
    }
  }

  void add_units() {
    if (options_.units.empty()) {
      table_.units.emplace_back();
    } else {
      add("--unit", options_.units, Structure::kDrhd, table_.units, parse_unit);
    }
    const auto all = std::find_if(table_.units.begin(), table_.units.end(),
                                  [](const acpi::Drhd &unit) { return unit.include_pci_all; });
    const auto owner = all == table_.units.end() ? all - 1 : all;
    add_numbered("--ioapic", options_.ioapics, acpi::Scope::Type::kIoapic, owner);
    add_numbered("--hpet", options_.hpets, acpi::Scope::Type::kHpet, owner);
  }

  void add_numbered(const char *option, const std::vector<std::string> &texts,
                    acpi::Scope::Type type, std::vector<acpi::Drhd>::iterator unit) {
    for (const std::string &text : texts) {
      origins_.push_back({{.structure = Structure::kDrhd,
                           .index = static_cast<std::size_t>(unit - table_.units.begin()),
                           .scope = unit->scopes.size()},
                          fmt::format("{} {}", option, text)});
      unit->scopes.push_back(parse_numbered(option, text, type));
    }
  }

  // nullptr when no option made it.
  [[nodiscard]] const std::string *origin_of(const Place &place) const {
    const auto found = std::find_if(origins_.begin(), origins_.end(),
                                    [&place](const auto &one) { return one.first == place; });
    return found == origins_.end() ? nullptr : &found->second;
  }

  [[nodiscard]] std::string message_of(const acpi::Violation &violation) const {
    Place place = violation.place;
    if (!place.structure) {
      return fmt::format("--width {}: {}", table_.host_address_width, violation.text);
    }
    const std::string *option = origin_of(place);
    if (option == nullptr) {
      place.scope.reset();
      option = origin_of(place);
    }
    if (option == nullptr) return to_string(violation);  // the unit that nobody asked for
    if (violation.field.empty()) return fmt::format("{}: {}", *option, violation.text);
    return fmt::format("{}: {}: {}", *option, violation.field, violation.text);
  }

  const AcpiOptions &options_;
  acpi::DmarTable table_;
  std::vector<std::pair<Place, std::string>> origins_;
};

acpi::Madt madt_of(const AcpiOptions &options) {
  acpi::Madt madt;
  madt.cpus = options.cpus;
  madt.ioapic_id = static_cast<std::uint8_t>(options.ioapic_id);
  madt.ioapic_address =
      static_cast<std::uint32_t>(parse_address("--ioapic-address", options.ioapic_address, 32));
  return madt;
}

}  // namespace

std::vector<std::uint8_t> build_table(const AcpiOptions &options) {
  try {
    if (options.madt) return to_bytes(madt_of(options), options.identity);
    return to_bytes(DmarBuilder(options).table(), options.identity);
  } catch (const std::invalid_argument &error) {
    throw UsageError(error.what());
  }
}

}  // namespace dmar::sim
