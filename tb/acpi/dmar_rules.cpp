// SPDX-License-Identifier: Apache-2.0
// See dmar_rules.hpp.
#include "acpi/dmar_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "acpi/scope_rules.hpp"

namespace dmar::acpi {

namespace {

constexpr std::uint64_t kPage = 4096;
constexpr unsigned kMinWidth = 12;  // Linux refuses a table with less
constexpr unsigned kMaxWidth = 64;
constexpr std::size_t kMaxStructureBytes = std::numeric_limits<std::uint16_t>::max();

using Type = Scope::Type;

class Rules {
 public:
  explicit Rules(const DmarTable &table) : table_(table) {}

  std::vector<Violation> check() {
    check_table();
    for (std::size_t i = 0; i < table_.units.size(); ++i) check_unit(i);
    for (std::size_t i = 0; i < table_.reserved.size(); ++i) check_reserved(i);
    for (std::size_t i = 0; i < table_.root_ports.size(); ++i) check_root_ports(i);
    for (std::size_t i = 0; i < table_.affinities.size(); ++i) check_affinity(i);
    for (std::size_t i = 0; i < table_.namespace_devices.size(); ++i) check_namespace_device(i);
    for (std::size_t i = 0; i < table_.translation_caches.size(); ++i) check_translation_cache(i);
    for (std::size_t i = 0; i < table_.properties.size(); ++i) check_properties(i);
    return std::move(out_);
  }

 private:
  template <class... Values>
  void fail(const char *field, fmt::format_string<Values...> format, Values &&...values) {
    out_.push_back({place_, field, fmt::format(format, std::forward<Values>(values)...)});
  }

  [[nodiscard]] bool beyond_width(std::uint64_t last) const {
    const unsigned width = table_.host_address_width;
    return width < kMaxWidth && (last >> width) != 0;
  }

  void check_table() {
    place_ = {};
    const unsigned width = table_.host_address_width;
    if (width < kMinWidth || width > kMaxWidth) {
      fail("Host address width", "{} bits, has to be {} to {}", width, kMinWidth, kMaxWidth);
    }
    if (table_.units.empty()) fail("", "no remapping unit (DRHD)");
  }

  void check_unit(std::size_t index) {
    const Drhd &unit = table_.units[index];
    place_ = {.structure = Structure::kDrhd, .index = index};
    const auto earlier = [&](auto match) {
      const auto first = table_.units.begin();
      return std::any_of(first, first + static_cast<std::ptrdiff_t>(index), match);
    };
    check_unit_registers(unit);
    if (earlier([&](const Drhd &one) { return one.register_base == unit.register_base; })) {
      fail("Register base", "{:X}h is that of an earlier unit", unit.register_base);
    }
    const bool after_all = earlier(
        [&](const Drhd &one) { return one.segment == unit.segment && one.include_pci_all; });
    if (after_all && unit.include_pci_all) {
      fail("Flags", "segment {} has two units with INCLUDE_PCI_ALL", unit.segment);
    } else if (after_all) {
      fail("", "comes after the unit with INCLUDE_PCI_ALL of segment {}, which has to be the last",
           unit.segment);
    }
    check_scopes(unit.scopes);
    for (std::size_t i = 0; i < unit.scopes.size(); ++i) check_unit_scope(unit, i);
  }

  void check_unit_registers(const Drhd &unit) {
    if (unit.register_pages_log2 > kMaxPagesLog2) {
      fail("Size", "2^{} pages, at most 2^{}", unit.register_pages_log2, kMaxPagesLog2);
      return;
    }
    const std::uint64_t bytes = kPage << unit.register_pages_log2;
    if (unit.register_base == 0) {
      fail("Register base", "is 0");
    } else if (unit.register_base % bytes != 0) {
      fail("Register base", "{:X}h is not a multiple of {} KiB", unit.register_base, bytes / 1024);
    } else if (beyond_width(unit.register_base + (bytes - 1))) {
      fail("Register base", "{:X}h is beyond {} address bits", unit.register_base,
           table_.host_address_width);
    }
  }

  void check_unit_scope(const Drhd &unit, std::size_t index) {
    const Scope &scope = unit.scopes[index];
    place_.scope = index;
    if (unit.include_pci_all &&
        (scope.type == Type::kEndpoint || scope.type == Type::kSubHierarchy)) {
      fail("Type", "a unit with INCLUDE_PCI_ALL names no PCI devices");
    }
    if (scope.type == Type::kIoapic && !ioapics_.insert(scope.enumeration_id).second) {
      fail("Enumeration ID", "IOAPIC {} is in two scopes", scope.enumeration_id);
    }
    place_.scope.reset();
  }

  void check_reserved(std::size_t index) {
    const Rmrr &memory = table_.reserved[index];
    place_ = {.structure = Structure::kRmrr, .index = index};
    if (memory.base % kPage != 0) {
      fail("Base", "{:X}h is not a multiple of 4 KiB", memory.base);
    }
    if (memory.limit < memory.base) {
      fail("Limit", "{:X}h is below the base {:X}h", memory.limit, memory.base);
    } else if (memory.limit % kPage != kPage - 1) {
      fail("Limit", "{:X}h is not the last byte of a page of 4 KiB", memory.limit);
    } else if (beyond_width(memory.limit)) {
      fail("Limit", "{:X}h is beyond {} address bits", memory.limit, table_.host_address_width);
    }
    check_segment(memory.segment);
    require_scopes(memory.scopes);
    check_scopes(memory.scopes);
  }

