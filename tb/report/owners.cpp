// SPDX-License-Identifier: Apache-2.0
// See owners.hpp.
#include "report/owners.hpp"

#include <algorithm>
#include <span>

#include "dmar/registers.hpp"
#include "dmar/structures.hpp"
#include "golden/little_endian.hpp"

namespace dmar::report {

namespace {

constexpr std::size_t kTableBytes = 4096;
constexpr std::size_t kMostFunctions = 1024;

class TablePage {
 public:
  TablePage(MemoryBus &memory, std::uint64_t address)
      : there_(memory.read(HostAddr(address), bytes_)) {}

  [[nodiscard]] std::uint64_t word(std::size_t n) const {
    if (!there_) return 0;
    return golden::from_little_endian<std::uint64_t>(
        std::span<const std::uint8_t>(bytes_).subspan(8 * n, 8));
  }

 private:
  std::array<std::uint8_t, kTableBytes> bytes_{};
  bool there_;
};

class DomainWalk {
 public:
  DomainWalk(const Config &config, MemoryBus &memory, DomainTable &table)
      : config_(config), memory_(memory), table_(table) {}

  void table(std::uint64_t address, unsigned level, std::uint64_t iova, bool read, bool write) {
    if (table_.tables == kMostTablePages) {
      table_.whole = false;
      return;
    }
    ++table_.tables;
    const TablePage page(memory_, address);
    for (std::size_t i = 0; i < kTableBytes / 8; ++i) {
      const std::uint64_t entry = page.word(i);
      const bool may_read = read && (entry & second_stage::kRead) != 0;
      const bool may_write = write && (entry & second_stage::kWrite) != 0;
      if ((entry & (second_stage::kRead | second_stage::kWrite)) == 0) continue;
      if (second_stage::reserved(entry, level, config_) & entry) continue;  // faults
      const std::uint64_t at = iova | std::uint64_t{i} << second_stage::index_shift(level);
      const std::uint64_t target = second_stage::address(entry, level, config_);
      if (second_stage::is_leaf(entry, level)) {
        leaf(at, target, level, may_read, may_write);
      } else {
        table(target, level - 1, at, may_read, may_write);
      }
    }
  }

 private:
  void leaf(std::uint64_t iova, std::uint64_t host, unsigned level, bool read, bool write) {
    const std::uint64_t bytes = std::uint64_t{1} << second_stage::index_shift(level);
    ++table_.pages[level - 1];
    table_.bytes += bytes;
    const bool joins =
        open_ && end_ == iova && host_end_ == host && read_ == read && write_ == write;
    open_ = true;
    end_ = iova + bytes;
    host_end_ = host + bytes;
    read_ = read;
    write_ = write;
    if (!joins) {
      ++table_.range_count;
      if (table_.ranges.size() < kMostRanges) {
        table_.ranges.push_back(
            {.iova = iova, .host = host, .bytes = bytes, .read = read, .write = write});
      }
    } else if (table_.range_count <= table_.ranges.size()) {
      table_.ranges.back().bytes += bytes;
    }
  }

  const Config &config_;
  MemoryBus &memory_;
  DomainTable &table_;
  bool open_ = false;  // there was a page; where it ended, and its rights
  std::uint64_t end_ = 0;
  std::uint64_t host_end_ = 0;
  bool read_ = false;
  bool write_ = false;
};

class Look {
 public:
  Look(const Config &config, MemoryBus &memory, Owners &owners)
      : config_(config), memory_(memory), owners_(owners) {}

  void root(std::uint64_t address) {
    const TablePage page(memory_, address);
    for (unsigned bus = 0; bus < 256; ++bus) {
      const std::uint64_t lo = page.word(2 * bus);
      if ((lo & root_entry::kPresent) == 0) continue;
      context_table(bus, root_entry::context_table(lo, config_));
    }
  }

