// SPDX-License-Identifier: Apache-2.0
// See aml.hpp.
#include "acpi/aml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "acpi/byte_writer.hpp"

namespace dmar::acpi::aml {

namespace {

constexpr std::uint8_t kZero = 0x00;
constexpr std::uint8_t kOne = 0x01;
constexpr std::uint8_t kByte = 0x0A;
constexpr std::uint8_t kWord = 0x0B;
constexpr std::uint8_t kDword = 0x0C;
constexpr std::uint8_t kQword = 0x0E;
constexpr std::uint8_t kName = 0x08;
constexpr std::uint8_t kScope = 0x10;
constexpr std::uint8_t kBuffer = 0x11;
constexpr std::uint8_t kMethod = 0x14;
constexpr std::uint8_t kExtended = 0x5B;
constexpr std::uint8_t kDevice = 0x82;
constexpr std::uint8_t kFirstArgument = 0x68;
constexpr unsigned kMostArguments = 7;
constexpr std::uint8_t kReturn = 0xA4;

constexpr std::uint8_t kFixedMemory = 0x86;
constexpr std::uint8_t kDwordRange = 0x87;
constexpr std::uint8_t kWordRange = 0x88;
constexpr std::uint8_t kMemoryRange = 0;
constexpr std::uint8_t kBusRange = 2;
constexpr std::uint8_t kBothFixed = 0x0C;  // of a range: first and last, handed on
constexpr std::uint8_t kReadWrite = 0x01;
constexpr std::uint8_t kEndTag = 0x79;

template <class Value>
Bytes prefixed(std::uint8_t prefix, std::uint64_t value) {
  ByteWriter out;
  out.put(prefix);
  out.put(static_cast<Value>(value));
  return out.bytes();
}

// The length counts its own bytes: one for up to 63, otherwise two to four, of which the first has
// the number of the others and the low 4 bits.
Bytes with_length(const Bytes &contents) {
  constexpr std::size_t kMost = (std::size_t{1} << 28) - 1;
  std::size_t bytes = 1;
  while (bytes < 4 && contents.size() + bytes >= (bytes == 1 ? 64U : 1U << (4 + 8 * (bytes - 1)))) {
    ++bytes;
  }
  const std::size_t length = contents.size() + bytes;
  if (length > kMost) throw std::invalid_argument("a term is longer than its length can say");
  Bytes out;
  if (bytes == 1) {
    out.push_back(static_cast<std::uint8_t>(length));
  } else {
    out.push_back(static_cast<std::uint8_t>((bytes - 1) << 6 | (length & 0xF)));
    for (std::size_t i = 1; i < bytes; ++i) {
      out.push_back(static_cast<std::uint8_t>(length >> (4 + 8 * (i - 1))));
    }
  }
  out.insert(out.end(), contents.begin(), contents.end());
  return out;
}

bool leads(char c) { return (c >= 'A' && c <= 'Z') || c == '_'; }
bool follows(char c) { return leads(c) || (c >= '0' && c <= '9'); }

Bytes name_bytes(std::string_view name) {
  Bytes out;
  std::string_view segment = name;
  if (segment.starts_with('\\')) {
    out.push_back('\\');
    segment.remove_prefix(1);
  }
  const bool okay = !segment.empty() && segment.size() <= 4 && leads(segment.front()) &&
                    std::ranges::all_of(segment, follows);
  if (!okay) throw std::invalid_argument(fmt::format("'{}' is no name of an object", name));
  for (std::size_t i = 0; i < 4; ++i) {
    out.push_back(static_cast<std::uint8_t>(i < segment.size() ? segment[i] : '_'));
  }
  return out;
}

Bytes descriptor(std::uint8_t tag, const ByteWriter &body) {
  ByteWriter out;
  out.put(tag);
  out.put(static_cast<std::uint16_t>(body.size()));
  return list({out.bytes(), body.bytes()});
}

template <class Value>
ByteWriter range_of(std::uint8_t type, std::uint8_t flags, Range range) {
  ByteWriter out;
  for (const std::uint8_t byte : {type, kBothFixed, flags}) out.put(byte);
  out.put(Value{0});  // granularity
  out.put(static_cast<Value>(range.first));
  out.put(static_cast<Value>(range.last));
  out.put(Value{0});  // translation
  out.put(static_cast<Value>(range.last - range.first + 1));
  return out;
}

}  // namespace

Bytes list(std::initializer_list<Bytes> terms) {
  Bytes out;
  for (const Bytes &term : terms) out.insert(out.end(), term.begin(), term.end());
  return out;
}

Bytes integer(std::uint64_t value) {
  if (value == 0) return {kZero};
  if (value == 1) return {kOne};
  if (value <= 0xFF) return prefixed<std::uint8_t>(kByte, value);
  if (value <= 0xFFFF) return prefixed<std::uint16_t>(kWord, value);
  if (value <= 0xFFFF'FFFF) return prefixed<std::uint32_t>(kDword, value);
  return prefixed<std::uint64_t>(kQword, value);
}

// Letters have 5 bits each, the whole is big-endian.
Bytes eisa_id(std::string_view name) {
  const auto letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
  if (name.size() != 7 || !std::ranges::all_of(name.substr(0, 3), letter) ||
      !std::ranges::all_of(name.substr(3), digit)) {
    throw std::invalid_argument(fmt::format("'{}' is no EISA id", name));
  }
  std::uint32_t id = 0;
  for (const char c : name.substr(0, 3)) id = id << 5 | static_cast<std::uint32_t>(c - '@');
  id = id << 16 | static_cast<std::uint32_t>(std::stoul(std::string(name.substr(3)), nullptr, 16));
  Bytes out{kDword};
  for (const unsigned shift : {24, 16, 8, 0}) out.push_back(static_cast<std::uint8_t>(id >> shift));
  return out;
}

Bytes buffer(const Bytes &contents) {
  return list({{kBuffer}, with_length(list({integer(contents.size()), contents}))});
}

Bytes name(std::string_view name, const Bytes &value) {
  return list({{kName}, name_bytes(name), value});
}

Bytes scope(std::string_view name, const Bytes &contents) {
  return list({{kScope}, with_length(list({name_bytes(name), contents}))});
}

Bytes device(std::string_view name, const Bytes &contents) {
  return list({{kExtended, kDevice}, with_length(list({name_bytes(name), contents}))});
}

Bytes method_returning_argument(std::string_view name, unsigned arguments, unsigned returned) {
  if (arguments > kMostArguments || returned >= arguments) {
    throw std::invalid_argument("a method has up to 7 arguments, and returns one of its own");
  }
  const auto argument = static_cast<std::uint8_t>(kFirstArgument + returned);
  return list({{kMethod},
               with_length(list({name_bytes(name),
                                 {static_cast<std::uint8_t>(arguments), kReturn, argument}}))});
}

Bytes bus_numbers(Range range) {
  return descriptor(kWordRange, range_of<std::uint16_t>(kBusRange, 0, range));
}

Bytes memory_window(Range range) {
  return descriptor(kDwordRange, range_of<std::uint32_t>(kMemoryRange, kReadWrite, range));
}

Bytes fixed_memory(Range range) {
  ByteWriter body;
  body.put(kReadWrite);
  body.put(range.first);
  body.put(range.last - range.first + 1);
  return descriptor(kFixedMemory, body);
}

Bytes resources(std::initializer_list<Bytes> descriptors) {
  return buffer(list({list(descriptors), {kEndTag, 0}}));  // 0: no checksum
}

}  // namespace dmar::acpi::aml
