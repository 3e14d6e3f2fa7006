// SPDX-License-Identifier: Apache-2.0
// See dmar_read.hpp.
#include "acpi/dmar_read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acpi/dmar_rules.hpp"
#include "acpi/scope_read.hpp"
#include "acpi/section_reader.hpp"
#include "acpi/structure_types.hpp"
#include "acpi/table_header.hpp"

namespace dmar::acpi {

namespace {

constexpr std::uint64_t kKnownRevision = 1;
constexpr std::uint64_t kSizeBits = 0x0F;

std::uint64_t peek16(std::span<const std::uint8_t> bytes, std::size_t offset) {
  return golden::from_little_endian<std::uint16_t>(bytes.subspan(offset, 2));
}

class DmarReader {
 public:
  explicit DmarReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  DmarReading read() {
    const auto header = read_header(bytes_, out_.reading);
    if (!header) return std::move(out_);
    out_.identity = header->identity;
    bytes_ = bytes_.first(header->length);
    complete_ = header->complete;
    if (out_.reading.sections[0].find("Revision")->value !=
        std::variant<std::uint64_t, std::string>(kKnownRevision)) {
      problem(8, fmt::format("Revision: has to be {}", kKnownRevision));
    }
    if (bytes_.size() < kDmarFixedBytes) {
      problem(bytes_.size(), fmt::format("ends after {} bytes, before the first structure at {}",
                                         bytes_.size(), kDmarFixedBytes));
      return std::move(out_);
    }
    read_fixed();
    for (std::size_t at = kDmarFixedBytes; at < bytes_.size();) {
      const std::size_t bytes = read_structure(at);
      if (bytes == 0) break;
      at += bytes;
    }
    if (complete_) check_rules();
    return std::move(out_);
  }

 private:
  void problem(std::size_t offset, std::string text) {
    out_.reading.problems.push_back({offset, std::move(text)});
  }

  void read_fixed() {
    SectionReader section(out_.reading, bytes_, "DMA remapping reporting", kHeaderBytes,
                          kDmarFixedBytes - kHeaderBytes);
    places_.push_back({{}, section.section()});
    const std::uint64_t width = section.number("Host address width", 1) + 1;
    section.meaning(fmt::format("{} bits", width));
    out_.table.host_address_width = static_cast<unsigned>(width);
    const std::uint64_t flags =
        section.flags("Flags", 1, kInterruptRemapping | kX2apicOptOut | kPlatformOptIn);
    out_.table.interrupt_remapping = (flags & kInterruptRemapping) != 0;
    out_.table.x2apic_opt_out = (flags & kX2apicOptOut) != 0;
    out_.table.platform_opt_in = (flags & kPlatformOptIn) != 0;
    std::string names;
    if (out_.table.interrupt_remapping) names += " INTR_REMAP";
    if (out_.table.x2apic_opt_out) names += " X2APIC_OPT_OUT";
    if (out_.table.platform_opt_in) names += " DMA_CTRL_PLATFORM_OPT_IN";
    if (!names.empty()) section.meaning(names.substr(1));
    section.reserved(10);
  }

  // Its length, or 0 when nothing behind it can be found.
  std::size_t read_structure(std::size_t at) {
    const std::size_t left = bytes_.size() - at;
    if (left < kStructureHeadBytes) {
      problem(at,
              fmt::format("{} bytes left, a structure begins with {}", left, kStructureHeadBytes));
      complete_ = false;
      return 0;
    }
    const std::uint64_t type = peek16(bytes_, at);
    const std::size_t length = peek16(bytes_, at + 2);
    const bool known = type < kStructures.size();
    const std::size_t least = known ? kStructures.at(type).bytes : kStructureHeadBytes;
    const std::string name = known ? kStructures.at(type).name : fmt::format("type {}", type);
    if (length < least || length > left) {
      problem(at + 2, length < least
                          ? fmt::format("Length of {}: {}, at least {}", name, length, least)
                          : fmt::format("Length of {}: {}, but the table ends after {} bytes", name,
                                        length, left));
      complete_ = false;
      return length < kStructureHeadBytes || length > left ? 0 : length;
    }
    if (type < last_type_) {
      problem(at, fmt::format("{} after type {}: structures come in the order of their types", name,
                              last_type_));
    }
    last_type_ = type;
    if (known) {
      read_known(static_cast<Structure>(type), at, length);
    } else {
      read_unknown(type, at, length);
    }
    return length;
  }

  void read_unknown(std::uint64_t type, std::size_t at, std::size_t length) {
    SectionReader section(out_.reading, bytes_, "Structure", at, length);
    section.number("Type", 2);
    section.number("Length", 2);
    out_.reading.notes.push_back({at, fmt::format("type {} is unknown, left out", type)});
  }

  void read_known(Structure type, std::size_t at, std::size_t length) {
    SectionReader section(out_.reading, bytes_,
                          fmt::format("{}, {}", info(type).name, info(type).title), at, length);
    section.number("Type", 2);
    section.number("Length", 2);
    section.meaning(fmt::format("{} bytes", length));
    switch (type) {
      case Structure::kDrhd:
        return read_unit(section);
      case Structure::kRmrr:
        return read_reserved(section);
      case Structure::kAtsr:
        return read_root_ports(section);
      case Structure::kRhsa:
        return read_affinity(section);
      case Structure::kAndd:
        return read_namespace_device(section);
      case Structure::kSatc:
        return read_translation_cache(section);
      case Structure::kSidp:
        return read_properties(section);
    }
  }

