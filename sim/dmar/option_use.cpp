// SPDX-License-Identifier: Apache-2.0
// See option_use.hpp.
#include "option_use.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>

#include "source_id_text.hpp"
#include "usage_error.hpp"

namespace dmar::sim {

namespace {

using Type = acpi::Scope::Type;

std::optional<std::uint64_t> number_in(std::string_view text, std::uint64_t most) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  const std::string_view digits = hex ? text.substr(2) : text;
  std::uint64_t value = 0;
  const char *end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, hex ? 16 : 10);
  if (error != std::errc() || stop != end || value > most) return std::nullopt;
  return value;
}

}  // namespace

OptionUse::OptionUse(std::string_view option, std::string text)
    : option_(option), text_(std::move(text)) {}

void OptionUse::fail(std::string_view field, const std::string &what) const {
  throw UsageError(fmt::format("{} {}: {}: {}", option_, text_, field, what));
}

std::uint64_t OptionUse::address(std::string_view field, std::string_view text,
                                 unsigned bits) const {
  const auto value = parse_hex(text);
  if (!value || (bits < 64 && *value >> bits != 0)) {
    fail(field, fmt::format("'{}' is not a hexadecimal address of {} bits", text, bits));
  }
  return *value;
}

std::uint64_t OptionUse::number(std::string_view field, std::string_view text,
                                std::uint64_t most) const {
  const auto value = number_in(text, most);
  if (!value) fail(field, fmt::format("'{}' is not a number from 0 to {}", text, most));
  return *value;
}

void OptionUse::path(std::string_view text, acpi::Scope &scope) const {
  const std::string_view whole = text;
  scope.path.clear();
  std::size_t slash = text.find('/');
  hop(text.substr(0, slash), whole, scope);
  while (slash != std::string_view::npos) {
    text.remove_prefix(slash + 1);
    slash = text.find('/');
    const std::string_view next = text.substr(0, slash);
    // The bus behind a bridge has no number here: firmware may give it another one.
    if (next.find(':') != std::string_view::npos) {
      fail("device", fmt::format("'{}' in '{}' is not DEV.FN", next, whole));
    }
    hop(fmt::format("00:{}", next), whole, scope);
  }
}

acpi::Scope OptionUse::device(std::string_view text, Type type) const {
  acpi::Scope scope;
  scope.type = type;
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    const std::string_view kind = text.substr(0, at);
    const std::size_t colon = kind.find(':');
    scope.type = type_named(kind.substr(0, colon));
    if (colon != std::string_view::npos) {
      scope.enumeration_id =
          static_cast<std::uint8_t>(number("id of a device", kind.substr(colon + 1), 0xFF));
    }
    text.remove_prefix(at + 1);
  }
  path(text, scope);
  return scope;
}

void OptionUse::hop(std::string_view one, std::string_view text, acpi::Scope &scope) const {
  const auto source_id = parse_source_id(one);
  if (!source_id || one.find('.') == std::string_view::npos) {
    fail("device", fmt::format("'{}' is not a path such as 00:1f.7 or 00:1c.0/00.0", text));
  }
  const unsigned raw = source_id->raw();
  if (scope.path.empty()) scope.start_bus = static_cast<std::uint8_t>(raw >> 8);
  scope.path.push_back({.device = static_cast<std::uint8_t>(raw >> 3 & 0x1F),
                        .function = static_cast<std::uint8_t>(raw & 7)});
}

Type OptionUse::type_named(std::string_view kind) const {
  if (kind == "endpoint") return Type::kEndpoint;
  if (kind == "bridge") return Type::kSubHierarchy;
  if (kind == "ioapic") return Type::kIoapic;
  if (kind == "hpet") return Type::kHpet;
  if (kind == "acpi") return Type::kNamespaceDevice;
  fail("device", fmt::format("'{}' is none of endpoint, bridge, ioapic, hpet, acpi", kind));
}

}  // namespace dmar::sim
