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

struct SectionPlace {
  std::string title;
  std::size_t offset = 0;
  std::size_t bytes = 0;
  unsigned depth = 0;
  std::string owner = {};  // named in notes, such as "DRHD 0, scope 1"
};

class SectionReader {
 public:
  // Adds a section to `reading`. All its bytes are in `table`, and no field taken leaves them: else
  // std::logic_error.
  SectionReader(Reading &reading, std::span<const std::uint8_t> table, SectionPlace place);

  std::uint64_t number(const std::string &name, std::size_t bytes);
  // Up to the first NUL. Listed to the last byte that is not NUL, bytes that are no text as \xNN;
  // that there are any is noted.
  std::string text(const std::string &name, std::size_t bytes);
  // Bytes that are to be 0; noted when they are not, as software does not look at them.
  void reserved(std::size_t bytes);
  // A flag field: bits that are not in `known` are noted.
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
  void note(std::size_t offset, std::string text);

  Reading &reading_;
  std::span<const std::uint8_t> table_;
  std::size_t at_;
  std::size_t end_;
  std::size_t section_;
  std::string owner_;
};

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_SECTION_READER_HPP
