// SPDX-License-Identifier: Apache-2.0
// Reads a table by its signature. See reading.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "acpi/dmar_read.hpp"
#include "acpi/madt_read.hpp"
#include "acpi/reading.hpp"
#include "acpi/table_header.hpp"

namespace dmar::acpi {

const Field *Section::find(const std::string &name) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&name](const Field &field) { return field.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

Reading read_table(std::span<const std::uint8_t> bytes) {
  const auto begins = [bytes](std::string_view signature) {
    return bytes.size() >= signature.size() &&
           std::equal(signature.begin(), signature.end(), bytes.begin());
  };
  if (begins("DMAR")) return read_dmar(bytes).reading;
  if (begins("APIC")) return read_madt(bytes);
  Reading reading;
  reading.problems.push_back({0, "Signature: neither DMAR nor APIC"});
  read_header(bytes, reading);
  return reading;
}

}  // namespace dmar::acpi
