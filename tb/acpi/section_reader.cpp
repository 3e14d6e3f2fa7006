// SPDX-License-Identifier: Apache-2.0
// See section_reader.hpp.
#include "acpi/section_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace dmar::acpi {

namespace {

bool printable(char character) { return character >= 0x20 && character < 0x7F; }

}  // namespace

SectionReader::SectionReader(Reading &reading, std::span<const std::uint8_t> table,
                             SectionPlace place)
    : reading_(reading),
      table_(table),
      at_(place.offset),
      end_(place.offset + place.bytes),
      section_(reading.sections.size()),
      owner_(std::move(place.owner)) {
  if (end_ > table.size()) throw std::logic_error("a section of a table beyond its bytes");
  reading_.sections.push_back({.title = std::move(place.title),
                               .offset = place.offset,
                               .bytes = place.bytes,
                               .depth = place.depth,
                               .fields = {}});
}

std::span<const std::uint8_t> SectionReader::take(std::size_t bytes) {
  if (bytes > left()) throw std::logic_error("a field of a table beyond its section");
  const auto out = table_.subspan(at_, bytes);
  at_ += bytes;
  return out;
}

Field &SectionReader::add(const std::string &name, std::size_t bytes) {
  auto &fields = reading_.sections[section_].fields;
  fields.push_back(
      {.offset = at_ - bytes, .bytes = bytes, .name = name, .value = {}, .meaning = {}});
  return fields.back();
}

void SectionReader::note(std::size_t offset, std::string text) {
  if (!owner_.empty()) text = fmt::format("{}: {}", owner_, text);
  reading_.notes.push_back({offset, std::move(text)});
}

std::uint64_t SectionReader::number(const std::string &name, std::size_t bytes) {
  std::uint64_t value = 0;
  unsigned shift = 0;
  for (const std::uint8_t byte : take(bytes)) {
    value |= std::uint64_t{byte} << shift;
    shift += 8;
  }
  add(name, bytes).value = value;
  return value;
}

std::string SectionReader::text(const std::string &name, std::size_t bytes) {
  const auto raw = take(bytes);
  const std::string all(raw.begin(), raw.end());
  const std::string value = all.substr(0, all.find('\0'));
  std::string shown;
  for (const char one : all.substr(0, all.find_last_not_of('\0') + 1)) {
    shown += printable(one) ? std::string(1, one)
                            : fmt::format("\\x{:02X}", static_cast<unsigned char>(one));
  }
  add(name, bytes).value = shown;
  if (all.find_first_not_of('\0', value.size()) != std::string::npos) {
    note(at_ - bytes, fmt::format("{}: goes on after a NUL", name));
  } else if (!std::all_of(value.begin(), value.end(), printable)) {
    note(at_ - bytes, fmt::format("{}: has bytes that are no printable ASCII", name));
  }
  return value;
}

void SectionReader::reserved(std::size_t bytes) {
  const std::size_t offset = at_;
  const auto raw = take(bytes);
  Field &field = add("Reserved", bytes);
  const auto bad = std::find_if(raw.begin(), raw.end(), [](auto byte) { return byte != 0; });
  if (bad == raw.end()) {
    field.value = std::uint64_t{0};
    return;
  }
  std::string digits;
  for (const std::uint8_t byte : raw) digits += fmt::format("{:02X}", byte);
  field.value = digits;
  note(offset + static_cast<std::size_t>(bad - raw.begin()),
       fmt::format("Reserved: {:02X}h, has to be 0", *bad));
}

std::uint64_t SectionReader::flags(const std::string &name, std::size_t bytes,
                                   std::uint64_t known) {
  const std::uint64_t value = number(name, bytes);
  if ((value & ~known) != 0) {
    note(at_ - bytes, fmt::format("{}: reserved bits are set: {:X}h", name, value & ~known));
  }
  return value;
}

void SectionReader::show(std::string text) {
  reading_.sections[section_].fields.back().value = std::move(text);
}

void SectionReader::meaning(std::string text) {
  reading_.sections[section_].fields.back().meaning = std::move(text);
}

}  // namespace dmar::acpi
