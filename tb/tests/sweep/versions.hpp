// SPDX-License-Identifier: Apache-2.0
// Two versions of what software published, and the step from one to the other: which answer a
// request gets tells which version the unit used.
#ifndef DMAR_SWEEP_VERSIONS_HPP
#define DMAR_SWEEP_VERSIONS_HPP

#include <array>
#include <cstdint>

#include "dmar/config.hpp"
#include "dmar/types.hpp"
#include "memory/memory.hpp"
#include "tables/interrupt_table.hpp"
#include "tables/table_builder.hpp"

namespace dmar::bench {

// What differs between the versions. From kRoot on nothing in memory does: a command changes it.
enum class Change {
  kContext,
  kTable,
  kLeaf,
  kFreedTable,   // in two steps: the leaves move, then their table does, and
  kFreedTables,  // the one above it too, and its page is used for something else
  kSuperPage,    // takes the place of a table, and back
  kInterruptEntry,
  kRoot,
  kTranslation,
  kInterruptTable,
  kInterruptEnable,
};
constexpr bool in_two_steps(Change change) {
  return change == Change::kFreedTable || change == Change::kFreedTables ||
         change == Change::kSuperPage;
}
constexpr bool moves_leaves(Change change) {
  return change == Change::kLeaf || in_two_steps(change);
}
constexpr bool about_interrupts(Change change) {
  return change == Change::kInterruptEntry || change == Change::kInterruptTable ||
         change == Change::kInterruptEnable;
}

class Versions {
 public:
  static constexpr SourceId kDevice = bdf(0, 4, 0);
  static constexpr unsigned kPages = 128;  // probed pages, in one aligned block
  static constexpr unsigned kPagesLog2 = 7;
  static constexpr Iova kFirstPage{0x3'4560'0000};
  static constexpr unsigned kInterruptSize = 5;  // 16 entries

  // Publishes version 0.
  Versions(Memory &memory, const Config &config, Change change);

  [[nodiscard]] Change change() const { return change_; }
  // Writes `version` into memory, as far as it is there.
  void publish(unsigned version);
  // The second step, where a change has two, and what becomes of the tables that it frees.
  void publish_table(unsigned version);
  void reuse_freed(unsigned version);
  // Domain of the device in `version`.
  [[nodiscard]] unsigned domain(unsigned version) const;
  [[nodiscard]] HostAddr root(unsigned version) const;
  [[nodiscard]] bool translating(unsigned version) const;
  [[nodiscard]] HostAddr interrupt_table(unsigned version) const;
  [[nodiscard]] bool remapping(unsigned version) const;
  // Where the access of `request` goes in `version`; of an interrupt, the address of its message.
  [[nodiscard]] std::uint64_t reached(unsigned version, const Request &request) const;

 private:
  void map_all(unsigned tables, unsigned version);

  Memory &memory_;
  Change change_;
  TableBuilder builder_;
  std::array<Domain, 2> domains_;
  std::array<HostAddr, 2> roots_;
  std::array<InterruptTable, 2> interrupts_;
  HostAddr table_entry_;                       // above the probed pages
  std::array<std::uint64_t, 2> table_values_;  // leading to the tables of each domain
  // Of each domain: its table of level 1, and the entry of level 2 that leads there.
  std::array<HostAddr, 2> tables_;
  std::array<HostAddr, 2> upper_;
};

}  // namespace dmar::bench

#endif  // DMAR_SWEEP_VERSIONS_HPP
