// SPDX-License-Identifier: Apache-2.0
// Large numbers for people: 1,234,567.
#ifndef DMAR_SIM_GROUPED_HPP
#define DMAR_SIM_GROUPED_HPP

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace dmar::sim {

inline std::string grouped(std::uint64_t value) {
  if (value < 1000) return std::to_string(value);
  return fmt::format("{},{:03}", grouped(value / 1000), value % 1000);
}

}  // namespace dmar::sim

#endif  // DMAR_SIM_GROUPED_HPP
