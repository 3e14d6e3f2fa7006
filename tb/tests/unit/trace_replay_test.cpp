// SPDX-License-Identifier: Apache-2.0
// A recorded trace replays without a mismatch; each change to it gives exactly its own mismatch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trace/golden_target.hpp"
#include "trace/replayer.hpp"
#include "trace_support.hpp"

namespace dmar::trace {
namespace {

using ::testing::HasSubstr;

const auto kBlocked = [](const DmaEvent &event) { return !event.address; };

TEST(TraceReplay, WholeLazyTraceMatches) {
  const Report report = replay_on_golden(lazy_trace());
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.mismatches, 0U);
  EXPECT_EQ(report.dma, 18219U);
  EXPECT_EQ(report.interrupts, 1144U);
  EXPECT_EQ(report.register_reads, 25U);
  EXPECT_EQ(report.register_writes, 87U);
  EXPECT_EQ(report.status_writes, 69U);
  EXPECT_EQ(report.events, 2U);
  EXPECT_EQ(report.faults, 2U);
  ASSERT_EQ(report.fault_log.size(), 2U);
  EXPECT_EQ(report.fault_log[0].line, 21708U);
  EXPECT_EQ(report.fault_log[0].high, 0x80000005'00000030U);
  EXPECT_EQ(report.fault_log[0].low, 0xdeadb000U);
}

TEST(TraceReplay, OtherCapabilitiesAreNotes) {
  EXPECT_THAT(replay_on_golden(lazy_trace()).notes,
              ::testing::ElementsAre(
                  "ECAP: IR is 1, recorded 0; EIM is 1, recorded 0; SC is 1, recorded 0"));
  const Report report = replay_on_golden(lazy_trace(), {.sagaw = 0b00100, .pass_through = false});
  EXPECT_EQ(report.mismatches, 0U);
  EXPECT_THAT(report.notes, ::testing::Contains("CAP: SAGAW is 4, recorded 6"));
}

// A change of the recording, and the one mismatch it must give.
struct Change {
  const char *name;
  unsigned line;
  Mismatch mismatch;  // line left out
  void (*make)(Trace &trace);
};

void remove(Trace &trace, const Entry &entry) {
  trace.entries.erase(trace.entries.begin() + (&entry - trace.entries.data()));
}

const Change kChanges[] = {
    {"HostAddress",
     5,
     {0, "dma r 0028 1ffde004 2", "ok 1ffde004", "ok 1ffde004", "ok 1ffde006"},
     [](Trace &trace) {
       std::get<DmaEvent>(find<DmaEvent>(trace, kAny, 1).event).address = HostAddr(0x1ffde006);
     }},
    {"StatusRemoved",
     0,
     {0, "status write after write 88 4 20", "1984c04 2", "1984c04 2", "nothing"},
     [](Trace &trace) { remove(trace, find<StatusEvent>(trace, kAny)); }},
    {"StatusValue",
     0,
     {0, "status write after write 88 4 20", "1984c04 2", "1984c04 2", "1984c04 3"},
     [](Trace &trace) { std::get<StatusEvent>(find<StatusEvent>(trace, kAny).event).value = 3; }},
    {"StatusAdded",
     0,
     {0, "status write after write 88 4 20", "nothing", "nothing", "40 1"},
     [](Trace &trace) {
       const auto index = &find<StatusEvent>(trace, kAny) - trace.entries.data();
       trace.entries.insert(trace.entries.begin() + index, {0, StatusEvent{HostAddr(0x40), 1}});
     }},
    {"RegisterValue",
     21712,
     {0, "read 608 4", "30", "30", "31"},
     [](Trace &trace) {
       const auto is_record = [](const ReadEvent &event) { return event.offset == 0x608; };
       std::get<ReadEvent>(find<ReadEvent>(trace, is_record).event).value = 0x31;
     }},
    {"PolledRegisterValue",
     21727,
     {0, "read 1c 4", "44000000", "44000000", "c4000000"},
     [](Trace &trace) { std::get<ReadEvent>(trace.entries.back().event).value = 0xc4000000; }},
    {"FaultCode",
     21708,
     {0, "dma w 0030 deadb000 64", "fault 5", "fault 5", "fault 6"},
     [](Trace &trace) {
       std::get<DmaEvent>(find<DmaEvent>(trace, kBlocked).event).reason =
           FaultReason::kReadNotPermitted;
     }},
    {"MessageRemoved",
     21708,
     {0, "event message after dma w 0030 deadb000 64", "fee01004 22", "fee01004 22", "nothing"},
     [](Trace &trace) { remove(trace, find<MessageEvent>(trace, kAny)); }},
    {"MessageData",
     21717,
     {0, "event message after dma r 0030 cafe2000 64", "fee01004 22", "fee01004 22", "fee01004 23"},
     [](Trace &trace) {
       std::get<MessageEvent>(find<MessageEvent>(trace, kAny, 1).event).message.data = 0x23;
     }},
    {"InterruptAddress",
     0,
     {0, "int 0028 fee01004 27", "ok fee01004 27", "ok fee01004 27", "ok fee01008 27"},
     [](Trace &trace) {
       std::get<InterruptEvent>(find<InterruptEvent>(trace, kAny).event).output->address =
           0xfee01008;
     }},
    {"InterruptBlocked",
     0,
     {0, "int 0028 fee01004 27", "ok fee01004 27", "ok fee01004 27", "fault 25"},
     [](Trace &trace) {
       auto &event = std::get<InterruptEvent>(find<InterruptEvent>(trace, kAny).event);
       event.output.reset();
       event.reason = static_cast<FaultReason>(0x25);
     }},
};

class ChangedTrace : public ::testing::TestWithParam<Change> {};

TEST_P(ChangedTrace, GivesExactlyItsMismatch) {
  Trace trace = lazy_trace();
  GetParam().make(trace);
  const Report report = replay_on_golden(trace);
  EXPECT_TRUE(report.complete);
  ASSERT_EQ(report.mismatches, 1U);
  const Mismatch &have = report.first.at(0);
  const Mismatch &want = GetParam().mismatch;
  if (GetParam().line != 0) {
    EXPECT_EQ(have.line, GetParam().line);
  }
  EXPECT_EQ(have.what, want.what);
  EXPECT_EQ(have.unit, want.unit);
  EXPECT_EQ(have.golden, want.golden);
  EXPECT_EQ(have.recorded, want.recorded);
}

INSTANTIATE_TEST_SUITE_P(Changes, ChangedTrace, ::testing::ValuesIn(kChanges),
                         [](const auto &info) { return std::string(info.param.name); });

TEST(TraceReplay, LetThroughInsteadOfBlockedIsSeen) {
  Trace trace = lazy_trace();
  std::get<DmaEvent>(find<DmaEvent>(trace, kBlocked).event).address = HostAddr(0xdeadb000);
  const Report report = replay_on_golden(trace);
  ASSERT_EQ(report.mismatches, 1U);
  EXPECT_EQ(report.first[0].recorded, "ok deadb000");
}

TEST(TraceReplay, SpoiledTableLineIsSeenAtItsFirstUse) {
  Trace trace = lazy_trace();
  const auto holds_page = [](const MemEvent &event) { return event.address.raw() == 0x1fefeec0; };
  auto &entry = find<MemEvent>(trace, holds_page);
  for (std::uint8_t &byte : std::get<MemEvent>(entry.event).bytes) byte = 0;
  const Report report = replay_on_golden(trace);
  EXPECT_GT(report.mismatches, 0U);
  EXPECT_GT(report.first.at(0).line, entry.line);
  EXPECT_THAT(report.first[0].unit, HasSubstr("fault"));
}

TEST(TraceReplay, OnlyTheFirstMismatchesAreKept) {
  Trace trace = lazy_trace();
  for (int i = 0; i < 7; ++i) {
    std::get<DmaEvent>(find<DmaEvent>(trace, kAny, i).event).address = HostAddr(0x40);
  }
  GoldenTarget target;
  const Report report = Replayer(trace, target, {.shown = 3}).run();
  EXPECT_EQ(report.mismatches, 7U);
  EXPECT_EQ(report.first.size(), 3U);
}

}  // namespace
}  // namespace dmar::trace
