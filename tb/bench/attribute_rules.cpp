// SPDX-License-Identifier: Apache-2.0
// See attribute_rules.hpp.
#include "bench/attribute_rules.hpp"

#include <fmt/format.h>

namespace dmar::bench {

std::string attribute_violation(const AddressBeat &burst, bool message, bool snoops,
                                std::uint8_t snoop_cache) {
  const std::uint8_t cache = message ? kCacheDevice : snoops ? snoop_cache : kCacheMemory;
  std::string why;
  if (burst.lock != 0) why += " exclusive";
  if (burst.prot != kProtData) why += fmt::format(" AxPROT {:03b}", burst.prot);
  if (burst.cache != cache) why += fmt::format(" AxCACHE {:04b}, not {:04b}", burst.cache, cache);
  if (why.empty()) return why;
  return fmt::format("access at {:#x} with attributes it must not have:{}", burst.address, why);
}

}  // namespace dmar::bench
