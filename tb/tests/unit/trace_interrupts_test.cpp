// SPDX-License-Identifier: Apache-2.0
// The recorded life with interrupt remapping replays without a mismatch; what the architecture
// leaves open in messages and fault records may differ from the recording, nothing else may.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trace/fault_text.hpp"
#include "trace/golden_target.hpp"
#include "trace/outcome.hpp"
#include "trace/replayer.hpp"
#include "trace_support.hpp"

namespace dmar::trace {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kBlockedMessage = [](const InterruptEvent &event) { return !event.output; };

TEST(TraceInterrupts, WholeTraceMatches) {
  const Report report = replay_on_golden(remapping_trace());
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.mismatches, 0U);
  EXPECT_EQ(report.dma, 17515U);
  EXPECT_EQ(report.interrupts, 7075U);
  EXPECT_EQ(report.interrupts_remapped, 7072U);
  EXPECT_EQ(report.interrupts_unchanged, 0U);
  EXPECT_EQ(report.interrupts_blocked, 3U);
  EXPECT_EQ(report.register_reads, 41U);
  EXPECT_EQ(report.register_writes, 3769U);
  EXPECT_EQ(report.status_writes, 3741U);
  EXPECT_EQ(report.events, 5U);
  EXPECT_EQ(report.faults, 5U);
}

TEST(TraceInterrupts, OtherBuildsMatchToo) {
  const Config kConfigs[]{{.extended_interrupt_mode = false, .max_interrupt_mask = 0},
                          {.host_address_width = 52,
                           .guest_address_width = 57,
                           .sagaw = 0b01110,
                           .domain_id_code = 3,
                           .fault_records = 5,
                           .collapse_faults = false,
                           .version_major = 6,
                           .abort_mode = true,
                           .root_pointer_flush = true,
                           .interrupt_pointer_flush = true}};
  for (const Config &config : kConfigs) {
    const Report report = replay_on_golden(remapping_trace(), config);
    EXPECT_TRUE(report.complete);
    EXPECT_EQ(report.mismatches, 0U);
    EXPECT_EQ(report.fault_log.size(), 5U);
  }
}

