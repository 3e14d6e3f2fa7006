// SPDX-License-Identifier: Apache-2.0
// Source ids as people write them: "00:05.0", "0000:00:05.0" or four hexadecimal digits.
#ifndef DMAR_SIM_SOURCE_ID_TEXT_HPP
#define DMAR_SIM_SOURCE_ID_TEXT_HPP

#include <optional>
#include <string>
#include <string_view>

#include "dmar/types.hpp"

namespace dmar::sim {

// nullopt when `text` is none of these forms, or a number in it is too large.
std::optional<SourceId> parse_source_id(std::string_view text);

// Hexadecimal with or without "0x", up to 64 bits.
std::optional<std::uint64_t> parse_hex(std::string_view text);

}  // namespace dmar::sim

#endif  // DMAR_SIM_SOURCE_ID_TEXT_HPP
