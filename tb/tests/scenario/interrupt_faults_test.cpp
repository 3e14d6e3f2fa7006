// SPDX-License-Identifier: Apache-2.0
// Faults of interrupt requests (VT-d 5.1.4.1, 7.1.3): each with its record and FPD, the order of
// checks, and what faults do to records and events.
#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/scenario/interrupt_scenario.hpp"

namespace dmar {
namespace {

using R = FaultReason;
using ::testing::ElementsAre;

class InterruptFaults : public InterruptScenario {
 protected:
  // A request and the entry it meets, spoilt step by step.
  struct Case {
    Request request;
    InterruptEntry entry;
    std::uint64_t more_lo = 0;
    bool unreadable = false;
  };
  struct Defect {
    std::string name;
    R reason;
    std::function<void(Case &)> spoil;
  };
  static constexpr unsigned kSize = 7;  // 256 entries

  // In the order in which the unit looks for them.
  static std::vector<Defect> defects() {
    return {
        {"not a DWORD", R::kInterruptRequestInvalid, [](Case &c) { c.request.bytes = 8; }},
        {"compatibility format", R::kInterruptCompatibilityBlocked,
         [](Case &c) { c.request.address = Iova(c.request.address.raw() & ~std::uint64_t{16}); }},
        {"reserved request bit", R::kInterruptRequestReserved,
         [](Case &c) {
           c.request.address = Iova(c.request.address.raw() | 8);
           c.request.message_data |= 0x8000'0000;
         }},
        {"index beyond table", R::kInterruptIndexBeyondTable,
         [](Case &c) { c.request.address = Iova(c.request.address.raw() | bit(13)); }},
        {"unreadable", R::kInterruptEntryAccess, [](Case &c) { c.unreadable = true; }},
        {"absent", R::kInterruptEntryNotPresent, [](Case &c) { c.entry.present = false; }},
        {"SVT=11", R::kInterruptEntryReserved, [](Case &c) { c.entry.source_validation = 3; }},
        {"source", R::kInterruptSourceInvalid,
         [](Case &c) {
           c.entry.source_id = kOther;
           c.entry.source_validation |= 1;
         }},
        {"reserved entry bit", R::kInterruptEntryReserved, [](Case &c) { c.more_lo |= bit(12); }},
        // Reserved in either format.
        {"posted", R::kInterruptEntryReserved, [](Case &c) { c.more_lo |= bit(15) | bit(24); }},
        {"delivery mode", R::kInterruptEntryReserved, [](Case &c) { c.entry.delivery_mode = 3; }},
        {"destination", R::kInterruptEntryReserved, [](Case &c) { c.entry.destination = 1; }},
    };
  }

