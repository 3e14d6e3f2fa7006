// SPDX-License-Identifier: Apache-2.0
// See fields.hpp.
#include "trace/fields.hpp"

#include <fmt/core.h>

#include <charconv>

#include "trace/line_reader.hpp"

namespace dmar::trace {

namespace {

constexpr std::string_view kBlank = " \t";

// A field as it may appear in a message: short and printable.
std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 40)) out += (c >= ' ' && c <= '~') ? c : '?';
  return text.size() > 40 ? out + "..." : out;
}

template <class Number>
bool parse(std::string_view text, int base, Number &value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Fields::Fields(std::string_view file, unsigned line_number, std::string_view line)
    : file_(file), line_number_(line_number), rest_(line) {
  rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlank), rest_.size()));
  name_ = take();
}

std::string_view Fields::take() {
  const std::string_view out = rest_.substr(0, rest_.find_first_of(kBlank));
  rest_.remove_prefix(out.size());
  rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlank), rest_.size()));
  return out;
}

void Fields::fail(std::string_view field, const std::string &what) const {
  throw TraceError(
      fmt::format("{}:{}: field {} ({}): {}", file_, line_number_, index_, field, what));
}

void Fields::fail_line(const std::string &what) const {
  throw TraceError(fmt::format("{}:{}: {}", file_, line_number_, what));
}

std::string_view Fields::word(std::string_view field) {
  ++index_;
  if (rest_.empty()) fail(field, "missing");
  return take();
}

std::uint64_t Fields::hex(std::string_view field, unsigned bits) {
  const std::string_view text = word(field);
  // The digits are counted apart from the value so that an overflow is not called "no number".
  if (text.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
    fail(field, fmt::format("'{}' is not a hexadecimal number", shown(text)));
  }
  std::uint64_t value = 0;
  if (!parse(text, 16, value) || (bits < 64 && (value >> bits) != 0)) {
    fail(field, fmt::format("'{}' does not fit in {} bits", shown(text), bits));
  }
  return value;
}

unsigned Fields::decimal(std::string_view field, unsigned low, unsigned high) {
  const std::string_view text = word(field);
  if (text.find_first_not_of("0123456789") != std::string_view::npos) {
    fail(field, fmt::format("'{}' is not a decimal number", shown(text)));
  }
  unsigned value = 0;
  if (!parse(text, 10, value) || value < low || value > high) {
    fail(field, fmt::format("'{}' is not in the range {} to {}", shown(text), low, high));
  }
  return value;
}

void Fields::literal(std::string_view expected) {
  const std::string_view text = word(expected);
  if (text != expected) {
    fail(expected, fmt::format("'{}' instead of the word '{}'", shown(text), expected));
  }
}

void Fields::bytes(std::string_view field, std::span<std::uint8_t> out) {
  const std::string_view text = word(field);
  if (text.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
    fail(field, fmt::format("'{}' is not a hexadecimal number", shown(text)));
  }
  if (text.size() != 2 * out.size()) {
    fail(field, fmt::format("{} hexadecimal digits instead of {}", text.size(), 2 * out.size()));
  }
  for (std::size_t i = 0; i < out.size(); ++i) parse(text.substr(2 * i, 2), 16, out[i]);
}

void Fields::end() {
  if (rest_.empty()) return;
  ++index_;
  fail("end of line", fmt::format("unexpected '{}'", shown(rest_)));
}

}  // namespace dmar::trace
