// SPDX-License-Identifier: Apache-2.0
// Random DMAR tables that keep every rule, and what is found in others. See acpi_tables.hpp.
#include <fmt/format.h>

#include "acpi/reading.hpp"
#include "acpi_tables.hpp"

namespace dmar::acpi {

namespace {

using Type = Scope::Type;

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  DmarTable make() {
    table_.host_address_width = 32 + below(33);
    table_.interrupt_remapping = coin();
    table_.x2apic_opt_out = coin();
    table_.platform_opt_in = coin();
    table_.dma_remap_opt_out = coin();
    for (unsigned i = below(3); i > 0; --i) {
      table_.namespace_devices.push_back({.device_number = static_cast<std::uint8_t>(10 * i),
                                          .object_name = std::string(1 + below(40), 'N')});
    }
    make_units();
    for (unsigned i = below(4); i > 0; --i) make_reserved();
    for (unsigned i = below(3); i > 0; --i) {
      const bool all = coin();
      table_.root_ports.push_back(
          {.segment = segment(),
           .all_ports = all,
           .scopes = all ? std::vector<Scope>{} : scopes({Type::kSubHierarchy}, 3)});
    }
    for (unsigned i = below(3); i > 0; --i) {
      table_.affinities.push_back({.register_base = any_unit().register_base,
                                   .proximity_domain = static_cast<std::uint32_t>(random_())});
    }
    for (unsigned i = below(3); i > 0; --i) {
      table_.translation_caches.push_back(
          {.segment = segment(), .required = coin(), .scopes = scopes({Type::kEndpoint}, 1)});
    }
    for (unsigned i = below(3); i > 0; --i) {
      table_.properties.push_back({.segment = segment(), .scopes = scopes({Type::kEndpoint}, 3)});
      for (Scope &scope : table_.properties.back().scopes) {
        scope.properties = static_cast<std::uint8_t>(below(32));
      }
    }
    return table_;
  }

 private:
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  bool coin() { return below(2) != 0; }

  const Drhd &any_unit() { return table_.units[below(static_cast<unsigned>(table_.units.size()))]; }
  std::uint16_t segment() { return any_unit().segment; }

  void make_units() {
    std::uint64_t base = 0x8000'0000;
    unsigned ioapic = 0;
    unsigned hpet = 0;
    std::vector<Andd> devices = table_.namespace_devices;  // without a unit yet
    for (unsigned segment = 0; segment <= below(3); ++segment) {
      for (unsigned left = 1 + below(4); left > 0; --left) {
        Drhd unit;
        unit.segment = static_cast<std::uint16_t>(0x101 * segment);
        unit.register_pages_log2 = below(6);
        base += 0x10'0000;
        unit.register_base = base;
        unit.include_pci_all = left == 1 && coin();
        if (!unit.include_pci_all) {
          unit.scopes = own_scopes();
        }
        if (coin()) unit.scopes.push_back(one_scope(Type::kIoapic, ioapic++, 1));
        if (coin()) unit.scopes.push_back(one_scope(Type::kHpet, hpet++, 1));
        for (; !devices.empty() && coin(); devices.pop_back()) {
          unit.scopes.push_back(one_scope(Type::kNamespaceDevice, devices.back().device_number, 1));
        }
        table_.units.push_back(std::move(unit));
      }
    }
  }

  // Of one unit: no other has devices on these buses.
  std::vector<Scope> own_scopes() {
    std::vector<Scope> out = scopes({Type::kEndpoint, Type::kSubHierarchy}, 5);
    for (Scope &one : out) one.start_bus = next_bus_++;
    return out;
  }

  void make_reserved() {
    const std::uint64_t base = std::uint64_t{below(0x4'0000)} << 12;
    table_.reserved.push_back({.segment = segment(),
                               .base = base,
                               .limit = base + (std::uint64_t{1 + below(64)} << 12) - 1,
                               .scopes = scopes({Type::kEndpoint, Type::kSubHierarchy}, 4)});
  }

  std::vector<Scope> scopes(std::vector<Type> types, unsigned most_hops) {
    std::vector<Scope> out;
    for (unsigned i = 1 + below(4); i > 0; --i) {
      const Type type = types[below(static_cast<unsigned>(types.size()))];
      out.push_back(one_scope(type, 0, most_hops));
    }
    return out;
  }

  Scope one_scope(Type type, unsigned id, unsigned most_hops) {
    Scope out = scope(type, id, below(256), {});
    for (unsigned hop = 1 + below(most_hops); hop > 0; --hop) {
      out.path.push_back(
          {static_cast<std::uint8_t>(below(32)), static_cast<std::uint8_t>(below(8))});
    }
    return out;
  }

  std::mt19937_64 random_;
  std::uint8_t next_bus_ = 0;  // at most 12 units with 4 each
  DmarTable table_;
};

}  // namespace

std::vector<std::string> findings_of(const Bytes &bytes) {
  const Reading reading = read_table(bytes);
  std::vector<std::string> out;
  for (const Finding &one : reading.problems) {
    out.push_back(fmt::format("problem {:02X} {}", one.offset, one.text));
  }
  for (const Finding &one : reading.notes) {
    out.push_back(fmt::format("note {:02X} {}", one.offset, one.text));
  }
  return out;
}

DmarTable random_table(std::uint64_t seed) { return Maker(seed).make(); }

}  // namespace dmar::acpi