  void interrupts(std::uint64_t irta) {
    const std::uint64_t entries = irta::entries(irta);
    owners_.interrupt_entries = entries;
    for (std::uint64_t index = 0; index < entries; index += kTableBytes / 16) {
      const TablePage page(memory_, owners_.interrupt_table + index * 16);
      const std::uint64_t here = std::min<std::uint64_t>(kTableBytes / 16, entries - index);
      for (std::uint64_t i = 0; i < here; ++i) {
        const std::uint64_t lo = page.word(2 * i);
        if ((lo & interrupt_entry::kPresent) == 0) continue;
        interrupt(static_cast<std::uint32_t>(index + i), page.word(2 * i + 1));
      }
    }
  }

 private:
  void context_table(unsigned bus, std::uint64_t address) {
    const TablePage page(memory_, address);
    for (unsigned devfn = 0; devfn < 256; ++devfn) {
      const std::uint64_t lo = page.word(2 * devfn);
      if ((lo & context_entry::kPresent) == 0 || owners_.functions.size() == kMostFunctions) {
        continue;
      }
      function(SourceId(static_cast<std::uint16_t>(bus << 8 | devfn)), lo,
               page.word(2 * devfn + 1));
    }
  }

  void function(SourceId source, std::uint64_t lo, std::uint64_t hi) {
    OwnedFunction owned{.source = source,
                        .domain = context_entry::domain(hi),
                        .faults_disabled = (lo & context_entry::kFpd) != 0};
    const unsigned type = context_entry::translation_type(lo);
    const unsigned width = context_entry::address_width(hi);
    const bool known = width <= 4 && (config_.sagaw >> width & 1) != 0;
    if (type == context_entry::kPassThrough && config_.pass_through) {
      owned.how = OwnedFunction::How::kPassThrough;
    } else if (type == context_entry::kSecondStage && known) {
      owned.table = table(context_entry::table(lo, config_), width + second_stage::kTopOfAw);
    } else {
      owned.how = OwnedFunction::How::kUnusable;
    }
    owners_.functions.push_back(owned);
  }

  std::size_t table(std::uint64_t root, unsigned levels) {
    const auto found = std::ranges::find_if(owners_.tables, [&](const DomainTable &table) {
      return table.root == root && table.levels == levels;
    });
    if (found != owners_.tables.end()) {
      return static_cast<std::size_t>(found - owners_.tables.begin());
    }
    owners_.tables.push_back({.root = root, .levels = levels});
    DomainWalk(config_, memory_, owners_.tables.back()).table(root, levels, 0, true, true);
    return owners_.tables.size() - 1;
  }

  void interrupt(std::uint32_t index, std::uint64_t hi) {
    const unsigned validation = interrupt_entry::source_validation(hi);
    const SourceId source =
        validation == interrupt_entry::kAnySource ? SourceId(0) : interrupt_entry::source_id(hi);
    auto found = std::ranges::find_if(owners_.interrupts, [&](const InterruptOwner &owner) {
      return owner.source == source && owner.validation == validation;
    });
    if (found == owners_.interrupts.end()) {
      if (owners_.interrupts.size() == kMostFunctions) return;
      owners_.interrupts.push_back({.source = source, .validation = validation});
      found = std::prev(owners_.interrupts.end());
    }
    ++found->count;
    if (found->indices.size() < kMostIndices) found->indices.push_back(index);
  }

  const Config &config_;
  MemoryBus &memory_;
  Owners &owners_;
};

}  // namespace

std::uint64_t Owners::functions_with_memory() const {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(functions, [this](const OwnedFunction &function) {
        return function.how == OwnedFunction::How::kPassThrough ||
               (function.table && tables[*function.table].bytes != 0);
      }));
}

Owners look_at_tables(const Config &config, const golden::ControlState &control, MemoryBus &memory,
                      std::uint64_t cycle) {
  Owners owners{.cycle = cycle,
                .translating = control.translation_enabled,
                .table_mode = rtaddr::ttm(control.root_table),
                .root = control.root_table & rtaddr::kRta,
                .remapping_interrupts = control.interrupt_enabled,
                .interrupt_table = control.interrupt_table & irta::kTable};
  Look look(config, memory, owners);
  if (owners.translating && owners.table_mode == rtaddr::kLegacy) look.root(owners.root);
  if (owners.remapping_interrupts) look.interrupts(control.interrupt_table);
  return owners;
}

}  // namespace dmar::report
