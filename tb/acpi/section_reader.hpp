// SPDX-License-Identifier: Apache-2.0
// Takes the fields of one section of a table in order and lists them.
#ifndef DMAR_ACPI_SECTION_READER_HPP
#define DMAR_ACPI_SECTION_READER_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "acpi/reading.hpp"

namespace dmar::acpi {

class SectionReader {
 public:
  // Adds a section for `bytes` bytes from `offset` of `table` to `reading`. All of them are there,
  // and no field taken leaves them: else std::logic_error.
  SectionReader(Reading &reading, std::span<const std::uint8_t> table, std::string title,
                std::size_t offset, std::size_t bytes, unsigned depth = 0);

  std::uint64_t number(const std::string &name, std::size_t bytes);
  std::string text(const std::string &name, std::size_t bytes);
  // Bytes that are to be 0, else a problem.
  void reserved(std::size_t bytes);
  // A flag field: bits that are not in `known` are a problem.
  std::uint64_t flags(const std::string &name, std::size_t bytes, std::uint64_t known);
  // Lists the field taken last as this text.
  void show(std::string text);
  // What the field taken last means.
  void meaning(std::string text);

  [[nodiscard]] std::size_t offset() const { return at_; }  // of the next field
  [[nodiscard]] std::size_t left() const { return end_ - at_; }
  [[nodiscard]] std::size_t section() const { return section_; }  // index in the reading

 private:
  std::span<const std::uint8_t> take(std::size_t bytes);
  Field &add(const std::string &name, std::size_t bytes);

  Reading &reading_;
  std::span<const std::uint8_t> table_;
  std::size_t at_;
  std::size_t end_;
  std::size_t section_;
};

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_SECTION_READER_HPP
