// SPDX-License-Identifier: Apache-2.0
// The header that all ACPI tables begin with (ACPI 5.2.6), written and read.
#ifndef DMAR_ACPI_TABLE_HEADER_HPP
#define DMAR_ACPI_TABLE_HEADER_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "acpi/byte_writer.hpp"
#include "acpi/dmar_table.hpp"
#include "acpi/reading.hpp"

namespace dmar::acpi {

constexpr std::size_t kHeaderBytes = 36;

// The header, length and checksum still open. std::invalid_argument names the field of `identity`
// that is too long or not printable.
ByteWriter begin_table(std::string_view signature, std::uint8_t revision,
                       const TableIdentity &identity);
// Fills in length and checksum.
std::vector<std::uint8_t> finish_table(ByteWriter table);

struct Header {
  std::size_t length = 0;  // of the table as far as its bytes are there
  bool complete = false;   // all bytes that the length field promises are there
  TableIdentity identity;
};

// Adds the header and what is wrong with it to `reading`. nullopt when there is no whole header.
std::optional<Header> read_header(std::span<const std::uint8_t> bytes, Reading &reading);

}  // namespace dmar::acpi

#endif  // DMAR_ACPI_TABLE_HEADER_HPP
