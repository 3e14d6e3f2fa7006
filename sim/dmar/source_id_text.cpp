// SPDX-License-Identifier: Apache-2.0
// See source_id_text.hpp.
#include "source_id_text.hpp"

#include <charconv>

namespace dmar::sim {

namespace {

std::optional<std::uint64_t> digits(std::string_view text) {
  std::uint64_t value = 0;
  const char *end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, 16);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::uint64_t> parse_hex(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  return digits(text);
}

std::optional<SourceId> parse_source_id(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    const auto raw = parse_hex(text);
    if (!raw || *raw > 0xFFFF) return std::nullopt;
    return SourceId(static_cast<std::uint16_t>(*raw));
  }
  std::string_view bus_text = text.substr(0, colon);
  if (const std::size_t domain = bus_text.rfind(':'); domain != std::string_view::npos) {
    if (digits(bus_text.substr(0, domain)) != 0) return std::nullopt;  // one segment only
    bus_text.remove_prefix(domain + 1);
  }
  const std::string_view rest = text.substr(colon + 1);
  const std::size_t dot = rest.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto bus = digits(bus_text);
  const auto device = digits(rest.substr(0, dot));
  const auto function = digits(rest.substr(dot + 1));
  if (!bus || !device || !function || *bus > 0xFF || *device > 31 || *function > 7) {
    return std::nullopt;
  }
  return bdf(static_cast<unsigned>(*bus), static_cast<unsigned>(*device),
             static_cast<unsigned>(*function));
}

}  // namespace dmar::sim
