// SPDX-License-Identifier: Apache-2.0
// See madt_read.hpp.
#include "acpi/madt_read.hpp"

#include <fmt/format.h>

#include "acpi/madt_layout.hpp"
#include "acpi/section_reader.hpp"
#include "acpi/table_header.hpp"

namespace dmar::acpi {

namespace {

using namespace madt;

std::string pin_text(std::uint64_t flags) {
  constexpr const char *kPolarities[] = {"polarity of the bus", "active high", "reserved polarity",
                                         "active low"};
  constexpr const char *kTriggers[] = {"trigger of the bus", "edge", "reserved trigger", "level"};
  return fmt::format("{}, {}", kTriggers[(flags & kTrigger) >> 2], kPolarities[flags & kPolarity]);
}

std::string name_of(std::uint8_t type) {
  switch (type) {
    case kLocalApic:
      return "Local APIC";
    case kIoapic:
      return "IOAPIC";
    case kOverride:
      return "Interrupt source override";
    case kNmi:
      return "NMI of local APICs";
    default:
      return "Structure";
  }
}

class MadtReader {
 public:
  explicit MadtReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  Reading read() {
    const auto header = read_header(bytes_, out_);
    if (!header) return std::move(out_);
    bytes_ = bytes_.first(header->length);
    if (bytes_.size() < kFixedBytes) {
      problem(bytes_.size(), fmt::format("ends after {} bytes, before the first structure at {}",
                                         bytes_.size(), kFixedBytes));
      return std::move(out_);
    }
    read_fixed();
    for (std::size_t at = kFixedBytes; at < bytes_.size();) {
      const std::size_t bytes = read_structure(at);
      if (bytes == 0) break;
      at += bytes;
    }
    return std::move(out_);
  }

 private:
  void problem(std::size_t offset, std::string text) {
    out_.problems.push_back({offset, std::move(text)});
  }

  void read_fixed() {
    SectionReader section(out_, bytes_,
                          {.title = "Multiple APIC description",
                           .offset = kHeaderBytes,
                           .bytes = kFixedBytes - kHeaderBytes});
    section.number("Local APIC address", 4);
    if (section.flags("Flags", 4, kPcAtCompatible) != 0) section.meaning("PCAT_COMPAT");
  }

  // Its length, or 0 when nothing behind it can be found.
  std::size_t read_structure(std::size_t at) {
    const std::size_t left = bytes_.size() - at;
    if (left < kHeadBytes) {
      problem(at, fmt::format("{} bytes left, a structure begins with {}", left, kHeadBytes));
      return 0;
    }
    const std::uint8_t type = bytes_[at];
    const std::size_t length = bytes_[at + 1];
    const std::string name = name_of(type);
    if (length < kHeadBytes || length > left) {
      problem(at + 1, length < kHeadBytes
                          ? fmt::format("{}: Length: {}, at least {}", name, length, kHeadBytes)
                          : fmt::format("{}: Length: {}, but the table ends after {} bytes", name,
                                        length, left));
      return 0;
    }
    const std::size_t expected = bytes_of(type);
    if (expected != 0 && length < expected) {
      problem(at + 1, fmt::format("{}: Length: {}, has to be {}", name, length, expected));
      return length;
    }
    if (expected != 0 && length > expected) {  // software takes what it knows
      out_.notes.push_back(
          {at + 1, fmt::format("{}: Length: {}, has to be {}", name, length, expected)});
    }
    read_known(type, at, length);
    return length;
  }

  SectionReader open(std::uint8_t type, std::size_t at, std::size_t length) {
    SectionReader section(
        out_, bytes_,
        {.title = name_of(type), .offset = at, .bytes = length, .owner = name_of(type)});
    section.number("Type", 1);
    section.number("Length", 1);
    return section;
  }

  void read_known(std::uint8_t type, std::size_t at, std::size_t length) {
    switch (type) {
      case kLocalApic:
        return read_local_apic(open(type, at, length));
      case kIoapic:
        return read_ioapic(open(type, at, length));
      case kOverride:
        return read_override(open(type, at, length));
      case kNmi:
        return read_nmi(open(type, at, length));
      default:
        open(type, at, length);
        out_.notes.push_back({at, fmt::format("Type: {} is not decoded", type)});
    }
  }

  static void read_local_apic(SectionReader section) {
    section.number("Processor", 1);
    section.number("APIC ID", 1);
    const std::uint64_t flags = section.flags("Flags", 4, kEnabled | kOnlineCapable);
    section.meaning((flags & kEnabled) != 0         ? "enabled"
                    : (flags & kOnlineCapable) != 0 ? "online capable"
                                                    : "disabled");
  }

  static void read_ioapic(SectionReader section) {
    section.number("IOAPIC ID", 1);
    section.reserved(1);
    section.number("Address", 4);
    section.number("First interrupt", 4);
  }

  static void read_override(SectionReader section) {
    section.number("Bus", 1);
    section.meaning("ISA");
    section.number("Source", 1);
    section.number("Interrupt", 4);
    section.meaning(pin_text(section.flags("Flags", 2, kPolarity | kTrigger)));
  }

  static void read_nmi(SectionReader section) {
    if (section.number("Processor", 1) == kAllProcessors) section.meaning("all");
    section.meaning(pin_text(section.flags("Flags", 2, kPolarity | kTrigger)));
    section.number("LINT", 1);
  }

  std::span<const std::uint8_t> bytes_;
  Reading out_;
};

}  // namespace

Reading read_madt(std::span<const std::uint8_t> bytes) { return MadtReader(bytes).read(); }

}  // namespace dmar::acpi