  Case good_case() {
    const unsigned index = fresh_index() & 0xFF;
    return {.request = interrupt(index), .entry = {.source_id = kDevice, .source_validation = 1}};
  }
  // Puts the entry at the index that the request names and carries it out.
  void expect_case(const Case &c, R reason) {
    const std::uint64_t address = c.request.address.raw();
    const unsigned index = field(address, 19, 5);
    table().set_raw(index, c.entry.lo() | c.more_lo, c.entry.hi());
    const HostAddr place = table().entry_address(index);
    if (c.unreadable) memory().inject_error(place, HostAddr(place.raw() + 15));
    if (c.entry.fpd && reason != R::kInterruptEntryAccess && suppressible(reason)) {
      expect_unrecorded_fault(c.request, reason);
    } else {
      expect_fault(c.request, reason);
    }
    memory().clear_errors();
  }
  static bool suppressible(R reason) {
    return reason == R::kInterruptEntryNotPresent || reason == R::kInterruptEntryReserved ||
           reason == R::kInterruptSourceInvalid;
  }
};

// Alone, and with FPD in the entry: only what follows from the entry itself is suppressed.
TEST_P(InterruptFaults, EachDefectWithAndWithoutFpd) {
  start_remapping(kSize);
  for (const Defect &defect : defects()) {
    for (const bool fpd : {false, true}) {
      SCOPED_TRACE(fmt::format("{}, FPD {}", defect.name, fpd));
      Case c = good_case();
      c.entry.fpd = fpd;
      defect.spoil(c);
      expect_case(c, defect.reason);
    }
  }
}

// The earlier one of every pair is reported.
TEST_P(InterruptFaults, PairsOfDefects) {
  start_remapping(kSize);
  const std::vector<Defect> all = defects();
  for (std::size_t first = 0; first < all.size(); ++first) {
    for (std::size_t second = first + 1; second < all.size(); ++second) {
      SCOPED_TRACE(fmt::format("{} and {}", all[first].name, all[second].name));
      Case c = good_case();
      all[second].spoil(c);
      all[first].spoil(c);
      expect_case(c, all[first].reason);
    }
  }
}

// Half an entry that cannot be read is an entry that cannot be read.
TEST_P(InterruptFaults, AccessErrorOfEitherHalf) {
  start_remapping(kSize);
  table().set(9, {});
  for (const unsigned half : {0U, 8U}) {
    const HostAddr at(table().entry_address(9).raw() + half);
    memory().inject_error(at, HostAddr(at.raw() + 7));
    expect_fault(interrupt(9), R::kInterruptEntryAccess);
    memory().clear_errors();
  }
  EXPECT_THAT(access(interrupt(9)), Delivers(delivered({})));
}

// The fault event is the unit's own message: it is not remapped.
TEST_P(InterruptFaults, EventIsNotRemapped) {
  constexpr Message kEvent{.address = 0xFEE0'1010, .data = 0x4031};
  start_remapping(kSize);
  driver().set_event(reg::kFectl, kEvent);
  EXPECT_THAT(access(interrupt(7)), Faults(R::kInterruptEntryNotPresent));
  unit().settle();
  EXPECT_THAT(unit().take_messages(), ElementsAre(kEvent));
  EXPECT_EQ(driver().read32(reg::kFectl), 0U);
}

// Interrupt and translation faults share the records, in order of their coming, and collapse alike.
TEST_P(InterruptFaults, RecordsAreSharedWithTranslation) {
  start_remapping(kSize);
  start();
  const Request first = interrupt(7);
  const Request second = read_of(kIova, 16, kOther);
  const Request again = interrupt(8);
  EXPECT_THAT(access(first), Faults(R::kInterruptEntryNotPresent));
  EXPECT_THAT(access(second), Faults(R::kRootNotPresent));
  EXPECT_THAT(access(again), Faults(R::kInterruptEntryNotPresent));
  std::vector<FaultEntry> expected{expected_record(config(), first, R::kInterruptEntryNotPresent),
                                   expected_record(config(), second, R::kRootNotPresent)};
  if (!config().collapse_faults) {
    expected.push_back(expected_record(config(), again, R::kInterruptEntryNotPresent));
  }
  EXPECT_EQ(driver().drain_faults(), expected);
}

// The next record is the first one again only when neither function is on.
TEST_P(InterruptFaults, RecordIndexRestartsWhenAllIsOff) {
  start_remapping(kSize);
  const auto fault_lands_in = [&](unsigned record) {
    EXPECT_THAT(access(write_of(Iova(0xFEE0'0000), 8)), Faults(R::kInterruptRequestInvalid));
    EXPECT_TRUE(driver().record(record).valid()) << record;
    driver().drain_faults();
  };
  fault_lands_in(0);
  fault_lands_in(1);
  driver().set_root_pointer(tables().root_table());
  driver().invalidate_all();
  driver().enable_translation();
  fault_lands_in(2);
  driver().disable_interrupt_remapping();
  fault_lands_in(3);
  driver().enable_interrupt_remapping();
  driver().disable_translation();
  fault_lands_in(4 % config().fault_records);
  driver().disable_interrupt_remapping();
  fault_lands_in(0);
  driver().enable_interrupt_remapping();
  fault_lands_in(0);
}

DMAR_INTERRUPT_SCENARIO(InterruptFaults);

}  // namespace
}  // namespace dmar
