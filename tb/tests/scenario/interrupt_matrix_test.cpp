// SPDX-License-Identifier: Apache-2.0
// Every value of every field of an interrupt-remapping entry against everything that may happen to
// its request: delivered, absent, refused for its source or for another reserved bit, each recorded
// and hidden by FPD.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "tests/scenario/interrupt_scenario.hpp"

namespace dmar {
namespace {

namespace irte = interrupt_entry;

struct Words {
  std::uint64_t lo = 0;
  std::uint64_t hi = 0;
};

struct Value {
  std::string name;
  Words set;                    // on top of the plain entry
  bool reserved = false;        // refused whatever the rest says
  bool short_ids_only = false;  // reserved only while EIME = 0
};

// SVT and SQ come with their own source field, see entry_of().
std::vector<Value> values() {
  std::vector<Value> all{{.name = "DM", .set = {.lo = irte::kLogical}},
                         {.name = "RH", .set = {.lo = irte::kRedirectionHint}},
                         {.name = "TM", .set = {.lo = irte::kLevel}},
                         {.name = "IM", .set = {.lo = irte::kPosted}, .reserved = true},
                         {.name = "bit 12", .set = {.lo = bit(12)}, .reserved = true},
                         {.name = "bit 24", .set = {.lo = bit(24)}, .reserved = true},
                         {.name = "bit 32", .set = {.lo = bit(32)}, .short_ids_only = true},
                         {.name = "bit 48", .set = {.lo = bit(48)}, .short_ids_only = true},
                         {.name = "bit 84", .set = {.hi = bit(20)}, .reserved = true}};
  for (std::uint64_t mode = 0; mode < 8; ++mode) {
    all.push_back({.name = fmt::format("DLM {}", mode),
                   .set = {.lo = mode << 5},
                   .reserved = mode == 3 || mode == 6});
  }
  for (std::uint64_t verification = 0; verification < 16; ++verification) {
    all.push_back({.name = fmt::format("SVT {}, SQ {}", verification >> 2, verification & 3),
                   .set = {.hi = verification << 16}});
  }
  return all;
}

enum class Defect { kNone, kAbsent, kSource, kReservedBit };

class InterruptMatrix : public InterruptScenario {
 protected:
  // The entry for a request of kDevice, or of somebody else.
  static Words entry_of(const Value &value, Defect defect, bool fpd) {
    const bool right = defect != Defect::kSource;
    const bool range = irte::source_validation(value.set.hi) == irte::kBusRange;
    const std::uint64_t bus = right ? 0x0000 : 0x7F7F;  // from and to
    const std::uint64_t source = range ? bus : right ? kDevice.raw() : kOther.raw();
    Words words{.lo = InterruptEntry{.fpd = fpd, .destination = 0x500}.lo() | value.set.lo,
                .hi = source | value.set.hi};
    if (defect == Defect::kAbsent) words.lo &= ~irte::kPresent;
    if (defect == Defect::kReservedBit) words.hi |= bit(63);
    return words;
  }

  // In the order of the checks (VT-d 5.1.4.1); kNone: the interrupt is delivered.
  static FaultReason expected(const Value &value, Defect defect, bool extended) {
    const unsigned verification = irte::source_validation(value.set.hi);
    if (defect == Defect::kAbsent) return FaultReason::kInterruptEntryNotPresent;
    if (verification == 3) return FaultReason::kInterruptEntryReserved;
    if (defect == Defect::kSource && verification != irte::kAnySource) {
      return FaultReason::kInterruptSourceInvalid;
    }
    const bool reserved = value.reserved || (value.short_ids_only && !extended);
    if (reserved || defect == Defect::kReservedBit) return FaultReason::kInterruptEntryReserved;
    return FaultReason::kNone;
  }

  void check(const Value &value, Defect defect, bool fpd, bool extended) {
    SCOPED_TRACE(fmt::format("{}, defect {}, FPD {}, EIME {}", value.name, static_cast<int>(defect),
                             fpd, extended));
    // Then the entry has another format; posted_faults_test.cpp has its bits.
    if (config().posted_interrupts && (value.set.lo & irte::kPosted) != 0) return;
    const unsigned index = fresh_index();
    const Words words = entry_of(value, defect, fpd);
    table().set_raw(index, words.lo, words.hi);
    const FaultReason reason = expected(value, defect, extended);
    if (reason == FaultReason::kNone) {
      const Completion completion = access(interrupt(index));
      EXPECT_THAT(completion, IsOkay());
      EXPECT_TRUE(completion.interrupt.has_value());
    } else if (fpd) {
      expect_unrecorded_fault(interrupt(index), reason);
    } else {
      expect_fault(interrupt(index), reason);
    }
  }

  void check_all(bool extended) {
    std::vector<Value> all = values();
    // Without a verification of its own a value is checked with that of the whole source id.
    for (Value &value : all) {
      if (!value.name.starts_with("SVT")) value.set.hi |= std::uint64_t{irte::kSourceId} << 18;
    }
    for (const Value &value : all) {
      for (const Defect defect :
           {Defect::kNone, Defect::kAbsent, Defect::kSource, Defect::kReservedBit}) {
        for (const bool fpd : {false, true}) check(value, defect, fpd, extended);
      }
    }
  }
};

TEST_P(InterruptMatrix, ShortIds) {
  start_remapping();
  check_all(false);
}

// Without the capability the mode bit is not there, and ids stay short.
TEST_P(InterruptMatrix, LongIds) {
  start_remapping(kLargest, true);
  check_all(config().extended_interrupt_mode);
}

DMAR_INTERRUPT_SCENARIO(InterruptMatrix);

}  // namespace
}  // namespace dmar
