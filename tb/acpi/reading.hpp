// SPDX-License-Identifier: Apache-2.0
// What the bytes of an ACPI table say: every field with its offset, and everything that is wrong.
#ifndef DMAR_ACPI_READING_HPP
#define DMAR_ACPI_READING_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace dmar::acpi {

struct Field {
  std::size_t offset = 0;  // from the start of the table
  std::size_t bytes = 0;
  std::string name;
  std::variant<std::uint64_t, std::string> value;
  std::string meaning;  // may be empty
};

struct Section {  // the header, a structure, or a part of one
  std::string title;
  std::size_t offset = 0;
  std::size_t bytes = 0;
  unsigned depth = 0;  // 1: part of the section of depth 0 before it
  std::vector<Field> fields;

  // nullptr when there is none of this name.
  [[nodiscard]] const Field *find(const std::string &name) const;
};

struct Finding {
  std::size_t offset = 0;
  std::string text;
};

struct Reading {
  std::string signature;
  std::vector<Section> sections;
  // What makes an operating system misread the table: refuse it, lose what it says, or take one
  // thing for another. Empty for a good table.
  std::vector<Finding> problems;
  // What else is odd, such as structures of an unknown type.
  std::vector<Finding> notes;
};

// Reads a DMAR or APIC (MADT) table; of another one only the header, with a problem. Any bytes may
// be given: what cannot be read is a problem.
Reading read_table(std::span<const std::uint8_t> bytes);

// Sections and fields as lines of text.
std::string sections_text(const Reading &reading);
// A line for each note and each problem; `source` is where the table came from, if it has a name.
std::string findings_text(const Reading &reading, const std::string &source = {});
// Both.
std::string to_text(const Reading &reading);
// 16 bytes a line, with offsets.
std::string hex_dump(std::span<const std::uint8_t> bytes);

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_READING_HPP
