// SPDX-License-Identifier: Apache-2.0
// See field_text.hpp.
#include "trace/field_text.hpp"

#include <fmt/core.h>

#include "dmar/structures.hpp"

namespace dmar::trace {

std::string field_differences(std::span<const NamedField> fields, std::uint64_t value,
                              std::uint64_t recorded) {
  std::uint64_t unnamed = value ^ recorded;
  std::string out;
  for (const NamedField &item : fields) {
    const std::uint64_t here = field(value, item.high, item.low);
    const std::uint64_t there = field(recorded, item.high, item.low);
    unnamed &= ~bits(item.high, item.low);
    if (here == there) continue;
    out += fmt::format("{} {} is {:x}, recorded {:x}", out.empty() ? ":" : ";", item.name, here,
                       there);
  }
  if (unnamed != 0) {
    out += fmt::format("{} other bits differ: {:x}", out.empty() ? ":" : ";", unnamed);
  }
  return out;
}

}  // namespace dmar::trace
