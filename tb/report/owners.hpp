// SPDX-License-Identifier: Apache-2.0
// Who owns what, by the tables in memory: which function has which domain, what that domain maps,
// and whose interrupts may go where. Read as the unit would read them.
#ifndef DMAR_REPORT_OWNERS_HPP
#define DMAR_REPORT_OWNERS_HPP

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "dmar/memory_bus.hpp"
#include "golden/translate.hpp"

namespace dmar::report {

struct MappedRange {
  std::uint64_t iova = 0;
  std::uint64_t host = 0;
  std::uint64_t bytes = 0;
  bool read = false;
  bool write = false;
};

// A second-stage table.
struct DomainTable {
  std::uint64_t root = 0;
  unsigned levels = 0;
  std::array<std::uint64_t, 3> pages = {};  // of 4 KiB, 2 MiB, 1 GiB
  std::uint64_t bytes = 0;                  // mapped
  std::uint64_t tables = 0;                 // pages of the table itself
  std::vector<MappedRange> ranges = {};     // the first of them, by address
  std::uint64_t range_count = 0;
  bool whole = true;  // false: larger than was looked at
};

struct OwnedFunction {
  enum class How : std::uint8_t { kTranslated, kPassThrough, kUnusable };
  SourceId source = {};
  DomainId domain = {};
  How how = How::kTranslated;
  std::optional<std::size_t> table = {};  // index into Owners::tables
  bool faults_disabled = false;           // FPD
};

struct InterruptOwner {
  SourceId source = {};                     // or the first and last bus number
  unsigned validation = 0;                  // SVT
  std::vector<std::uint32_t> indices = {};  // the first of them
  std::uint64_t count = 0;
};

struct Owners {
  std::uint64_t cycle = 0;
  bool translating = false;
  unsigned table_mode = 0;
  std::uint64_t root = 0;
  std::vector<OwnedFunction> functions = {};
  std::vector<DomainTable> tables = {};
  bool remapping_interrupts = false;
  std::uint64_t interrupt_table = 0;
  std::uint64_t interrupt_entries = 0;  // of the table
  std::vector<InterruptOwner> interrupts = {};

  // More is more worth showing.
  [[nodiscard]] std::uint64_t functions_with_memory() const;
};

inline constexpr std::size_t kMostRanges = 48;        // kept for each table
inline constexpr std::size_t kMostTablePages = 8192;  // looked at for each table
inline constexpr std::size_t kMostIndices = 16;       // kept for each source

Owners look_at_tables(const Config &config, const golden::ControlState &control, MemoryBus &memory,
                      std::uint64_t cycle);

}  // namespace dmar::report

#endif  // DMAR_REPORT_OWNERS_HPP
