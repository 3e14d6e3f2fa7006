// SPDX-License-Identifier: Apache-2.0
// Words of the ACPI Machine Language (ACPI 6.5, 20.2), as far as a table that describes a host
// bridge needs them: each function gives the bytes of one term.
#ifndef DMAR_ACPI_AML_HPP
#define DMAR_ACPI_AML_HPP

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace dmar::acpi::aml {

using Bytes = std::vector<std::uint8_t>;

// One behind the other.
Bytes list(std::initializer_list<Bytes> terms);

// The shortest form that holds it.
Bytes integer(std::uint64_t value);
// "PNP0A08" as the number that an _HID has. std::invalid_argument when it is no such name: three
// capital letters, four hexadecimal digits.
Bytes eisa_id(std::string_view name);
Bytes buffer(const Bytes &contents);

// `name` has one to four characters, capital letters, digits and _, no digit first, or begins with
// a \ before these. std::invalid_argument otherwise.
Bytes name(std::string_view name, const Bytes &value);
Bytes scope(std::string_view name, const Bytes &contents);
Bytes device(std::string_view name, const Bytes &contents);
// Takes `arguments`, up to 7, and returns number `returned` of them.
Bytes method_returning_argument(std::string_view name, unsigned arguments, unsigned returned);

// Descriptors of resources (ACPI 6.5, 6.4), and a template of them.
struct Range {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};
Bytes bus_numbers(Range range);    // that a bridge hands on; both up to FFFFh
Bytes memory_window(Range range);  // likewise, not cached
Bytes fixed_memory(Range range);   // that a device takes for itself
Bytes resources(std::initializer_list<Bytes> descriptors);

}  // namespace dmar::acpi::aml

#endif  // DMAR_ACPI_AML_HPP
