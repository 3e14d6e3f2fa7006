// SPDX-License-Identifier: Apache-2.0
// See scope_read.hpp.
#include "acpi/scope_read.hpp"

#include <fmt/format.h>

#include "acpi/section_reader.hpp"
#include "acpi/structure_types.hpp"

namespace dmar::acpi {

namespace {

const char *name_of(Scope::Type type) {
  switch (type) {
    case Scope::Type::kEndpoint:
      return "PCI endpoint";
    case Scope::Type::kSubHierarchy:
      return "PCI sub-hierarchy";
    case Scope::Type::kIoapic:
      return "IOAPIC";
    case Scope::Type::kHpet:
      return "HPET";
    case Scope::Type::kNamespaceDevice:
      return "ACPI namespace device";
  }
  return "unknown type";
}

std::string properties_of(std::uint8_t flags) {
  constexpr const char *kNames[] = {"nested not recommended", "walk snoop not allowed",
                                    "page snoop not allowed", "cache hardened", "cache required"};
  std::string out;
  for (unsigned bit = 0; bit < std::size(kNames); ++bit) {
    if ((flags >> bit & 1) != 0) out += fmt::format("{}{}", out.empty() ? "" : ", ", kNames[bit]);
  }
  return out;
}

std::string hop_text(const Scope::Hop &hop) {
  return fmt::format("{:02X}.{:X}", hop.device, hop.function);
}

void read_path(SectionReader &section, Scope &scope) {
  scope.path.clear();
  for (unsigned hop = 1; section.left() >= 2; ++hop) {
    const std::uint64_t pair = section.number(hop == 1 ? "Path" : fmt::format("Path {}", hop), 2);
    scope.path.push_back({.device = static_cast<std::uint8_t>(pair),
                          .function = static_cast<std::uint8_t>(pair >> 8)});
    const std::string text = hop_text(scope.path.back());
    section.show(text);
    section.meaning(hop == 1 ? fmt::format("{:02X}:{}", scope.start_bus, text)
                             : "on the bus behind");
  }
}

Scope read_scope(SectionReader &section, bool properties) {
  Scope scope;
  scope.type = static_cast<Scope::Type>(section.number("Type", 1));
  section.meaning(name_of(scope.type));
  section.number("Length", 1);
  scope.properties = static_cast<std::uint8_t>(section.number("Flags", 1));
  if (properties) section.meaning(properties_of(scope.properties));
  section.reserved(1);
  scope.enumeration_id = static_cast<std::uint8_t>(section.number("Enumeration ID", 1));
  scope.start_bus = static_cast<std::uint8_t>(section.number("Start bus", 1));
  read_path(section, scope);
  return scope;
}

}  // namespace

ScopesReading read_scopes(Reading &reading, std::span<const std::uint8_t> table, std::size_t offset,
                          std::size_t end, Place owner) {
  ScopesReading out;
  const auto give_up = [&](std::size_t at, const std::string &text) {
    reading.problems.push_back({at, fmt::format("{}: {}", to_string(owner), text)});
    out.complete = false;
    return out;
  };
  while (offset < end) {
    const std::size_t left = end - offset;
    owner.scope = out.scopes.size();
    if (left < kScopeHeadBytes) {
      return give_up(offset, fmt::format("Length: {} bytes left in the structure, a scope needs {}",
                                         left, kScopeHeadBytes + 2));
    }
    const std::size_t bytes = table[offset + 1];
    if (bytes < kScopeHeadBytes + 2 || bytes % 2 != 0) {
      return give_up(offset + 1, fmt::format("Length: {}, has to be {} and 2 for each hop of the "
                                             "path",
                                             bytes, kScopeHeadBytes));
    }
    if (bytes > left) {
      return give_up(offset + 1,
                     fmt::format("Length: {}, but the structure ends after {} bytes", bytes, left));
    }
    SectionReader section(reading, table,
                          {.title = "Scope",
                           .offset = offset,
                           .bytes = bytes,
                           .depth = 1,
                           .owner = to_string(owner)});
    out.sections.push_back(section.section());
    out.scopes.push_back(read_scope(section, owner.structure == Structure::kSidp));
    offset += bytes;
  }
  return out;
}

}  // namespace dmar::acpi
