// SPDX-License-Identifier: Apache-2.0
// See dmar_read.hpp.
#include "acpi/dmar_read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "acpi/dmar_rules.hpp"
#include "acpi/scope_read.hpp"
#include "acpi/section_reader.hpp"
#include "acpi/structure_read.hpp"
#include "acpi/structure_types.hpp"
#include "acpi/table_header.hpp"

namespace dmar::acpi {

namespace {

// 1 by the architecture; client firmware since about 2020 writes 2. Software looks at neither.
constexpr std::uint64_t kFirstRevision = 1;
constexpr std::uint64_t kLastRevision = 2;

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
    check_revision();
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
    check_flags();
    sort(out_.reading.problems);
    sort(out_.reading.notes);
    return std::move(out_);
  }

 private:
  void problem(std::size_t offset, std::string text) {
    out_.reading.problems.push_back({offset, std::move(text)});
  }

  void note(std::size_t offset, std::string text) {
    out_.reading.notes.push_back({offset, std::move(text)});
  }

  void check_revision() {
    const Field &field = *out_.reading.sections[0].find("Revision");
    const auto revision = std::get<std::uint64_t>(field.value);
    if (revision >= kFirstRevision && revision <= kLastRevision) return;
    note(field.offset,
         fmt::format("Revision: {}, known are {} and {}", revision, kFirstRevision, kLastRevision));
  }

  void read_fixed() {
    SectionReader section(out_.reading, bytes_,
                          {.title = "DMA remapping reporting",
                           .offset = kHeaderBytes,
                           .bytes = kDmarFixedBytes - kHeaderBytes});
    places_.emplace(Place{}, section.section());
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
    const std::string name = known ? to_string(next_place(static_cast<Structure>(type)))
                                   : fmt::format("structure of type {}", type);
    if (length < least || length > left) {
      problem(at + 2, length < least
                          ? fmt::format("{}: Length: {}, at least {}", name, length, least)
                          : fmt::format("{}: Length: {}, but the table ends after {} bytes", name,
                                        length, left));
      complete_ = false;
      if (known) ++broken_.at(type);
      return length < kStructureHeadBytes || length > left ? 0 : length;
    }
    if (type < last_type_) {
      note(at, fmt::format("{}: Type: {} after {}, structures come in the order of their types",
                           name, type, last_type_));
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
    SectionReader section(out_.reading, bytes_,
                          {.title = "Structure", .offset = at, .bytes = length});
    section.number("Type", 2);
    section.number("Length", 2);
    note(at, fmt::format("Type: {} is unknown, the structure is left out", type));
  }

  void read_known(Structure type, std::size_t at, std::size_t length) {
    const Place place = next_place(type);
    SectionReader section(out_.reading, bytes_,
                          {.title = fmt::format("{}, {}", info(type).name, info(type).title),
                           .offset = at,
                           .bytes = length,
                           .owner = to_string(place)});
    places_.emplace(place, section.section());
    section.number("Type", 2);
    section.number("Length", 2);
    section.meaning(fmt::format("{} bytes", length));
    DmarTable &table = out_.table;
    switch (type) {
      case Structure::kDrhd:
        return add(table.units, read_drhd(section), section, place);
      case Structure::kRmrr:
        return add(table.reserved, read_rmrr(section), section, place);
      case Structure::kAtsr:
        return add(table.root_ports, read_atsr(section), section, place);
      case Structure::kRhsa:
        return add(read_rhsa(section), section, place);
      case Structure::kAndd:
        return add_namespace_device(section, place);
      case Structure::kSatc:
        return add(table.translation_caches, read_satc(section), section, place);
      case Structure::kSidp:
        return add(table.properties, read_sidp(section), section, place);
    }
  }

  // A structure that ends with scopes.
  template <class Value>
  void add(std::vector<Value> &values, Value value, const SectionReader &section,
           const Place &place) {
    value.scopes = scopes(section, place);
    values.push_back(std::move(value));
  }

  void add(const Rhsa &affinity, const SectionReader &section, const Place &place) {
    if (section.left() != 0) {
      note(section.offset(),
           fmt::format("{}: Length: {} bytes too many", to_string(place), section.left()));
    }
    out_.table.affinities.push_back(affinity);
  }

  void add_namespace_device(SectionReader &section, const Place &place) {
    const std::size_t at = section.offset() + 4;
    const std::size_t bytes = section.left() - 4;
    Andd device = read_andd(section);
    if (device.object_name.size() == bytes) {
      problem(at, fmt::format("{}: Object name: does not end with a NUL", to_string(place)));
    }
    out_.table.namespace_devices.push_back(std::move(device));
  }

  // What is left of the structure at `owner`.
  std::vector<Scope> scopes(const SectionReader &section, const Place &owner) {
    ScopesReading read = read_scopes(out_.reading, bytes_, section.offset(),
                                     section.offset() + section.left(), owner);
    complete_ = complete_ && read.complete;
    for (std::size_t i = 0; i < read.sections.size(); ++i) {
      Place place = owner;
      place.scope = i;
      places_.emplace(place, read.sections[i]);
    }
    return std::move(read.scopes);
  }

  // Of the next structure of this type.
  [[nodiscard]] Place next_place(Structure type) const {
    const DmarTable &table = out_.table;
    const std::size_t counts[] = {
        table.units.size(),      table.reserved.size(),          table.root_ports.size(),
        table.affinities.size(), table.namespace_devices.size(), table.translation_caches.size(),
        table.properties.size()};
    const auto index = static_cast<std::size_t>(type);
    return {.structure = type, .index = counts[index] + broken_.at(index)};
  }

  void check_rules() {
    for (const Violation &one : violations(out_.table)) {
      const Section &section = out_.reading.sections[places_.at(one.place)];
      const Field *field = section.find(one.field);
      auto &findings =
          one.severity == Severity::kProblem ? out_.reading.problems : out_.reading.notes;
      findings.push_back({field == nullptr ? section.offset : field->offset, to_string(one)});
    }
  }

  static void sort(std::vector<Finding> &findings) {
    std::stable_sort(findings.begin(), findings.end(),
                     [](const auto &a, const auto &b) { return a.offset < b.offset; });
  }

  // Flags that do not go with each other, or with the rest of the table.
  void check_flags() {
    const DmarTable &table = out_.table;
    const auto add = [this](const char *text) {
      note(kHeaderBytes + 1, fmt::format("Flags: {}", text));
    };
    if (table.x2apic_opt_out && !table.interrupt_remapping) {
      add("X2APIC_OPT_OUT means nothing without INTR_REMAP");
    }
    if (table.dma_remap_opt_out && !table.interrupt_remapping) {
      add("DMA_REMAP_OPT_OUT without INTR_REMAP leaves nothing that may be remapped");
    }
    if (table.dma_remap_opt_out && table.platform_opt_in) {
      add("DMA_CTRL_PLATFORM_OPT_IN asks for DMA remapping, DMA_REMAP_OPT_OUT forbids it");
    }
    if (table.interrupt_remapping && complete_ && !names_ioapic(table)) {
      add("INTR_REMAP, but no scope names an IOAPIC, so Linux will not remap interrupts");
    }
  }

  std::span<const std::uint8_t> bytes_;
  DmarReading out_;
  bool complete_ = true;  // every structure and scope has its place
  std::uint64_t last_type_ = 0;
  std::map<Place, std::size_t> places_;                   // section of each
  std::array<std::size_t, kStructures.size()> broken_{};  // left out, of each type
};

}  // namespace

DmarReading read_dmar(std::span<const std::uint8_t> bytes) { return DmarReader(bytes).read(); }

}  // namespace dmar::acpi
