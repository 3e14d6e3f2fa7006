// SPDX-License-Identifier: Apache-2.0
// What counts as "exactly one DWORD" (VT-d 5.1.4) where a beat may be wider than what it writes:
// its enabled bytes say so, not its size.
#include <fmt/format.h>

#include "tests/scenario/interrupt_scenario.hpp"

namespace dmar {
namespace {

constexpr unsigned kBeats[] = {4, 8, 16};
constexpr unsigned kLanes[] = {0, 4, 8, 12};
constexpr FaultReason kInvalid = FaultReason::kInterruptRequestInvalid;

Request in_beat(Request request, unsigned beat_bytes) {
  request.beat_bytes = static_cast<std::uint8_t>(beat_bytes);
  return request;
}

class InterruptBeat : public Scenario {};

TEST_P(InterruptBeat, DwordOfAnyBeatLeavesAsMessage) {
  for (const bool translating : {false, true}) {
    if (translating) start();
    for (const unsigned beat : kBeats) {
      for (const unsigned lane : kLanes) {
        SCOPED_TRACE(fmt::format("translating {}, beat {}, lane {}", translating, beat, lane));
        const Message message{0xFEE0'1230 + lane, 0x8003'4041 + lane};
        EXPECT_THAT(access(in_beat(interrupt_of(message, kDevice), beat)), Delivers(message));
      }
    }
  }
  EXPECT_EQ(driver().fault_status(), 0U);
}

// All but the whole one of the 16 sets of enabled bytes, also none.
TEST_P(InterruptBeat, FewerEnabledBytesFault) {
  for (const unsigned beat : kBeats) {
    for (const unsigned lane : kLanes) {
      for (std::uint16_t disabled = 1; disabled < 16; ++disabled) {
        SCOPED_TRACE(fmt::format("beat {}, lane {}, disabled {:04b}", beat, lane, disabled));
        Request request = in_beat(interrupt_of({0xFEE0'1000 + lane, 0x4041}, kDevice), beat);
        request.disabled = disabled;
        expect_fault(request, kInvalid);
      }
    }
  }
}

// Two DWORDs of one beat, with and without bytes that are not enabled: one DWORD remains only
// where four bytes of it do.
TEST_P(InterruptBeat, EightBytesFault) {
  for (const std::uint16_t disabled : {0x00, 0x01, 0x10, 0x80, 0x81, 0x3C, 0x7E}) {
    Request request = write_of(Iova(0xFEE0'1008), 8);
    request.disabled = disabled;
    expect_fault(request, kInvalid);
  }
}

// An ordinary write keeps its shape: what is not enabled stays as it was.
TEST_P(InterruptBeat, OrdinaryWritesAreNoMatterOfIt) {
  start_with_page();
  for (const unsigned beat : kBeats) {
    for (const unsigned lane : kLanes) {
      SCOPED_TRACE(fmt::format("beat {}, lane {}", beat, lane));
      memory().write64(HostAddr(kData + lane / 8 * 8), ~std::uint64_t{0});
      Request request = in_beat(write_of(Iova(kIova.raw() + lane), 4), beat);
      EXPECT_THAT(access(request), Reaches(kData + lane));
      const std::uint32_t whole = memory().read32(HostAddr(kData + lane));
      EXPECT_NE(whole, ~0U);
      memory().write64(HostAddr(kData + lane / 8 * 8), ~std::uint64_t{0});
      request.disabled = 0b0110;
      EXPECT_THAT(access(request), Reaches(kData + lane));
      EXPECT_EQ(memory().read32(HostAddr(kData + lane)), whole | 0x00FF'FF00U);
    }
  }
}

DMAR_SCENARIO(InterruptBeat);

class RemappedBeat : public InterruptScenario {};

// Address bits 3:2 are those of the DWORD: they say SHV and bit 15 of the handle.
TEST_P(RemappedBeat, EntryAndMessageAreThoseOfTheDword) {
  start_remapping();
  const auto marked = [](unsigned index) {
    InterruptEntry entry{.vector = index & 0xFF, .destination = 0x300};
    entry.redirection_hint = (index & 1) != 0;
    entry.logical = (index & 2) != 0;
    return entry;
  };
  for (const unsigned index : {0x40U, 0x41U, 0x42U, 0x43U, 0x8040U, 0x8041U, 0x8042U, 0x8043U}) {
    table().set(index, marked(index));
  }
  for (const unsigned beat : kBeats) {
    for (const unsigned handle : {0x40U, 0x8040U}) {
      for (const unsigned subhandle : {0U, 1U, 2U, 3U}) {
        SCOPED_TRACE(fmt::format("beat {}, handle {:x}, subhandle {}", beat, handle, subhandle));
        const Message with = remappable_message(handle, subhandle);
        EXPECT_THAT(access(in_beat(interrupt_of(with, kDevice), beat)),
                    Delivers(delivered(marked(handle + subhandle))));
        const Message without = remappable_message(handle + subhandle);
        EXPECT_THAT(access(in_beat(interrupt_of(without, kDevice), beat)),
                    Delivers(delivered(marked(handle + subhandle))));
      }
    }
  }
}

TEST_P(RemappedBeat, CompatibilityFormatPassesUnchanged) {
  start_remapping();
  driver().allow_compatibility(true);
  for (const unsigned beat : kBeats) {
    for (const unsigned lane : {0U, 4U, 8U, 12U}) {
      const Message message{0xFEE0'1000 + lane + 0x20, 0x4041 + lane};
      EXPECT_THAT(access(in_beat(interrupt_of(message, kDevice), beat)), Delivers(message));
    }
  }
}

TEST_P(RemappedBeat, FaultsAreRecordedByTheDword) {
  start_remapping(7);
  for (const unsigned beat : kBeats) {
    expect_fault(in_beat(interrupt(0x60), beat), FaultReason::kInterruptEntryNotPresent);
    expect_fault(in_beat(interrupt(0x8000), beat), FaultReason::kInterruptIndexBeyondTable);
    Request request = in_beat(interrupt_of(remappable_message(0x20, 0), kDevice), beat);
    request.message_data = 0x1'0000;
    expect_fault(request, FaultReason::kInterruptRequestReserved);
  }
}

DMAR_INTERRUPT_SCENARIO(RemappedBeat);

}  // namespace
}  // namespace dmar
