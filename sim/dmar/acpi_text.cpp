// SPDX-License-Identifier: Apache-2.0
// See acpi_text.hpp.
#include "acpi_text.hpp"

#include <fmt/format.h>

#include <bit>
#include <limits>
#include <optional>
#include <vector>

#include "option_use.hpp"

namespace dmar::sim {

namespace {

using acpi::Scope;

constexpr std::uint64_t kMaxPages = 1 << 15;
constexpr std::uint64_t kMaxSegment = std::numeric_limits<std::uint16_t>::max();

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t comma = 0; comma != std::string_view::npos;) {
    comma = text.find(',');
    words.push_back(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? 0 : comma + 1);
  }
  return words;
}

// The value when `word` is "key=value".
std::optional<std::string_view> value_of(std::string_view word, std::string_view key) {
  if (!word.starts_with(key) || word.substr(key.size(), 1) != "=") return std::nullopt;
  return word.substr(key.size() + 1);
}

bool take_segment(const OptionUse &use, std::string_view word, std::uint16_t &segment) {
  const auto value = value_of(word, "segment");
  if (value) segment = static_cast<std::uint16_t>(use.number("segment", *value, kMaxSegment));
  return value.has_value();
}

unsigned pages_log2(const OptionUse &use, std::string_view text) {
  const std::uint64_t pages = use.number("size", text, kMaxPages);
  if (!std::has_single_bit(pages)) {
    use.fail("size", fmt::format("{} pages, has to be a power of two", pages));
  }
  return static_cast<unsigned>(std::countr_zero(pages));
}

}  // namespace

acpi::Drhd parse_unit(const std::string &text) {
  const OptionUse use("--unit", text);
  const auto words = words_of(use.text());
  acpi::Drhd unit;
  unit.register_base = use.address("base", words.front());
  unit.include_pci_all = false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (take_segment(use, word, unit.segment)) continue;
    if (word == "all") {
      unit.include_pci_all = true;
    } else if (const auto size = value_of(word, "size")) {
      unit.register_pages_log2 = pages_log2(use, *size);
    } else if (const auto scope = value_of(word, "scope")) {
      unit.scopes.push_back(use.device(*scope, Scope::Type::kEndpoint));
    } else {
      use.fail("field", fmt::format("'{}' is none of segment=, size=, all, scope=", word));
    }
  }
  if (unit.scopes.empty()) unit.include_pci_all = true;
  return unit;
}

acpi::Rmrr parse_rmrr(const std::string &text) {
  const OptionUse use("--rmrr", text);
  const std::size_t at = use.text().find('@');
  if (at == std::string_view::npos) use.fail("device", "none; write BASE-LIMIT@DEVICE");
  const std::string_view range = use.text().substr(0, at);
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) use.fail("limit", "none; write BASE-LIMIT@DEVICE");
  acpi::Rmrr memory;
  memory.base = use.address("base", range.substr(0, dash));
  memory.limit = use.address("limit", range.substr(dash + 1));
  for (const std::string_view word : words_of(use.text().substr(at + 1))) {
    if (take_segment(use, word, memory.segment)) continue;
    memory.scopes.push_back(use.device(word, Scope::Type::kEndpoint));
  }
  return memory;
}

acpi::Atsr parse_atsr(const std::string &text) {
  const OptionUse use("--atsr", text);
  acpi::Atsr ports;
  for (const std::string_view word : words_of(use.text())) {
    if (take_segment(use, word, ports.segment)) continue;
    if (word == "all") {
      ports.all_ports = true;
    } else {
      ports.scopes.push_back(use.device(word, Scope::Type::kSubHierarchy));
    }
  }
  return ports;
}

acpi::Rhsa parse_rhsa(const std::string &text) {
  const OptionUse use("--rhsa", text);
  const std::size_t equals = use.text().find('=');
  if (equals == std::string_view::npos) use.fail("node", "none; write BASE=NODE");
  return {.register_base = use.address("base", use.text().substr(0, equals)),
          .proximity_domain = static_cast<std::uint32_t>(
              use.number("node", use.text().substr(equals + 1), 0xFFFF'FFFF))};
}

acpi::Andd parse_andd(const std::string &text) {
  const OptionUse use("--andd", text);
  const std::size_t equals = use.text().find('=');
  if (equals == std::string_view::npos) use.fail("name", "none; write NUMBER=NAME");
  return {.device_number =
              static_cast<std::uint8_t>(use.number("number", use.text().substr(0, equals), 0xFF)),
          .object_name = text.substr(equals + 1)};
}

acpi::Satc parse_satc(const std::string &text) {
  const OptionUse use("--satc", text);
  acpi::Satc devices;
  for (const std::string_view word : words_of(use.text())) {
    if (take_segment(use, word, devices.segment)) continue;
    if (word == "required") {
      devices.required = true;
    } else {
      devices.scopes.push_back(use.device(word, Scope::Type::kEndpoint));
    }
  }
  return devices;
}

acpi::Scope parse_numbered(std::string_view option, const std::string &text,
                           acpi::Scope::Type type) {
  const OptionUse use(option, text);
  acpi::Scope scope;
  scope.type = type;
  std::string_view path = use.text();
  if (const std::size_t at = path.find('@'); at != std::string_view::npos) {
    scope.enumeration_id = static_cast<std::uint8_t>(use.number("id", path.substr(0, at), 0xFF));
    path.remove_prefix(at + 1);
  }
  use.path(path, scope);
  return scope;
}

std::uint64_t parse_address(std::string_view option, const std::string &text, unsigned bits) {
  return OptionUse(option, text).address("address", text, bits);
}

}  // namespace dmar::sim
