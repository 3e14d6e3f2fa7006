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

bool known(Scope::Type type) { return type >= Type::kEndpoint && type <= Type::kNamespaceDevice; }

std::vector<Violation> scope_violations(const DmarTable &table, const Place &place,
                                        const Scope &scope) {
  std::vector<Violation> out;
  const auto fail = [&](std::string field, std::string text) {
    out.push_back({place, Severity::kProblem, std::move(field), std::move(text)});
  };
  const auto note = [&](std::string field, std::string text) {
    out.push_back({place, Severity::kNote, std::move(field), std::move(text)});
  };
  const bool pci = scope.type == Type::kEndpoint || scope.type == Type::kSubHierarchy;
  if (!known(scope.type)) {
    note("Type",
         fmt::format("{} is unknown, the scope is left out", static_cast<unsigned>(scope.type)));
  }
  if (scope.path.empty()) fail("Length", "no path");
  if (scope.path.size() > kMaxHops) {
    fail("Length", fmt::format("a path of {} hops, at most {}", scope.path.size(), kMaxHops));
  }
  if (pci && scope.enumeration_id != 0) {
    note("Enumeration ID", fmt::format("{}, has to be 0 for a PCI device", scope.enumeration_id));
  }
  if (scope.type == Type::kNamespaceDevice && !has_namespace_device(table, scope.enumeration_id)) {
    fail("Enumeration ID",
         fmt::format("no ANDD structure has device number {}", scope.enumeration_id));
  }
  const std::uint8_t allowed = place.structure == Structure::kSidp ? kPropertyBits : 0;
  if ((scope.properties & ~allowed) != 0) {
    note("Flags", fmt::format("reserved bits are set: {:X}h", scope.properties & ~allowed));
  }
  for (std::size_t hop = 0; hop < scope.path.size(); ++hop) {
    const auto [device, function] = scope.path[hop];
    if (!known(scope.type) || (device <= kMaxDevice && function <= kMaxFunction)) continue;
    fail(path_field(hop),
         fmt::format("{:X}h.{:X}h, device and function go up to 1F.7", device, function));
  }
  return out;
}

}  // namespace dmar::acpi