  void check_root_ports(std::size_t index) {
    const Atsr &ports = table_.root_ports[index];
    place_ = {.structure = Structure::kAtsr, .index = index};
    check_segment(ports.segment);
    if (ports.all_ports && !ports.scopes.empty()) fail("Flags", "ALL_PORTS, and ports by name");
    if (!ports.all_ports) require_scopes(ports.scopes);
    check_scopes(ports.scopes);
    allow(ports.scopes, {Type::kSubHierarchy}, "a root port is a PCI sub-hierarchy (2)");
  }

  void check_affinity(std::size_t index) {
    place_ = {.structure = Structure::kRhsa, .index = index};
    const std::uint64_t base = table_.affinities[index].register_base;
    if (std::none_of(table_.units.begin(), table_.units.end(),
                     [base](const Drhd &unit) { return unit.register_base == base; })) {
      fail("Register base", "no unit has its registers at {:X}h", base);
    }
  }

  void check_namespace_device(std::size_t index) {
    const Andd &device = table_.namespace_devices[index];
    place_ = {.structure = Structure::kAndd, .index = index};
    const auto first = table_.namespace_devices.begin();
    if (std::any_of(first, first + static_cast<std::ptrdiff_t>(index),
                    [&](const Andd &one) { return one.device_number == device.device_number; })) {
      fail("Device number", "{} is that of an earlier namespace device", device.device_number);
    }
    const std::string &name = device.object_name;
    if (name.empty()) fail("Object name", "is empty");
    if (!std::all_of(name.begin(), name.end(), [](char c) { return c >= 0x20 && c < 0x7F; })) {
      fail("Object name", "not printable ASCII");
    }
    check_size(info(Structure::kAndd).bytes + name.size() + 1);
  }

  void check_translation_cache(std::size_t index) {
    const Satc &devices = table_.translation_caches[index];
    place_ = {.structure = Structure::kSatc, .index = index};
    check_segment(devices.segment);
    require_scopes(devices.scopes);
    check_scopes(devices.scopes);
    allow(devices.scopes, {Type::kEndpoint}, "an integrated device is a PCI endpoint (1)");
    for (std::size_t i = 0; i < devices.scopes.size(); ++i) {
      if (devices.scopes[i].path.size() <= 1) continue;
      place_.scope = i;
      fail("Length", "an integrated device is on the start bus: one device and function");
    }
    place_.scope.reset();
  }

  void check_properties(std::size_t index) {
    const Sidp &devices = table_.properties[index];
    place_ = {.structure = Structure::kSidp, .index = index};
    check_segment(devices.segment);
    require_scopes(devices.scopes);
    check_scopes(devices.scopes);
    allow(devices.scopes, {Type::kEndpoint, Type::kNamespaceDevice},
          "properties are those of PCI endpoints (1) and namespace devices (5)");
  }

  void check_segment(std::uint16_t segment) {
    if (std::none_of(table_.units.begin(), table_.units.end(),
                     [segment](const Drhd &unit) { return unit.segment == segment; })) {
      fail("Segment", "segment {} has no remapping unit", segment);
    }
  }

  void require_scopes(const std::vector<Scope> &scopes) {
    if (scopes.empty()) fail("", "names no device");
  }

  void check_size(std::size_t bytes) {
    if (bytes > kMaxStructureBytes) {
      fail("Length", "{} bytes, at most {}", bytes, kMaxStructureBytes);
    }
  }

  void allow(const std::vector<Scope> &scopes, std::set<Type> types, const char *text) {
    for (std::size_t i = 0; i < scopes.size(); ++i) {
      if (types.count(scopes[i].type) != 0) continue;
      place_.scope = i;
      fail("Type", "{}", text);
    }
    place_.scope.reset();
  }

  void check_scopes(const std::vector<Scope> &scopes) {
    std::size_t bytes = info(*place_.structure).bytes;
    for (std::size_t i = 0; i < scopes.size(); ++i) {
      place_.scope = i;
      for (Violation &one : scope_violations(table_, place_, scopes[i])) {
        out_.push_back(std::move(one));
      }
      bytes += kScopeHeadBytes + 2 * scopes[i].path.size();
    }
    place_.scope.reset();
    check_size(bytes);
  }

  const DmarTable &table_;
  Place place_;
  std::set<std::uint8_t> ioapics_;
  std::vector<Violation> out_;
};

}  // namespace

std::vector<Violation> violations(const DmarTable &table) { return Rules(table).check(); }

std::string to_string(const Violation &violation) {
  const Place &place = violation.place;
  std::string out;
  if (place.structure) {
    out = fmt::format("{} {}", info(*place.structure).name, place.index);
    if (place.scope) out += fmt::format(", scope {}", *place.scope);
    out += ": ";
  }
  if (!violation.field.empty()) out += violation.field + ": ";
  return out + violation.text;
}

}  // namespace dmar::acpi
