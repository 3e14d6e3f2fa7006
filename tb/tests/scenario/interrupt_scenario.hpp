// SPDX-License-Identifier: Apache-2.0
// The fixture of interrupt remapping: a table, remapping switched on, requests by index, and what
// an entry makes of them.
#ifndef DMAR_TESTS_SCENARIO_INTERRUPT_SCENARIO_HPP
#define DMAR_TESTS_SCENARIO_INTERRUPT_SCENARIO_HPP

#include "tables/interrupt_table.hpp"
#include "tests/scenario/scenario.hpp"

namespace dmar {

// The message that `entry` stands for, by the layout of the architecture (VT-d 5.1.5).
constexpr Message delivered(const InterruptEntry &entry, bool extended = false) {
  const std::uint64_t id =
      extended ? entry.destination : (std::uint64_t{entry.destination} >> 8) & 0xFF;
  return {.address = 0xFEE0'0000 | (id >> 8) << 40 | (id & 0xFF) << 12 |
                     std::uint64_t{entry.redirection_hint} << 3 | std::uint64_t{entry.logical} << 2,
          .data = entry.vector | entry.delivery_mode << 8 | 1U << 14 |
                  static_cast<std::uint32_t>(entry.level) << 15};
}

// Done, and nothing left the unit in its place.
MATCHER(IsPosted, "is posted") {
  return arg.status == Completion::Status::kOkay && arg.reason == FaultReason::kNone &&
         !arg.interrupt && !arg.address;
}

class InterruptScenario : public Scenario {
 protected:
  static constexpr HostAddr kTable{0x3000'0000};
  static constexpr unsigned kLargest = 15;  // size exponent of 65536 entries

  // Queue, table and remapping on, in this order, as an operating system does it.
  void start_remapping(unsigned size_exponent = kLargest, bool extended = false) {
    driver().enable_queue();
    use_table(size_exponent, extended);
    driver().enable_interrupt_remapping();
  }
  // Another size or mode of the table, also while remapping is on; the queue must be.
  void use_table(unsigned size_exponent, bool extended = false, HostAddr base = kTable) {
    driver().set_interrupt_table(base, size_exponent, extended);
    driver().invalidate(InterruptScope{});
  }
  // All of memory is there: an index beyond the size in force has an entry too.
  [[nodiscard]] InterruptTable table(HostAddr base = kTable) { return {memory(), base, kLargest}; }

  // An entry no earlier request has used, so that nothing about it is cached.
  unsigned fresh_index() { return next_index_++; }

  static Request interrupt(unsigned index, SourceId source_id = kDevice) {
    return interrupt_of(remappable_message(index), source_id);
  }
  // Writes `entry` to a fresh index and expects the message it stands for.
  void expect_delivered(const InterruptEntry &entry, bool extended = false) {
    const unsigned index = fresh_index();
    table().set(index, entry);
    EXPECT_THAT(access(interrupt(index)), Delivers(delivered(entry, extended)));
  }
  // The same for an entry that faults, with its record.
  void expect_entry_fault(const InterruptEntry &entry, FaultReason reason,
                          std::uint64_t more_lo = 0, std::uint64_t more_hi = 0) {
    const unsigned index = fresh_index();
    table().set_raw(index, entry.lo() | more_lo, entry.hi() | more_hi);
    expect_fault(interrupt(index), reason);
  }

 private:
  unsigned next_index_ = 0x100;
};

}  // namespace dmar

// Runs a suite where interrupts can be remapped.
#define DMAR_INTERRUPT_SCENARIO(suite) \
  DMAR_SCENARIO_WITH(                  \
      suite, +[](const ::dmar::Config &config) { return config.interrupt_remapping; })

#endif  // DMAR_TESTS_SCENARIO_INTERRUPT_SCENARIO_HPP
