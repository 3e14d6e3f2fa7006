// SPDX-License-Identifier: Apache-2.0
// A DMAR table as bytes. See dmar_table.hpp.
#include <stdexcept>

#include "acpi/byte_writer.hpp"
#include "acpi/dmar_rules.hpp"
#include "acpi/dmar_table.hpp"
#include "acpi/structure_types.hpp"
#include "acpi/table_header.hpp"

namespace dmar::acpi {

namespace {

constexpr std::uint8_t kDmarRevision = 1;
constexpr std::size_t kTailReserved = 10;

std::uint8_t flag(bool on, std::uint8_t bit) { return on ? bit : std::uint8_t{0}; }

// One structure: `body` writes what follows type and length.
template <class Body>
void put_structure(ByteWriter &out, Structure type, Body body) {
  const std::size_t start = out.size();
  out.put(static_cast<std::uint16_t>(type));
  out.put(std::uint16_t{0});
  body();
  out.set(start + 2, static_cast<std::uint16_t>(out.size() - start));
}

void put(ByteWriter &out, const std::vector<Scope> &scopes) {
  for (const Scope &scope : scopes) {
    out.put(static_cast<std::uint8_t>(scope.type));
    out.put(static_cast<std::uint8_t>(kScopeHeadBytes + 2 * scope.path.size()));
    out.put(scope.properties);
    out.put_zeros(1);
    out.put(scope.enumeration_id);
    out.put(scope.start_bus);
    for (const Scope::Hop &hop : scope.path) {
      out.put(hop.device);
      out.put(hop.function);
    }
  }
}

void put(ByteWriter &out, const Drhd &unit) {
  put_structure(out, Structure::kDrhd, [&] {
    out.put(flag(unit.include_pci_all, kIncludePciAll));
    out.put(static_cast<std::uint8_t>(unit.register_pages_log2));
    out.put(unit.segment);
    out.put(unit.register_base);
    put(out, unit.scopes);
  });
}

void put(ByteWriter &out, const Rmrr &memory) {
  put_structure(out, Structure::kRmrr, [&] {
    out.put_zeros(2);
    out.put(memory.segment);
    out.put(memory.base);
    out.put(memory.limit);
    put(out, memory.scopes);
  });
}

void put(ByteWriter &out, const Atsr &ports) {
  put_structure(out, Structure::kAtsr, [&] {
    out.put(flag(ports.all_ports, kAllPorts));
    out.put_zeros(1);
    out.put(ports.segment);
    put(out, ports.scopes);
  });
}

void put(ByteWriter &out, const Rhsa &affinity) {
  put_structure(out, Structure::kRhsa, [&] {
    out.put_zeros(4);
    out.put(affinity.register_base);
    out.put(affinity.proximity_domain);
  });
}

void put(ByteWriter &out, const Andd &device) {
  put_structure(out, Structure::kAndd, [&] {
    out.put_zeros(3);
    out.put(device.device_number);
    out.put_text(device.object_name, device.object_name.size() + 1, '\0');
  });
}

void put(ByteWriter &out, const Satc &devices) {
  put_structure(out, Structure::kSatc, [&] {
    out.put(flag(devices.required, kCacheRequired));
    out.put_zeros(1);
    out.put(devices.segment);
    put(out, devices.scopes);
  });
}

void put(ByteWriter &out, const Sidp &devices) {
  put_structure(out, Structure::kSidp, [&] {
    out.put_zeros(2);
    out.put(devices.segment);
    put(out, devices.scopes);
  });
}

template <class Structures>
void put_all(ByteWriter &out, const Structures &structures) {
  for (const auto &structure : structures) put(out, structure);
}

}  // namespace

std::vector<std::uint8_t> to_bytes(const DmarTable &table, const TableIdentity &identity) {
  const auto broken = violations(table);
  if (!broken.empty()) throw std::invalid_argument(to_string(broken.front()));
  ByteWriter out = begin_table("DMAR", kDmarRevision, identity);
  out.put(static_cast<std::uint8_t>(table.host_address_width - 1));
  out.put(static_cast<std::uint8_t>(flag(table.interrupt_remapping, kInterruptRemapping) |
                                    flag(table.x2apic_opt_out, kX2apicOptOut) |
                                    flag(table.platform_opt_in, kPlatformOptIn) |
                                    flag(table.dma_remap_opt_out, kDmaRemapOptOut)));
  out.put_zeros(kTailReserved);
  put_all(out, table.units);
  put_all(out, table.reserved);
  put_all(out, table.root_ports);
  put_all(out, table.affinities);
  put_all(out, table.namespace_devices);
  put_all(out, table.translation_caches);
  put_all(out, table.properties);
  return finish_table(std::move(out));
}

}  // namespace dmar::acpi
