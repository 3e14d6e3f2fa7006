// SPDX-License-Identifier: Apache-2.0
// See dmar_read.hpp.
#include "acpi/dmar_read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acpi/dmar_rules.hpp"
#include "acpi/scope_read.hpp"
#include "acpi/section_reader.hpp"
#include "acpi/structure_read.hpp"
#include "acpi/structure_types.hpp"
#include "acpi/table_header.hpp"

namespace dmar::acpi {

namespace {

constexpr std::uint64_t kKnownRevision = 1;

std::uint64_t peek16(std::span<const std::uint8_t> bytes, std::size_t offset) {
  return golden::from_little_endian<std::uint16_t>(bytes.subspan(offset, 2));
}

bool names_ioapic(const DmarTable &table) {
  return std::any_of(table.units.begin(), table.units.end(), [](const Drhd &unit) {
    return std::any_of(unit.scopes.begin(), unit.scopes.end(),
                       [](const Scope &scope) { return scope.type == Scope::Type::kIoapic; });
  });
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
    add_notes();
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
    read_dmar_fields(section, out_.table);
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
    DmarTable &table = out_.table;
    switch (type) {
      case Structure::kDrhd:
        return add(table.units, read_drhd(section), section, type);
      case Structure::kRmrr:
        return add(table.reserved, read_rmrr(section), section, type);
      case Structure::kAtsr:
        return add(table.root_ports, read_atsr(section), section, type);
      case Structure::kRhsa:
        return add(read_rhsa(section), section);
      case Structure::kAndd:
        return add_namespace_device(section);
      case Structure::kSatc:
        return add(table.translation_caches, read_satc(section), section, type);
      case Structure::kSidp:
        return add(table.properties, read_sidp(section), section, type);
    }
  }

  // A structure that ends with scopes.
  template <class Value>
  void add(std::vector<Value> &values, Value value, const SectionReader &section, Structure type) {
    place(type, values.size(), section);
    value.scopes = scopes(section, type, values.size());
    values.push_back(std::move(value));
  }

  void add(const Rhsa &affinity, const SectionReader &section) {
    if (section.left() != 0) {
      problem(section.offset(), fmt::format("{} bytes too many in RHSA", section.left()));
    }
    place(Structure::kRhsa, out_.table.affinities.size(), section);
    out_.table.affinities.push_back(affinity);
  }

  void add_namespace_device(SectionReader &section) {
    const std::size_t at = section.offset() + 4;
    const std::size_t bytes = section.left() - 4;
    Andd device = read_andd(section);
    if (device.object_name.size() == bytes) problem(at, "Object name: does not end with a NUL");
    place(Structure::kAndd, out_.table.namespace_devices.size(), section);
    out_.table.namespace_devices.push_back(std::move(device));
  }

  // What is left of the structure. It is structure `index` of its type.
  std::vector<Scope> scopes(const SectionReader &section, Structure type, std::size_t index) {
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

  void add_notes() {
    const DmarTable &table = out_.table;
    const auto note = [this](const char *text) {
      out_.reading.notes.push_back({kHeaderBytes + 1, text});
    };
    if (table.x2apic_opt_out && !table.interrupt_remapping) {
      note("X2APIC_OPT_OUT means nothing without INTR_REMAP");
    }
    if (table.interrupt_remapping && complete_ && !names_ioapic(table)) {
      note("no scope names an IOAPIC, so Linux will not remap interrupts");
    }
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
