// SPDX-License-Identifier: Apache-2.0
// See claim_rules.hpp.
#include "acpi/claim_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace dmar::acpi {

namespace {

using Type = Scope::Type;

struct Range {
  std::uint64_t first;
  std::uint64_t last;
};

Range registers_of(const Drhd &unit) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max() - unit.register_base;
  return {unit.register_base, unit.register_base + std::min(register_bytes(unit) - 1, most)};
}

// A PCI device: segment, start bus, and each hop of its path.
using PciKey = std::vector<std::uint16_t>;

PciKey key_of(const Drhd &unit, const Scope &scope) {
  PciKey key = {unit.segment, scope.start_bus};
  for (const auto &[device, function] : scope.path) {
    key.push_back(static_cast<std::uint16_t>(device << 8 | function));
  }
  return key;
}

std::string path_text(const Scope &scope) {
  std::string out = fmt::format("{:02X}", scope.start_bus);
  char separator = ':';
  for (const auto &[device, function] : scope.path) {
    out += fmt::format("{}{:02X}.{:X}", separator, device, function);
    separator = '/';
  }
  return out;
}

Place place_of(std::size_t unit, std::optional<std::size_t> scope = std::nullopt) {
  return {.structure = Structure::kDrhd, .index = unit, .scope = scope};
}

// The first scope that names something, and the first of another unit.
class Claims {
 public:
  void add(const Place &place) {
    if (!first_) {
      first_ = place;
    } else if (!other_ && place.index != first_->index) {
      other_ = place;
    }
  }
  [[nodiscard]] const std::optional<Place> &first() const { return first_; }
  // By a unit that is not this one.
  [[nodiscard]] const std::optional<Place> &beside(std::size_t unit) const {
    return first_ && first_->index == unit ? other_ : first_;
  }

 private:
  std::optional<Place> first_;
  std::optional<Place> other_;
};

class ClaimRules {
 public:
  explicit ClaimRules(const DmarTable &table) : table_(table) {}

  std::vector<Violation> check() {
    for_each_scope([this](const Place &place, const Drhd &unit, const Scope &scope) {
      if (scope.type == Type::kSubHierarchy) bridges_[key_of(unit, scope)].add(place);
    });
    for (std::size_t i = 0; i < table_.units.size(); ++i) check_unit(i);
    for_each_scope([this](const Place &place, const Drhd &unit, const Scope &scope) {
      if (scope.type == Type::kEndpoint || scope.type == Type::kSubHierarchy) {
        check_pci(place, unit, scope);
      } else if (scope.type == Type::kIoapic) {
        check_numbered("IOAPIC", place, scope);
      } else if (scope.type == Type::kHpet) {
        check_numbered("HPET", place, scope);
      } else if (scope.type == Type::kNamespaceDevice) {
        check_numbered("namespace device", place, scope);
      }
    });
    return std::move(out_);
  }

 private:
  template <class Visit>
  void for_each_scope(Visit visit) {
    for (std::size_t i = 0; i < table_.units.size(); ++i) {
      const Drhd &unit = table_.units[i];
      for (std::size_t k = 0; k < unit.scopes.size(); ++k) {
        visit(place_of(i, k), unit, unit.scopes[k]);
      }
    }
  }

  void add(const Place &place, Severity severity, std::string field, std::string text) {
    out_.push_back({place, severity, std::move(field), std::move(text)});
  }

  void check_unit(std::size_t index) {
    const Drhd &unit = table_.units[index];
    const Range mine = registers_of(unit);
    const auto overlaps = [&mine](const Range &theirs) {
      return mine.first <= theirs.last && theirs.first <= mine.last;
    };
    const auto theirs = std::find_if(registers_.begin(), registers_.end(), overlaps);
    if (theirs != registers_.end()) {
      const auto other = theirs - registers_.begin();
      add(place_of(index), Severity::kProblem, "Register base",
          mine.first == theirs->first
              ? fmt::format("{:X}h is that of DRHD {} too", mine.first, other)
              : fmt::format("{:X}h to {:X}h overlaps the registers of DRHD {}, {:X}h to {:X}h",
                            mine.first, mine.last, other, theirs->first, theirs->last));
    }
    registers_.push_back(mine);
    const auto all = all_.find(unit.segment);
    if (all == all_.end()) {
      if (unit.include_pci_all) all_.emplace(unit.segment, index);
    } else if (unit.include_pci_all) {
      add(place_of(index), Severity::kProblem, "Flags",
          fmt::format("INCLUDE_PCI_ALL, which DRHD {} has for segment {} too", all->second,
                      unit.segment));
    } else {
      add(place_of(index), Severity::kNote, "",
          fmt::format("comes after DRHD {}, which has INCLUDE_PCI_ALL for segment {} and has to be "
                      "the last",
                      all->second, unit.segment));
    }
  }

  void check_pci(const Place &place, const Drhd &unit, const Scope &scope) {
    PciKey key = key_of(unit, scope);
    Claims &claims = devices_[key];
    if (const auto &other = claims.beside(place.index)) {
      add(place, Severity::kProblem, "Path",
          fmt::format("{} is under DRHD {} too, scope {}", path_text(scope), other->index,
                      *other->scope));
    } else if (claims.first()) {
      add(place, Severity::kNote, "Path",
          fmt::format("{} is scope {} too", path_text(scope), *claims.first()->scope));
    }
    claims.add(place);
    for (key.pop_back(); key.size() > 2; key.pop_back()) {
      const auto bridge = bridges_.find(key);
      if (bridge == bridges_.end() || !bridge->second.beside(place.index)) continue;
      const Place &other = *bridge->second.beside(place.index);
      add(place, Severity::kProblem, "Path",
          fmt::format("{} is behind the bridge that is under DRHD {}, scope {}", path_text(scope),
                      other.index, *other.scope));
      break;
    }
  }

  // Its number is one in the machine. A second scope of the same unit and the same requester takes
  // nothing away.
  void check_numbered(const char *kind, const Place &place, const Scope &scope) {
    const auto [claim, first] = numbers_.try_emplace({scope.type, scope.enumeration_id}, place);
    if (first) return;
    const Place &other = claim->second;
    const Scope &named = table_.units[other.index].scopes[*other.scope];
    const bool same = other.index == place.index && named.start_bus == scope.start_bus &&
                      named.path == scope.path;
    add(place, same ? Severity::kNote : Severity::kProblem, "Enumeration ID",
        fmt::format("{} {} is {} too", kind, scope.enumeration_id, to_string(other)));
  }

  const DmarTable &table_;
  std::vector<Range> registers_;              // of the units so far
  std::map<std::uint16_t, std::size_t> all_;  // the unit with INCLUDE_PCI_ALL of each segment
  std::map<PciKey, Claims> bridges_;
  std::map<PciKey, Claims> devices_;  // of the scopes so far
  std::map<std::pair<Type, std::uint8_t>, Place> numbers_;
  std::vector<Violation> out_;
};

}  // namespace

std::vector<Violation> claim_violations(const DmarTable &table) {
  return ClaimRules(table).check();
}

}  // namespace dmar::acpi
