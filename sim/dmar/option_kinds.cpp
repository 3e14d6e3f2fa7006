// SPDX-License-Identifier: Apache-2.0
// See option_kinds.hpp.
#include "option_kinds.hpp"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace dmar::sim {

namespace {

constexpr std::array<std::pair<OptionKind, const char *>, 14> kNames{{
    {OptionKind::kFlag, "flag"},
    {OptionKind::kText, "text"},
    {OptionKind::kAnyText, "any text"},
    {OptionKind::kNumber, "number"},
    {OptionKind::kInput, "input file"},
    {OptionKind::kInputOrDash, "input file or -"},
    {OptionKind::kProgram, "program"},
    {OptionKind::kDisk, "disk image"},
    {OptionKind::kOutput, "output file"},
    {OptionKind::kOutputOrDash, "output file or -"},
    {OptionKind::kWave, "wave file"},
    {OptionKind::kUpdated, "updated file"},
    {OptionKind::kInputFolder, "input folder"},
    {OptionKind::kOutputFolder, "output folder"},
}};

std::optional<std::uint64_t> parse(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  std::uint64_t value = 0;
  const char *end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, hex ? 16 : 10);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

bool has_validator(CLI::Option &option, const char *name) {
  try {
    return option.get_validator(name) != nullptr;
  } catch (const CLI::OptionNotFound &) {
    return false;
  }
}

}  // namespace

const char *name_of(OptionKind kind) {
  for (const auto &[one, name] : kNames) {
    if (one == kind) return name;
  }
  return "?";
}

CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) {
  const auto check = [least, most](std::string &text) -> std::string {
    const auto value = parse(text);
    if (!value || *value < least || *value > most) {
      return fmt::format("'{}' is not a whole number from {} to {}", text, least, most);
    }
    text = std::to_string(*value);
    return {};
  };
  const bool wide = most >= kMaxUnsigned;
  const std::string range = wide && least == 0 ? ""
                            : wide             ? fmt::format("from {}", least)
                                               : fmt::format("{} to {}", least, most);
  return {check, range, name_of(OptionKind::kNumber)};
}

CLI::Validator is_a(OptionKind kind) {
  return {[](std::string &) { return std::string(); }, "", name_of(kind)};
}

OptionKind kind_of(CLI::Option &option) {
  if (option.get_items_expected_max() == 0) return OptionKind::kFlag;
  for (const auto &[kind, name] : kNames) {
    if (has_validator(option, name)) return kind;
  }
  return OptionKind::kText;
}

}  // namespace dmar::sim