  void read_unit(SectionReader &section) {
    Drhd unit;
    unit.include_pci_all = section.flags("Flags", 1, kIncludePciAll) != 0;
    if (unit.include_pci_all) section.meaning("INCLUDE_PCI_ALL");
    unit.register_pages_log2 =
        static_cast<unsigned>(section.flags("Size", 1, kSizeBits) & kSizeBits);
    section.meaning(fmt::format("{} KiB", 4U << unit.register_pages_log2));
    unit.segment = segment(section);
    unit.register_base = section.number("Register base", 8);
    unit.scopes = scopes(section, Structure::kDrhd, out_.table.units.size());
    out_.table.units.push_back(std::move(unit));
  }

  void read_reserved(SectionReader &section) {
    Rmrr memory;
    section.reserved(2);
    memory.segment = segment(section);
    memory.base = section.number("Base", 8);
    memory.limit = section.number("Limit", 8);
    if (memory.limit > memory.base) {
      section.meaning(fmt::format("{} KiB", (memory.limit - memory.base) / 1024 + 1));
    }
    memory.scopes = scopes(section, Structure::kRmrr, out_.table.reserved.size());
    out_.table.reserved.push_back(std::move(memory));
  }

  void read_root_ports(SectionReader &section) {
    Atsr ports;
    ports.all_ports = section.flags("Flags", 1, kAllPorts) != 0;
    if (ports.all_ports) section.meaning("ALL_PORTS");
    section.reserved(1);
    ports.segment = segment(section);
    ports.scopes = scopes(section, Structure::kAtsr, out_.table.root_ports.size());
    out_.table.root_ports.push_back(std::move(ports));
  }

  void read_affinity(SectionReader &section) {
    section.reserved(4);
    Rhsa affinity;
    affinity.register_base = section.number("Register base", 8);
    affinity.proximity_domain = static_cast<std::uint32_t>(section.number("Proximity domain", 4));
    if (section.left() != 0) {
      problem(section.offset(), fmt::format("{} bytes too many in RHSA", section.left()));
    }
    place(Structure::kRhsa, out_.table.affinities.size(), section);
    out_.table.affinities.push_back(affinity);
  }

  void read_namespace_device(SectionReader &section) {
    section.reserved(3);
    Andd device;
    device.device_number = static_cast<std::uint8_t>(section.number("Device number", 1));
    const std::size_t at = section.offset();
    const std::size_t bytes = section.left();
    device.object_name = section.text("Object name", bytes);
    if (device.object_name.size() == bytes) problem(at, "Object name: does not end with a NUL");
    place(Structure::kAndd, out_.table.namespace_devices.size(), section);
    out_.table.namespace_devices.push_back(std::move(device));
  }

  void read_translation_cache(SectionReader &section) {
    Satc devices;
    devices.required = section.flags("Flags", 1, kCacheRequired) != 0;
    if (devices.required) section.meaning("ATC_REQUIRED");
    section.reserved(1);
    devices.segment = segment(section);
    devices.scopes = scopes(section, Structure::kSatc, out_.table.translation_caches.size());
    out_.table.translation_caches.push_back(std::move(devices));
  }

  void read_properties(SectionReader &section) {
    Sidp devices;
    section.reserved(2);
    devices.segment = segment(section);
    devices.scopes = scopes(section, Structure::kSidp, out_.table.properties.size());
    out_.table.properties.push_back(std::move(devices));
  }

  static std::uint16_t segment(SectionReader &section) {
    return static_cast<std::uint16_t>(section.number("Segment", 2));
  }

  // What is left of the structure. It is structure `index` of its type.
  std::vector<Scope> scopes(const SectionReader &section, Structure type, std::size_t index) {
    place(type, index, section);
    ScopesReading read = read_scopes(out_.reading, bytes_, section.offset(),
                                     section.offset() + section.left(), type == Structure::kSidp);
    complete_ = complete_ && read.complete;
    for (std::size_t i = 0; i < read.sections.size(); ++i) {
      places_.push_back({{.structure = type, .index = index, .scope = i}, read.sections[i]});
    }
    return std::move(read.scopes);
  }

  void place(Structure type, std::size_t index, const SectionReader &section) {
    places_.push_back({{.structure = type, .index = index}, section.section()});
  }

  void check_rules() {
    for (const Violation &one : violations(out_.table)) {
      const auto found = std::find_if(places_.begin(), places_.end(),
                                      [&](const auto &place) { return place.first == one.place; });
      const Section &section = out_.reading.sections[found->second];
      const Field *field = section.find(one.field);
      problem(field == nullptr ? section.offset : field->offset, to_string(one));
    }
    std::stable_sort(out_.reading.problems.begin(), out_.reading.problems.end(),
                     [](const auto &a, const auto &b) { return a.offset < b.offset; });
  }

  std::span<const std::uint8_t> bytes_;
  DmarReading out_;
  bool complete_ = true;  // every structure and scope has its place
  std::uint64_t last_type_ = 0;
  std::vector<std::pair<Place, std::size_t>> places_;  // section of each
};

}  // namespace

DmarReading read_dmar(std::span<const std::uint8_t> bytes) { return DmarReader(bytes).read(); }

}  // namespace dmar::acpi
