// SPDX-License-Identifier: Apache-2.0
// See dmar_rules.hpp.
#include "acpi/dmar_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "acpi/claim_rules.hpp"
#include "acpi/scope_rules.hpp"

namespace dmar::acpi {

namespace {

constexpr std::uint64_t kPage = 4096;
constexpr unsigned kMinWidth = 12;  // Linux refuses a table with less
constexpr unsigned kMaxWidth = 64;
constexpr unsigned kPhysicalAddressBits = 52;  // no processor has more
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
    for (Violation &one : claim_violations(table_)) out_.push_back(std::move(one));
    return std::move(out_);
  }

 private:
  template <class... Values>
  void fail(const char *field, fmt::format_string<Values...> format, Values &&...values) {
    add(Severity::kProblem, field, fmt::format(format, std::forward<Values>(values)...));
  }
  template <class... Values>
  void note(const char *field, fmt::format_string<Values...> format, Values &&...values) {
    add(Severity::kNote, field, fmt::format(format, std::forward<Values>(values)...));
  }
  void add(Severity severity, const char *field, std::string text) {
    out_.push_back({place_, severity, field, std::move(text)});
  }

  [[nodiscard]] bool beyond_width(std::uint64_t last) const {
    const unsigned width = table_.host_address_width;
    return width < kMaxWidth && (last >> width) != 0;
  }

  void check_table() {
    place_ = {};
    const unsigned width = table_.host_address_width;
    if (width < kMinWidth || width > kMaxWidth) {
      add(width < kMinWidth ? Severity::kProblem : Severity::kNote, "Host address width",
          fmt::format("{} bits, has to be {} to {}", width, kMinWidth, kMaxWidth));
    }
    if (table_.units.empty()) fail("", "no remapping unit (DRHD)");
  }

  void check_unit(std::size_t index) {
    const Drhd &unit = table_.units[index];
    place_ = {.structure = Structure::kDrhd, .index = index};
    check_unit_registers(unit);
    check_scopes(unit.scopes);
    for (std::size_t i = 0; i < unit.scopes.size(); ++i) check_unit_scope(unit, i);
  }

  void check_unit_registers(const Drhd &unit) {
    if (unit.register_pages_log2 > kMaxPagesLog2) {
      fail("Size", "2^{} pages, at most 2^{}", unit.register_pages_log2, kMaxPagesLog2);
      return;
    }
    const std::uint64_t base = unit.register_base;
    const std::uint64_t bytes = register_bytes(unit);
    if (base == 0) {
      fail("Register base", "is 0");
    } else if (base % kPage != 0) {
      fail("Register base", "{:X}h is not a multiple of 4 KiB", base);
    } else if (base > (std::uint64_t{1} << kPhysicalAddressBits) - bytes) {
      fail("Register base", "{:X}h is beyond the {} bits of a physical address", base,
           kPhysicalAddressBits);
    } else if (base % bytes != 0) {
      note("Register base", "{:X}h is not a multiple of {} KiB", base, bytes / 1024);
    } else if (beyond_width(base + (bytes - 1))) {
      // The width is that of DMA; registers are for the processor.
      note("Register base", "{:X}h is beyond {} address bits", base, table_.host_address_width);
    }
  }

  void check_unit_scope(const Drhd &unit, std::size_t index) {
    const Scope &scope = unit.scopes[index];
    place_.scope = index;
    if (unit.include_pci_all &&
        (scope.type == Type::kEndpoint || scope.type == Type::kSubHierarchy)) {
      note("Type", "a unit with INCLUDE_PCI_ALL names no PCI devices");
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
    if (ports.all_ports && !ports.scopes.empty()) note("Flags", "ALL_PORTS, and ports by name");
    if (!ports.all_ports) require_scopes(ports.scopes);
    check_scopes(ports.scopes);
    allow(ports.scopes, {Type::kSubHierarchy}, "a root port is a PCI sub-hierarchy (2)");
  }

  void check_affinity(std::size_t index) {
    place_ = {.structure = Structure::kRhsa, .index = index};
    const std::uint64_t base = table_.affinities[index].register_base;
    if (std::none_of(table_.units.begin(), table_.units.end(),
                     [base](const Drhd &unit) { return unit.register_base == base; })) {
      note("Register base", "no unit has its registers at {:X}h", base);
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
      note("Length", "an integrated device is on the start bus: one device and function");
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
      note("Segment", "segment {} has no remapping unit", segment);
    }
  }

  void require_scopes(const std::vector<Scope> &scopes) {
    if (scopes.empty()) note("", "names no device");
  }

  void check_size(std::size_t bytes) {
    if (bytes > kMaxStructureBytes) {
      fail("Length", "{} bytes, at most {}", bytes, kMaxStructureBytes);
    }
  }

  void allow(const std::vector<Scope> &scopes, std::set<Type> types, const char *text) {
    for (std::size_t i = 0; i < scopes.size(); ++i) {
      if (types.count(scopes[i].type) != 0 || !known(scopes[i].type)) continue;
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
  std::vector<Violation> out_;
};

}  // namespace

std::vector<Violation> violations(const DmarTable &table) { return Rules(table).check(); }

std::uint64_t register_bytes(const Drhd &unit) {
  return kPage << std::min(unit.register_pages_log2, kMaxPagesLog2);
}

std::string to_string(const Place &place) {
  if (!place.structure) return {};
  std::string out = fmt::format("{} {}", info(*place.structure).name, place.index);
  if (place.scope) out += fmt::format(", scope {}", *place.scope);
  return out;
}

std::string to_string(const Violation &violation) {
  std::string out = to_string(violation.place);
  if (!out.empty()) out += ": ";
  if (!violation.field.empty()) out += violation.field + ": ";
  return out + violation.text;
}

}  // namespace dmar::acpi