TEST(TraceInterrupts, BlockedOnesAreLoggedWithTheirIndex) {
  const auto log = replay_on_golden(remapping_trace()).fault_log;
  ASSERT_EQ(log.size(), 5U);
  EXPECT_EQ(log[2].line, 33708U);
  EXPECT_EQ(log[2].high, 0x80000022'00000030U);
  EXPECT_EQ(log[2].low, 0x00c80000'00000000U);
  EXPECT_EQ(log[3].high, 0x80000026'00000030U);
  EXPECT_EQ(log[3].low, 0x00010000'00000000U);
  EXPECT_EQ(log[4].high, 0x80000025'00000030U);
  EXPECT_EQ(log[4].low, 0U);
}

TEST(TraceInterrupts, WhatTheArchitectureLeavesOpenIsANote) {
  EXPECT_THAT(
      replay_on_golden(remapping_trace()).notes,
      ElementsAre("ECAP: EIM is 1, recorded 0; SC is 1, recorded 0",
                  "remapped edge-triggered interrupts: the level bit of the data differs from the "
                  "recording",
                  "fault record of an interrupt: T1 is 0, recorded 1"));
}

TEST(TraceInterrupts, OnlyUnchangedOnesLeaveAsTheyCame) {
  const Report report = replay_on_golden(lazy_trace());
  EXPECT_EQ(report.interrupts_unchanged, 1144U);
  EXPECT_EQ(report.interrupts_remapped, 0U);
}

struct InterruptChange {
  const char *name;
  Mismatch mismatch;
  void (*make)(Trace &trace);
};

InterruptEvent &interrupt(Trace &trace) {
  return std::get<InterruptEvent>(find<InterruptEvent>(trace, kAny).event);
}
InterruptEvent &blocked(Trace &trace, int skip) {
  return std::get<InterruptEvent>(find<InterruptEvent>(trace, kBlockedMessage, skip).event);
}
ReadEvent &read_of(Trace &trace, std::uint32_t offset) {
  for (Entry &entry : trace.entries) {
    auto *event = std::get_if<ReadEvent>(&entry.event);
    if (event != nullptr && event->offset == offset && event->value != 0) return *event;
  }
  throw std::logic_error("no such read");
}

const InterruptChange kInterruptChanges[] = {
    {"Vector",
     {43, "int ff00 fee00030 2", "ok fee0100c 4030", "ok fee0100c 4030", "ok fee0100c 31"},
     [](Trace &trace) { interrupt(trace).output->data = 0x31; }},
    {"Destination",
     {43, "int ff00 fee00030 2", "ok fee0100c 4030", "ok fee0100c 4030", "ok fee0200c 30"},
     [](Trace &trace) { interrupt(trace).output->address = 0xfee0200c; }},
    {"LevelTriggered",
     {43, "int ff00 fee00030 2", "ok fee0100c 4030", "ok fee0100c 4030", "ok fee0100c 8030"},
     [](Trace &trace) { interrupt(trace).output->data = 0x8030; }},
    {"BlockedByTheUnit",
     {33708, "int 0030 fee01910 0", "fault 22", "fault 22", "ok fee0100c 30"},
     [](Trace &trace) {
       blocked(trace, 0).output = Message{0xfee0100c, 0x30};
     }},
    {"FaultCode",
     {33804, "int 0030 fee00030 0", "fault 26", "fault 26", "fault 24"},
     [](Trace &trace) { blocked(trace, 1).reason = FaultReason::kInterruptEntryReserved; }},
    {"RecordReason",
     {33711, "read 62c 4", "80000022", "80000022", "c0000021"},
     [](Trace &trace) { read_of(trace, 0x62c).value = 0xc0000021; }},
    {"RecordIndex",
     {33713, "read 620 8", "c8000000000000", "c8000000000000", "c9000000000000"},
     [](Trace &trace) { read_of(trace, 0x620).value = 0xc9000000000000; }},
    {"RecordRequester",
     {33712, "read 628 4", "30", "30", "31"},
     [](Trace &trace) { read_of(trace, 0x628).value = 0x31; }},
    {"MessageOfTheFault",
     {33708, "event message after int 0030 fee01910 0", "fee01004 21", "fee01004 21", "nothing"},
     [](Trace &trace) {
       const auto index = &find<InterruptEvent>(trace, kBlockedMessage) - trace.entries.data();
       trace.entries.erase(trace.entries.begin() + index + 1);
     }},
};

class ChangedInterrupt : public ::testing::TestWithParam<InterruptChange> {};

TEST_P(ChangedInterrupt, GivesExactlyItsMismatch) {
  Trace trace = remapping_trace();
  GetParam().make(trace);
  const Report report = replay_on_golden(trace);
  EXPECT_TRUE(report.complete);
  ASSERT_EQ(report.mismatches, 1U);
  const Mismatch &have = report.first.at(0);
  const Mismatch &want = GetParam().mismatch;
  EXPECT_EQ(have.line, want.line);
  EXPECT_EQ(have.what, want.what);
  EXPECT_EQ(have.unit, want.unit);
  EXPECT_EQ(have.golden, want.golden);
  EXPECT_EQ(have.recorded, want.recorded);
}

INSTANTIATE_TEST_SUITE_P(Changes, ChangedInterrupt, ::testing::ValuesIn(kInterruptChanges),
                         [](const auto &info) { return std::string(info.param.name); });

// The level bit is open in what the unit makes, not in what it passes on.
TEST(TraceInterrupts, UnchangedMessagesAreComparedToTheBit) {
  Trace trace = lazy_trace();
  interrupt(trace).output->data ^= 0x4000;
  EXPECT_EQ(replay_on_golden(trace).mismatches, 1U);
}

TEST(TraceInterrupts, UnitThatForgetsToRemapIsSeen) {
  TamperedTarget target;
  target.after_access = [](const Request &request, Completion &completion, Memory &) {
    if (completion.interrupt) {
      completion.interrupt = Message{request.address.raw(), request.message_data};
    }
  };
  Trace trace = remapping_trace();
  trace.entries.resize(50);
  const Report report = Replayer(trace, target).run();
  EXPECT_GT(report.mismatches, 0U);
  EXPECT_THAT(report.first.at(0).golden, HasSubstr("ok fee0100c 4030"));
}

TEST(TraceInterrupts, UnitThatLetsABlockedOneThroughIsSeen) {
  TamperedTarget target;
  target.after_access = [](const Request &, Completion &completion, Memory &) {
    if (completion.reason != FaultReason::kInterruptSourceInvalid) return;
    completion = Completion{.interrupt = Message{0xfee0100c, 0x4030}};
  };
  const Report report = Replayer(remapping_trace(), target).run();
  ASSERT_EQ(report.mismatches, 1U);
  EXPECT_EQ(report.first[0].line, 33804U);
  EXPECT_EQ(report.first[0].unit, "ok fee0100c 4030");
  EXPECT_EQ(report.first[0].golden, "fault 26");
}

TEST(TraceInterrupts, LevelBitMeansNothingForEdgesOnly) {
  const auto sent = [](std::uint32_t data) {
    return Outcome{.kind = Outcome::Kind::kInterrupt, .message = {0xfee01000, data}};
  };
  EXPECT_TRUE(equivalent(sent(0x4030), sent(0x0030)));
  EXPECT_TRUE(equivalent(sent(0x0030), sent(0x4030)));
  EXPECT_FALSE(equivalent(sent(0xC030), sent(0x8030)));
  EXPECT_FALSE(equivalent(sent(0x4030), sent(0xC030)));
  EXPECT_FALSE(equivalent(sent(0x4030), sent(0x0130)));
  EXPECT_FALSE(equivalent(sent(0x4030), outcome_of(golden::Verdict{golden::NoAccess{}})));
}

// Lower halves of records of a fault with and without an index, upper halves dword by dword.
TEST(TraceInterrupts, DefinedBitsOfRecords) {
  const auto defined = [](std::uint32_t offset, unsigned bytes, std::uint64_t reason) {
    const std::uint64_t mask = defined_bits({offset, bytes, 0}, {.lo = 0, .hi = reason << 32});
    return bytes == 4 ? mask & 0xFFFF'FFFF : mask;
  };
  EXPECT_EQ(defined(0x600, 8, 0x22), ~std::uint64_t{0});
  EXPECT_EQ(defined(0x600, 8, 0x25), 0xFFFU);
  EXPECT_EQ(defined(0x604, 4, 0x25), 0U);
  EXPECT_EQ(defined(0x608, 4, 0x25), 0x0FFF'FFFFU);
  EXPECT_EQ(defined(0x60c, 4, 0x25), 0x8000'00FFU);
  EXPECT_EQ(defined(0x60c, 4, 0x05), 0xFFFF'FFFFU);
}

TEST(TraceInterrupts, RecordsAndLinesHaveTheSameText) {
  const InterruptEvent with_subhandle{
      bdf(0, 6, 0), {0xfee00818, 3}, std::nullopt, FaultReason::kInterruptEntryNotPresent};
  EXPECT_EQ(fault_text(with_subhandle), "int 0030 index 43 fault 22");
  EXPECT_EQ(fault_text(golden::FaultRecord{0x0043'0000'0000'0000, 0x8000'0022'0000'0030}),
            "int 0030 index 43 fault 22");
  const DmaEvent malformed{.write = true,
                           .source_id = bdf(0, 6, 0),
                           .iova = Iova(0xfee00000),
                           .bytes = 8,
                           .address = std::nullopt,
                           .reason = FaultReason::kInterruptRequestInvalid};
  EXPECT_EQ(fault_text(malformed), "int 0030 fault 29");
  EXPECT_EQ(fault_text(golden::FaultRecord{0, 0x8000'0029'0000'0030}), "int 0030 fault 29");
}

}  // namespace
}  // namespace dmar::trace
