// SPDX-License-Identifier: Apache-2.0
// See console_fault.hpp.
#include "guest/console_fault.hpp"

#include <regex>
#include <string>

namespace dmar::guest {

namespace {

using Match = std::match_results<std::string_view::const_iterator>;

bool matches(std::string_view text, Match &match, const std::regex &pattern) {
  return std::regex_search(text.begin(), text.end(), match, pattern);
}

std::uint64_t hexadecimal(const std::string &text) { return std::stoull(text, nullptr, 16); }

}  // namespace

std::optional<ReportedFault> parse_fault(std::string_view message) {
  static const std::regex kind(R"(^DMAR: \[(DMA|INTR-REMAP)[^\]]*\] Request device )");
  static const std::regex device(
      R"(device \[(?:[0-9a-f]{4}:)?([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])\])");
  static const std::regex place(R"(fault (?:addr|index) (?:0x)?([0-9a-f]{1,16}) )");
  static const std::regex reason(R"(\[fault reason (0x)?([0-9a-f]{1,3})\])");

  Match kind_match;
  Match device_match;
  Match place_match;
  Match reason_match;
  if (!matches(message, kind_match, kind) || !matches(message, device_match, device) ||
      !matches(message, place_match, place) || !matches(message, reason_match, reason)) {
    return std::nullopt;
  }
  ReportedFault fault;
  fault.line = std::string(message);
  fault.interrupt = kind_match[1] == "INTR-REMAP";
  fault.source_id = static_cast<std::uint16_t>(hexadecimal(device_match[1].str()) << 8 |
                                               hexadecimal(device_match[2].str()) << 3 |
                                               hexadecimal(device_match[3].str()));
  fault.address = hexadecimal(place_match[1].str());
  const int base = reason_match[1].matched ? 16 : 10;
  try {
    fault.reason = static_cast<unsigned>(std::stoul(reason_match[2].str(), nullptr, base));
  } catch (const std::invalid_argument &) {  // letters without 0x: the line is damaged
    return std::nullopt;
  }
  return fault;
}

}  // namespace dmar::guest
