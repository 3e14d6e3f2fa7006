// SPDX-License-Identifier: Apache-2.0
// See table_header.hpp.
#include "acpi/table_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "acpi/section_reader.hpp"

namespace dmar::acpi {

namespace {

constexpr std::size_t kLengthOffset = 4;
constexpr std::size_t kChecksumOffset = 9;
constexpr std::size_t kOemIdBytes = 6;
constexpr std::size_t kOemTableIdBytes = 8;
constexpr std::size_t kCreatorIdBytes = 4;

void put_name(ByteWriter &out, const char *field, const std::string &text, std::size_t width) {
  if (text.size() > width) {
    throw std::invalid_argument(
        fmt::format("{} '{}' is longer than {} characters", field, text, width));
  }
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; })) {
    throw std::invalid_argument(fmt::format("{} is not printable ASCII", field));
  }
  out.put_text(text, width, ' ');
}

std::uint8_t sum_of(std::span<const std::uint8_t> bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), std::uint8_t{0},
                         [](auto sum, auto byte) { return static_cast<std::uint8_t>(sum + byte); });
}

std::string without_filling(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

// The bytes of the table that are there; says what the length field has wrong.
void check_length(std::uint64_t length, std::size_t there, Reading &reading, Header &header) {
  header.complete = length >= kHeaderBytes && length <= there;
  header.length = header.complete ? length : there;
  if (length > there) {
    reading.problems.push_back(
        {kLengthOffset, fmt::format("Length: {} bytes, but only {} are there", length, there)});
  } else if (length < kHeaderBytes) {
    reading.problems.push_back(
        {kLengthOffset,
         fmt::format("Length: {} bytes, the header alone has {}", length, kHeaderBytes)});
  } else if (length < there) {
    reading.notes.push_back({kLengthOffset, fmt::format("Length: {} bytes, {} more are there",
                                                        length, there - length)});
  }
}

}  // namespace

ByteWriter begin_table(std::string_view signature, std::uint8_t revision,
                       const TableIdentity &identity) {
  ByteWriter out;
  out.put_text(signature, 4, ' ');
  out.put(std::uint32_t{0});  // length
  out.put(revision);
  out.put(std::uint8_t{0});  // checksum
  put_name(out, "OEM ID", identity.oem_id, kOemIdBytes);
  put_name(out, "OEM table ID", identity.oem_table_id, kOemTableIdBytes);
  out.put(identity.oem_revision);
  put_name(out, "creator ID", identity.creator_id, kCreatorIdBytes);
  out.put(identity.creator_revision);
  return out;
}

std::vector<std::uint8_t> finish_table(ByteWriter table) {
  if (table.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw std::invalid_argument("the table is longer than its length field can say");
  }
  table.set(kLengthOffset, static_cast<std::uint32_t>(table.size()));
  table.set(kChecksumOffset, static_cast<std::uint8_t>(-sum_of(table.bytes())));
  return table.bytes();
}

std::optional<Header> read_header(std::span<const std::uint8_t> bytes, Reading &reading) {
  if (bytes.size() < kHeaderBytes) {
    reading.problems.push_back(
        {bytes.size(),
         fmt::format("ends after {} bytes, inside the header of {}", bytes.size(), kHeaderBytes)});
    return std::nullopt;
  }
  Header header;
  SectionReader section(reading, bytes, {.title = "Header", .bytes = kHeaderBytes});
  section.text("Signature", 4);
  const std::uint64_t length = section.number("Length", 4);
  section.meaning(fmt::format("{} bytes", length));
  check_length(length, bytes.size(), reading, header);
  section.number("Revision", 1);
  const std::uint64_t checksum = section.number("Checksum", 1);
  if (header.complete) {
    const std::uint8_t sum = sum_of(bytes.first(header.length));
    section.meaning(sum == 0 ? "correct" : "wrong");
    if (sum != 0) {
      reading.problems.push_back(
          {kChecksumOffset, fmt::format("Checksum: {:02X}h, the bytes need {:02X}h", checksum,
                                        static_cast<std::uint8_t>(checksum - sum))});
    }
  }
  header.identity.oem_id = without_filling(section.text("OEM ID", kOemIdBytes));
  header.identity.oem_table_id = without_filling(section.text("OEM table ID", kOemTableIdBytes));
  header.identity.oem_revision = static_cast<std::uint32_t>(section.number("OEM revision", 4));
  header.identity.creator_id = without_filling(section.text("Creator ID", kCreatorIdBytes));
  header.identity.creator_revision =
      static_cast<std::uint32_t>(section.number("Creator revision", 4));
  reading.signature = std::get<std::string>(reading.sections.back().fields.front().value);
  return header;
}

}  // namespace dmar::acpi
