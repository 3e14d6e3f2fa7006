// SPDX-License-Identifier: Apache-2.0
// Differences between two register values, field by field.
#ifndef DMAR_TRACE_FIELD_TEXT_HPP
#define DMAR_TRACE_FIELD_TEXT_HPP

#include <cstdint>
#include <span>
#include <string>

namespace dmar::trace {

struct NamedField {
  const char *name;
  unsigned high;
  unsigned low;
};

// ": SC is 1, recorded 0; MHMV is 0, recorded f"; bits outside `fields` are shown together. Empty
// when the values are equal.
std::string field_differences(std::span<const NamedField> fields, std::uint64_t value,
                              std::uint64_t recorded);

}  // namespace dmar::trace

#endif  // DMAR_TRACE_FIELD_TEXT_HPP
