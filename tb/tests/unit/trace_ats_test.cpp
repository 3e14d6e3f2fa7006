// SPDX-License-Identifier: Apache-2.0
// Traces of devices with TLBs and of posted interrupts: their lines, and what a replay makes of
// them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "trace/event_text.hpp"
#include "trace/feature_check.hpp"
#include "trace/golden_target.hpp"
#include "trace/line_reader.hpp"
#include "trace/parser.hpp"
#include "trace/replayer.hpp"

namespace dmar::trace {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Config kBuild{.device_tlb = true, .no_write_flag = true, .posted_interrupts = true};

// A line of eight qwords.
std::string mem(std::uint64_t address, std::initializer_list<std::uint64_t> words) {
  std::string text = fmt::format("mem {:x} ", address);
  std::size_t n = 0;
  for (const std::uint64_t word : words) {
    for (unsigned k = 0; k < 8; ++k) text += fmt::format("{:02x}", (word >> (8 * k)) & 0xFF);
    ++n;
  }
  return text + std::string(16 * (8 - n), '0') + "\n";
}

class TraceAts : public ::testing::Test {
 protected:
  ~TraceAts() override { std::filesystem::remove(path_); }

  Trace load(const std::string &lines) {
    std::ofstream(path_) << "unit ver 10 cap 0 ecap 0\n" << lines;
    return load_trace(path_);
  }
  std::string error(const std::string &line) {
    try {
      load(line + "\n");
    } catch (const TraceError &failure) {
      const std::string text = failure.what();
      return text.substr(text.find(":2: ") + 4);
    }
    return "";
  }
  Report replay(const std::string &lines, const Config &config = kBuild) {
    const Trace trace = load(lines);
    GoldenTarget target(config);
    return Replayer(trace, target).run();
  }
  // Device 00:04.0 may use ATS; its page 5000h is host page 9000h. The queue is at 8000h.
  static std::string start() {
    return mem(0x1000, {0x2001}) + mem(0x2200, {0x3005, 0x102}) + mem(0x3000, {0x4003}) +
           mem(0x4000, {0x6003}) + mem(0x6000, {0x7003}) + mem(0x7000, {0, 0, 0, 0, 0, 0x9003}) +
           "write 20 8 1000\nwrite 18 4 40000000\nwrite 18 4 80000000\n" +
           "write 90 8 8000\nwrite 18 4 84000000\n";
  }

  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / fmt::format("dmar_trace_ats_{}.trace", getpid());
};

TEST_F(TraceAts, EveryLine) {
  const std::string lines =
      "dma tr 0020 9000 64 ok 9000\n"
      "dma tw 0020 9004 4 fault d\n"
      "ask rw 0020 5008 ok 9003\n"
      "ask r 0020 5000 fault 2\n"
      "write 88 4 10\n"
      "inv 0020 1f 7ffffffffffff800\n"
      "done 0020 80000001 8\n"
      "lost 0020 1f\n"
      "int 0020 fee00010 0 posted\n";
  const Trace trace = load(lines);
  ASSERT_THAT(trace.entries, SizeIs(9));
  EXPECT_TRUE(std::get<DmaEvent>(trace.entries[0].event).translated);
  EXPECT_TRUE(std::get<DmaEvent>(trace.entries[1].event).write);
  const auto &ask = std::get<AskEvent>(trace.entries[2].event);
  EXPECT_EQ(ask.entry, TranslationEntry{0x9003});
  EXPECT_FALSE(ask.no_write);
  EXPECT_TRUE(std::get<AskEvent>(trace.entries[3].event).no_write);
  EXPECT_EQ(std::get<AskEvent>(trace.entries[3].event).reason, FaultReason::kContextNotPresent);
  EXPECT_EQ(std::get<InvalidateEvent>(trace.entries[5].event).request,
            (InvalidateRequest{
                .source_id = SourceId(0x20), .itag = 31, .payload = 0x7FFF'FFFF'FFFF'F800}));
  EXPECT_EQ(std::get<CompletionEvent>(trace.entries[6].event).completion,
            (InvalidateCompletion{.source_id = SourceId(0x20), .itags = 0x8000'0001, .count = 8}));
  EXPECT_EQ(std::get<TimeOutEvent>(trace.entries[7].event).itag, 31U);
  EXPECT_TRUE(std::get<InterruptEvent>(trace.entries[8].event).posted);
  // As text they are what they were read from, outcomes apart.
  std::vector<std::string> texts;
  for (const Entry &entry : trace.entries) texts.push_back(to_string(entry.event));
  EXPECT_THAT(texts, ElementsAre("dma tr 0020 9000 64", "dma tw 0020 9004 4", "ask rw 0020 5008",
                                 "ask r 0020 5000", "write 88 4 10", "inv 0020 1f 7ffffffffffff800",
                                 "done 0020 80000001 8", "lost 0020 1f", "int 0020 fee00010 0"));
}

TEST_F(TraceAts, WrongFields) {
  EXPECT_THAT(error("dma t 0020 9000 4 ok 9000"), HasSubstr("'tr' or 'tw'"));
  EXPECT_THAT(error("ask w 0020 5000 ok 0"), HasSubstr("must be 'r' or 'rw'"));
  EXPECT_THAT(error("ask r 0020 5004 ok 0"), HasSubstr("not a multiple of 8"));
  EXPECT_THAT(error("ask r 0020 5000 posted"), HasSubstr("must be 'ok' or 'fault'"));
  EXPECT_THAT(error("int 0020 fee00010 0 gone"), HasSubstr("'ok', 'posted' or 'fault'"));
  EXPECT_THAT(error("done 0020 1 9"), HasSubstr("field 3 (N)"));
  EXPECT_THAT(error("lost 0020 20"), HasSubstr("field 2 (ITAG)"));
  EXPECT_THAT(error("inv 0020 1 0"), HasSubstr("follows no event"));
}

TEST_F(TraceAts, ReplayOfRequests) {
  const Report report = replay(start() +
                               "ask rw 0020 5000 ok 9003\n"
                               "ask r 0020 5000 ok 9001\n"
                               "ask rw 0020 6000 ok 0\n"
                               "dma tw 0020 9010 16 ok 9010\n"
                               "ask rw 0028 5000 fault 2\n");
  EXPECT_THAT(report.first, IsEmpty());
  EXPECT_EQ(report.translation_requests, 4U);
  EXPECT_EQ(report.faults, 1U);
}

TEST_F(TraceAts, DifferentEntryIsAMismatch) {
  const Report report = replay(start() + "ask rw 0020 5000 ok 9001\n");
  ASSERT_THAT(report.first, SizeIs(1));
  EXPECT_EQ(report.first[0].unit, "ok 9003");
  EXPECT_EQ(report.first[0].recorded, "ok 9001");
}

// A page of the device is invalidated; the wait behind it is written when the device has answered.
TEST_F(TraceAts, ReplayOfAnInvalidation) {
  const std::string queue = mem(0x8000, {0x0000'0020'0000'0003, 0x5000, 0x7'0000'0025, 0xA000});
  const std::string sent = start() + queue + "write 88 4 20\ninv 0020 0 5000\n";
  EXPECT_THAT(replay(sent + "done 0020 1 1\nstatus a000 7\n").first, IsEmpty());
  EXPECT_EQ(replay(sent + "done 0020 1 1\nstatus a000 7\n").device_tlb_messages, 1U);
  EXPECT_EQ(replay(sent + "status a000 7\n").mismatches, 1U);  // too early
  EXPECT_EQ(replay(sent + "done 0020 1 1\n").mismatches, 1U);  // a write nobody recorded
  EXPECT_THAT(replay(sent + "lost 0020 0\nread 34 4 40\n").first, IsEmpty());
  EXPECT_EQ(replay(start() + queue + "write 88 4 20\n").mismatches, 1U);  // the message
}

// Like a unit with a clock whose patience is at an end before the device of the recording answers.
class ImpatientTarget : public GoldenTarget {
 public:
  ImpatientTarget() : GoldenTarget(kBuild) {}
  std::vector<HostAccess> take_accesses() override {
    static_cast<GoldenIommu &>(iommu()).unit().time_out_device_tlb();
    return {};
  }
};

TEST_F(TraceAts, AUnitThatGaveUpIsNamedOnceAndNotComparedAnyMore) {
  const std::string queue = mem(0x8000, {0x0000'0020'0000'0003, 0x5000, 0x7'0000'0025, 0xA000});
  const std::string waiting =
      start() + queue + "write 88 4 20\ninv 0020 0 5000\n" + "dma r 0020 5000 4 ok 9000\n";
  const auto replay_impatiently = [&](const std::string &lines) {
    const Trace trace = load(lines);
    ImpatientTarget target;
    return Replayer(trace, target).run();
  };
  const Report report = replay_impatiently(waiting + "done 0020 1 1\nstatus a000 7\n");
  EXPECT_FALSE(report.complete);
  ASSERT_EQ(report.mismatches, 1U);
  EXPECT_EQ(report.first[0].what, "the unit under test failed");
  EXPECT_THAT(report.first[0].unit, HasSubstr("gave up waiting for the TLB of a device"));
  // In time where the recording has it.
  EXPECT_THAT(replay_impatiently(waiting + "lost 0020 0\nread 34 4 40\n").first, IsEmpty());
}

TEST_F(TraceAts, ReplayOfPosting) {
  const std::string table = mem(0x10000, {0x0000'B000'0041'8001, 0});
  const std::string remapping = "write b8 8 10000\nwrite 18 4 81000000\nwrite 18 4 82000000\n";
  const std::string ready =
      start() + table + mem(0xB000, {0, 0, 0, 0, 0x300'00F2'0000}) + remapping;
  EXPECT_THAT(replay(ready + "int 0020 fee00010 0 posted\nevent fee03000 40f2\n").first, IsEmpty());
  EXPECT_EQ(replay(ready + "int 0020 fee00010 0 posted\n").mismatches, 1U);  // the notification
  const std::string broken =
      start() + table + mem(0xB000, {0, 0, 0, 0, 0x300'00F2'0004}) + remapping;
  EXPECT_THAT(replay(broken + "int 0020 fee00010 0 fault 28\n").first, IsEmpty());
}

TEST_F(TraceAts, ExplanationsStepOverAllOfThem) {
  const Trace trace = load(start() + mem(0x8000, {0x0000'0020'0000'0003, 0x5000, 0x25, 0xA000}) +
                           "write 88 4 20\ninv 0020 0 5000\ndone 0020 1 1\nstatus a000 0\n"
                           "ask rw 0020 5000 ok 9003\n");
  Reference reference(kBuild);
  for (const Entry &entry : trace.entries) reference.step(entry.event);
  EXPECT_EQ(reference.unit().read(reg::kIqh, 4), 0x20U);
}

// What the build lacks is named before anything runs.
TEST_F(TraceAts, NeededFeatures) {
  const auto missing = [&](const std::string &lines, const Config &config) {
    std::vector<std::string> names;
    for (const MissingFeature &one : missing_features(load(start() + lines), config)) {
      names.push_back(one.feature);
    }
    return names;
  };
  EXPECT_THAT(missing("ask rw 0020 5000 ok 9003\n", kBuild), IsEmpty());
  EXPECT_THAT(missing("ask rw 0020 5000 ok 9003\n", {}), ElementsAre("device TLBs (ECAP.DT)"));
  EXPECT_THAT(missing("ask r 0020 5000 ok 9001\n", {.device_tlb = true}),
              ElementsAre("the no-write flag (ECAP.NWFS)"));
  EXPECT_THAT(missing("int 0020 fee00010 0 fault 28\n", {.device_tlb = true}),
              ElementsAre("posted interrupts (CAP.PI)"));
}

}  // namespace
}  // namespace dmar::trace
