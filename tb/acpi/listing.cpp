// SPDX-License-Identifier: Apache-2.0
// A reading as text. See reading.hpp.
#include <fmt/format.h>

#include <algorithm>

#include "acpi/reading.hpp"

namespace dmar::acpi {

namespace {

std::string value_text(const Field &field) {
  if (const auto *text = std::get_if<std::string>(&field.value))
    return fmt::format("\"{}\"", *text);
  const std::size_t digits = 2 * std::min<std::size_t>(field.bytes, 8);
  return fmt::format("{:0{}X}h", std::get<std::uint64_t>(field.value), digits);
}

std::string line_of(const Field &field, unsigned depth) {
  std::string line = fmt::format("{}{:04X}h {:>3}  {:<{}}{:<18}{}", std::string(2 + 2 * depth, ' '),
                                 field.offset, field.bytes, field.name, 22 - 2 * depth,
                                 value_text(field), field.meaning.empty() ? "" : "  ");
  line += field.meaning;
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

std::string sections_text(const Reading &reading) {
  std::string out;
  for (const Section &section : reading.sections) {
    if (section.depth == 0 && !out.empty()) out += "\n";
    out += fmt::format("{}{}\n", std::string(2 * section.depth, ' '), section.title);
    for (const Field &field : section.fields) out += line_of(field, section.depth);
  }
  return out;
}

std::string findings_text(const Reading &reading, const std::string &source) {
  const std::string note = source.empty() ? "Note" : source + ": note";
  const std::string problem = source.empty() ? "Problem" : source + ": problem";
  std::string out;
  for (const Finding &one : reading.notes) {
    out += fmt::format("{} at {:04X}h: {}\n", note, one.offset, one.text);
  }
  for (const Finding &one : reading.problems) {
    out += fmt::format("{} at {:04X}h: {}\n", problem, one.offset, one.text);
  }
  return out;
}

std::string to_text(const Reading &reading) {
  const std::string findings = findings_text(reading);
  return sections_text(reading) + (findings.empty() ? "" : "\n") + findings;
}

std::string hex_dump(std::span<const std::uint8_t> bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i % 16 == 0) out += fmt::format("{}{:04X} ", i == 0 ? "" : "\n", i);
    out += fmt::format(" {:02X}", bytes[i]);
  }
  return out + "\n";
}

}  // namespace dmar::acpi
