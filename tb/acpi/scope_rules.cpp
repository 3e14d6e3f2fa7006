// SPDX-License-Identifier: Apache-2.0
// See scope_rules.hpp.
#include "acpi/scope_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dmar::acpi {

namespace {

using Type = Scope::Type;

constexpr unsigned kMaxDevice = 31;
constexpr unsigned kMaxFunction = 7;

std::string path_field(std::size_t hop) {
  return hop == 0 ? "Path" : fmt::format("Path {}", hop + 1);
}

bool has_namespace_device(const DmarTable &table, std::uint8_t number) {
  return std::any_of(table.namespace_devices.begin(), table.namespace_devices.end(),
                     [number](const Andd &one) { return one.device_number == number; });
}

}  // namespace

std::vector<Violation> scope_violations(const DmarTable &table, const Place &place,
                                        const Scope &scope) {
  std::vector<Violation> out;
  const auto fail = [&](std::string field, std::string text) {
    out.push_back({place, std::move(field), std::move(text)});
  };
  const bool pci = scope.type == Type::kEndpoint || scope.type == Type::kSubHierarchy;
  if (scope.type < Type::kEndpoint || scope.type > Type::kNamespaceDevice) {
    fail("Type", fmt::format("{} is no type of a scope", static_cast<unsigned>(scope.type)));
  }
  if (scope.path.empty()) fail("Length", "no path");
  if (scope.path.size() > kMaxHops) {
    fail("Length", fmt::format("a path of {} hops, at most {}", scope.path.size(), kMaxHops));
  }
  if (pci && scope.enumeration_id != 0) {
    fail("Enumeration ID", fmt::format("{}, has to be 0 for a PCI device", scope.enumeration_id));
  }
  if (scope.type == Type::kNamespaceDevice && !has_namespace_device(table, scope.enumeration_id)) {
    fail("Enumeration ID",
         fmt::format("no ANDD structure has device number {}", scope.enumeration_id));
  }
  const std::uint8_t allowed = place.structure == Structure::kSidp ? kPropertyBits : 0;
  if ((scope.properties & ~allowed) != 0) {
    fail("Flags", fmt::format("reserved bits are set: {:X}h", scope.properties & ~allowed));
  }
  for (std::size_t hop = 0; hop < scope.path.size(); ++hop) {
    const auto [device, function] = scope.path[hop];
    if (device <= kMaxDevice && function <= kMaxFunction) continue;
    fail(path_field(hop),
         fmt::format("{:X}h.{:X}h, device and function go up to 1F.7", device, function));
  }
  return out;
}

}  // namespace dmar::acpi
