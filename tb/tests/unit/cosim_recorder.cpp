// SPDX-License-Identifier: Apache-2.0
// Traces of a machine: the exact text, and that a replay reads it.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "cosim/error.hpp"
#include "cosim/recorder.hpp"
#include "cosim_support.hpp"
#include "memory/memory.hpp"
#include "trace/parser.hpp"

namespace dmar::cosim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class RecorderTest : public testing::Test {
 protected:
  RecorderTest() { std::filesystem::create_directories(folder); }
  ~RecorderTest() override { std::filesystem::remove_all(folder); }

  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto &entry : std::filesystem::directory_iterator(folder)) {
      names.push_back(entry.path().filename());
    }
    return names;
  }
  static std::string text_of(const std::filesystem::path &path) {
    std::string text;
    gzFile file = ::gzopen(path.c_str(), "rb");
    char piece[4096];
    for (int got = 0; file != nullptr && (got = ::gzread(file, piece, sizeof piece)) > 0;) {
      text.append(piece, static_cast<std::size_t>(got));
    }
    if (file != nullptr) ::gzclose(file);
    return text;
  }
  static Request request(AccessKind kind, std::uint64_t address, std::uint32_t bytes,
                         std::uint32_t message_data = 0) {
    return {.source_id = bdf(0, 5, 0),
            .address = Iova(address),
            .kind = kind,
            .bytes = bytes,
            .message_data = message_data};
  }
  static std::string line(std::uint64_t address, const std::string &first) {
    std::ostringstream text;
    text << "mem " << std::hex << address << " " << first << std::string(128 - first.size(), '0')
         << "\n";
    return text.str();
  }
  // A small life with one of each.
  void record_all(Recorder &recorder) {
    recorder.unit(0x10, 0xD2'0078'C226'F060'6, 0xF0'104B);
    recorder.comment("made by hand");
    recorder.event(trace::ReadEvent{.offset = 8, .bytes = 8, .value = 0xD2});
    memory.write64(HostAddr(0x1008), 0x11);
    recorder.looked_at(HostAddr(0x1008), 8);
    recorder.consequence(trace::StatusEvent{.address = HostAddr(0x7000), .value = 1});
    recorder.event(trace::WriteEvent{.offset = 0x88, .bytes = 4, .value = 0x20});
    recorder.looked_at(HostAddr(0x1000), 64);  // unchanged
    recorder.request(request(AccessKind::kRead, 0xFFFF'E010, 512),
                     golden::Translation{.address = HostAddr(0x1234'5010)});
    memory.write64(HostAddr(0x1000), 0x22);
    recorder.looked_at(HostAddr(0x103F), 2);  // two lines, of which the second is zero
    recorder.consequence(trace::MessageEvent{.message = {.address = 0xFEE0'1004, .data = 0x27}});
    recorder.request(request(AccessKind::kWrite, 0xDEAD'B000, 4),
                     golden::Fault{.reason = FaultReason::kWriteNotPermitted});
    recorder.request(
        request(AccessKind::kWrite, 0xFEE0'00B0, 4, 0),
        golden::Interrupt{.message = {.address = 0xFEE0'0000, .data = 0x31}, .remapped = true});
    recorder.request(request(AccessKind::kRead, 0xFEE0'0000, 4),
                     golden::Fault{.reason = FaultReason::kInterruptRequestInvalid});
    recorder.request(request(AccessKind::kWrite, 0xFEE0'0000, 8),
                     golden::Fault{.reason = FaultReason::kInterruptRequestInvalid});
    recorder.request(request(AccessKind::kWrite, 0xFEE0'0000, 4, 0x41),
                     golden::Fault{.reason = FaultReason::kInterruptCompatibilityBlocked});
  }
  [[nodiscard]] static std::string expected_text() {
    return "unit ver 10 cap d20078c226f0606 ecap f0104b\n"
           "# made by hand\n"
           "read 8 8 d2\n" +
           line(0x1000, "00000000000000001100000000000000") +
           "write 88 4 20\n"
           "status 7000 1\n"
           "dma r 0028 ffffe010 512 ok 12345010\n" +
           line(0x1000, "22000000000000001100000000000000") +
           "dma w 0028 deadb000 4 fault 5\n"
           "event fee01004 27\n"
           "int 0028 fee000b0 0 ok fee00000 31\n"
           "dma r 0028 fee00000 4 fault 29\n"
           "dma w 0028 fee00000 8 fault 29\n"
           "int 0028 fee00000 41 fault 25\n";
  }

  std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("recorder." + std::to_string(::getpid()));
  Memory memory;
};

TEST_F(RecorderTest, WritesWhatHappened) {
  for (const char *name : {"plain.trace", "packed.trace.gz"}) {
    SCOPED_TRACE(name);
    memory.store(HostAddr(0x1000), std::vector<std::uint8_t>(64));
    Recorder recorder(folder / name, memory);
    record_all(recorder);
    EXPECT_EQ(recorder.events(), 8U);
    EXPECT_EQ(recorder.left_out(), 0U);
    recorder.finish();
    EXPECT_EQ(text_of(folder / name), expected_text());
  }
  EXPECT_THAT(files(), testing::UnorderedElementsAre("plain.trace", "packed.trace.gz"));
  // One of them really is text, the other one is not.
  std::ifstream plain(folder / "plain.trace");
  std::ifstream packed(folder / "packed.trace.gz", std::ios::binary);
  EXPECT_EQ(plain.get(), 'u');
  EXPECT_EQ(packed.get(), 0x1F);
}

TEST_F(RecorderTest, WritesWhatAReplayReads) {
  Recorder recorder(folder / "t.trace.gz", memory);
  record_all(recorder);
  recorder.finish();
  const trace::Trace trace = trace::load_trace(folder / "t.trace.gz");
  EXPECT_EQ(trace.unit.capability, 0xD2'0078'C226'F060'6U);
  ASSERT_EQ(trace.entries.size(), 12U);
  const auto &interrupt = std::get<trace::InterruptEvent>(trace.entries[8].event);
  EXPECT_EQ(interrupt.output, (Message{0xFEE0'0000, 0x31}));
  const auto &dma = std::get<trace::DmaEvent>(trace.entries[6].event);
  EXPECT_TRUE(dma.write);
  EXPECT_EQ(dma.reason, FaultReason::kWriteNotPermitted);
}

TEST_F(RecorderTest, LeavesOutWhatATraceCannotSay) {
  Recorder recorder(folder / "t", memory);
  recorder.unit(1, 2, 3);
  memory.write64(HostAddr(0x1000), 5);
  for (const golden::Verdict &verdict :
       {golden::Verdict(golden::Blocked{}), golden::Verdict(golden::NoAccess{})}) {
    recorder.looked_at(HostAddr(0x1000), 8);
    recorder.request(request(AccessKind::kRead, 0x1000, 4), verdict);
  }
  recorder.looked_at(HostAddr(0x1000), 8);
  recorder.request(request(AccessKind::kZeroLengthRead, 0x1000, 4), golden::Translation{});
  recorder.request(request(AccessKind::kAtomic, 0x1000, 4), golden::Translation{});
  EXPECT_EQ(recorder.left_out(), 4U);
  recorder.looked_at(HostAddr(0x1000), 8);
  recorder.forget();
  recorder.event(trace::WriteEvent{.offset = 0x18, .bytes = 4, .value = 0});
  EXPECT_EQ(recorder.events(), 1U);
  recorder.finish();
  EXPECT_EQ(text_of(folder / "t"), "unit ver 1 cap 2 ecap 3\nwrite 18 4 0\n");
}

// A register read uses no memory; what was looked at belongs to the event that does.
TEST_F(RecorderTest, MemoryStandsBeforeTheEventThatUsesIt) {
  memory.write64(HostAddr(0x1000), 0x33);
  Recorder recorder(folder / "t", memory);
  recorder.looked_at(HostAddr(0x1000), 16);
  recorder.event(trace::ReadEvent{.offset = 0x1C, .bytes = 4, .value = 0});
  recorder.event(trace::WriteEvent{.offset = 0x18, .bytes = 4, .value = 0});
  recorder.finish();
  EXPECT_EQ(text_of(folder / "t"), "read 1c 4 0\n" + line(0x1000, "33") + "write 18 4 0\n");
}

TEST_F(RecorderTest, SaysNothingOfPlacesWithoutMemory) {
  memory.inject_error(HostAddr(0x1000), HostAddr(0x1FFF));
  Recorder recorder(folder / "t", memory);
  recorder.looked_at(HostAddr(0x1000), 16);
  recorder.event(trace::WriteEvent{.offset = 0x18, .bytes = 4, .value = 0});
  recorder.finish();
  EXPECT_EQ(text_of(folder / "t"), "write 18 4 0\n");
}

TEST_F(RecorderTest, LeavesNothingBehindUnlessItIsFinished) {
  std::ofstream(folder / "old") << "an older trace\n";
  {
    Recorder recorder(folder / "old", memory);
    record_all(recorder);
    EXPECT_EQ(files().size(), 2U);
  }
  EXPECT_THAT(files(), ElementsAre("old"));
  EXPECT_EQ(text_of(folder / "old"), "an older trace\n");
}

TEST_F(RecorderTest, TakesThePlaceOfAnOlderTrace) {
  std::ofstream(folder / "old") << "an older trace\n";
  Recorder recorder(folder / "old", memory);
  record_all(recorder);
  recorder.finish();
  EXPECT_EQ(text_of(folder / "old"), expected_text());
  EXPECT_THAT(files(), ElementsAre("old"));
}

TEST_F(RecorderTest, NamesAPathThatCannotBeWritten) {
  const std::filesystem::path path = folder / "no" / "such" / "folder";
  EXPECT_EQ(error_of([&] { Recorder recorder(path, memory); }),
            path.string() + ": cannot be written");
  // A folder stands where the trace belongs.
  std::filesystem::create_directories(folder / "taken" / "x");
  {
    Recorder recorder(folder / "taken", memory);
    recorder.unit(1, 2, 3);
    EXPECT_THAT(error_of([&] { recorder.finish(); }), HasSubstr("taken: "));
  }
  EXPECT_THAT(files(), ElementsAre("taken"));
}

// What a full disk looks like: files of this process may not grow.
TEST_F(RecorderTest, LeavesNothingBehindWhenTheDiskIsFull) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  {
    Recorder recorder(folder / "t", memory);
    recorder.unit(1, 2, 3);
    const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &none), 0);
    EXPECT_THAT(error_of([&] { recorder.finish(); }), HasSubstr("is the disk full?"));
  }
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(files(), testing::IsEmpty());
}

}  // namespace
}  // namespace dmar::cosim
