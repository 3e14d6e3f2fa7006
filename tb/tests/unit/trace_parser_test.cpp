// SPDX-License-Identifier: Apache-2.0
// Traces that are well formed, and every way in which one can be malformed with its message.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "trace/parser.hpp"

namespace dmar::trace {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char *kUnit = "unit ver 10 cap d2078c606f0606 ecap f05043\n";

class TraceFile : public ::testing::Test {
 protected:
  TraceFile() {
    const auto *info = ::testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(info->test_suite_name()) + info->name();
    for (char &c : name) c = c == '/' ? '_' : c;
    directory_ = std::filesystem::path(::testing::TempDir()) / ("dmar_" + name);
    std::filesystem::create_directories(directory_);
    path_ = directory_ / "t.trace";
  }
  ~TraceFile() override { std::filesystem::remove_all(directory_); }

  void write_plain(const std::string &text) const {
    std::ofstream(path_, std::ios::binary) << text;
  }

  // Returns the compressed bytes so that a test can spoil them.
  std::string gzip(const std::string &text) const {
    gzFile file = gzopen(path_.c_str(), "wb");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  [[nodiscard]] std::string error() const {
    try {
      load_trace(path_);
    } catch (const TraceError &failure) {
      return failure.what();
    }
    return "(no error)";
  }

  std::filesystem::path directory_;
  std::filesystem::path path_;
};

const char *const kOneOfEach =
    "# comment\n"
    "unit ver 10 cap d2078c606f0606 ecap f05043\n"
    "\n"
    "read 1c 4 C0000000\n"
    "write 20 8 25f3000\n"
    "mem 25f2880 "
    "0102030000000000000000000000000000000000000000000000000000000000"
    "00000000000000000000000000000000000000000000000000000000000000ff\n"
    "write 88 4 8a0\n"
    "status 1984e24 2\n"
    "dma w 0030 deadb000 64 fault 5\r\n"
    "event fee01004 22\n"
    "dma r 0028 fffff002 4094 ok 1fef9002\n"
    "int 0028 fee01004 27 ok fee01004 28\n"
    "int 0028 fee01004 27 fault 25\n";

void expect_one_of_each(const Trace &trace) {
  EXPECT_EQ(trace.unit.version, 0x10U);
  EXPECT_EQ(trace.unit.capability, 0xd2078c606f0606U);
  EXPECT_EQ(trace.unit.extended_capability, 0xf05043U);
  ASSERT_EQ(trace.entries.size(), 10U);
  const auto &read = std::get<ReadEvent>(trace.entries[0].event);
  EXPECT_EQ(trace.entries[0].line, 4U);
  EXPECT_EQ(read.offset, 0x1cU);
  EXPECT_EQ(read.value, 0xc0000000U);
  EXPECT_EQ(std::get<WriteEvent>(trace.entries[1].event).bytes, 8U);
  const auto &mem = std::get<MemEvent>(trace.entries[2].event);
  EXPECT_EQ(mem.address, HostAddr(0x25f2880));
  EXPECT_EQ(mem.bytes[1], 2);
  EXPECT_EQ(mem.bytes[63], 0xff);
  EXPECT_EQ(std::get<StatusEvent>(trace.entries[4].event), (StatusEvent{HostAddr(0x1984e24), 2}));
  const auto &blocked = std::get<DmaEvent>(trace.entries[5].event);
  EXPECT_TRUE(blocked.write);
  EXPECT_EQ(blocked.source_id, bdf(0, 6, 0));
  EXPECT_EQ(blocked.bytes, 64U);
  EXPECT_EQ(blocked.address, std::nullopt);
  EXPECT_EQ(blocked.reason, FaultReason::kWriteNotPermitted);
  EXPECT_EQ(std::get<MessageEvent>(trace.entries[6].event).message, (Message{0xfee01004, 0x22}));
  EXPECT_EQ(std::get<DmaEvent>(trace.entries[7].event).address, HostAddr(0x1fef9002));
  EXPECT_EQ(std::get<InterruptEvent>(trace.entries[8].event).output, (Message{0xfee01004, 0x28}));
  EXPECT_EQ(static_cast<int>(std::get<InterruptEvent>(trace.entries[9].event).reason), 0x25);
}

TEST_F(TraceFile, PlainFileGivesEveryKindOfEvent) {
  write_plain(kOneOfEach);
  expect_one_of_each(load_trace(path_));
}

TEST_F(TraceFile, GzipFileGivesTheSameEvents) {
  gzip(kOneOfEach);
  expect_one_of_each(load_trace(path_));
}

TEST_F(TraceFile, MissingFileIsNamed) {
  EXPECT_EQ(error(), path_.string() + ": cannot be opened: No such file or directory");
}

TEST_F(TraceFile, DirectoryIsRefused) {
  path_ = directory_;
  EXPECT_EQ(error(), path_.string() + ": is a directory, not a trace");
}

TEST_F(TraceFile, EmptyFileHasNoUnitLine) {
  write_plain("");
  EXPECT_EQ(error(), path_.string() + ": no 'unit' line");
}

TEST_F(TraceFile, LastLineWithoutAnEndMeansTruncation) {
  write_plain(std::string(kUnit) + "dma r 0028 fffff002 2 ok 1fef");
  EXPECT_EQ(error(), path_.string() + ":2: the file is truncated: its last line has no end");
}

TEST_F(TraceFile, EveryTruncationOfAGzipFileIsNoticed) {
  const std::string whole = gzip(kOneOfEach);
  // Below two bytes the file is not yet recognisable as gzip.
  for (std::size_t size = 2; size < whole.size(); ++size) {
    SCOPED_TRACE(size);
    write_plain(whole.substr(0, size));
    EXPECT_THAT(error(), StartsWith(path_.string() + ":"));
  }
}

TEST_F(TraceFile, SpoiledGzipDataIsCorrupt) {
  std::string whole = gzip(kOneOfEach);
  whole[whole.size() - 6] ^= 0x10;  // in the checksum
  write_plain(whole);
  EXPECT_THAT(error(), HasSubstr("the gzip data is corrupt"));
}

TEST_F(TraceFile, OverlongLineIsNotSwallowed) {
  write_plain(kUnit + std::string(100000, 'a') + "\n");
  EXPECT_EQ(error(), path_.string() + ":2: the line is too long for a trace");
}

struct BadLine {
  const char *name;
  const char *lines;  // after the unit line, the last one is wrong
  const char *error;  // after "FILE:"
};

class TraceLine : public TraceFile, public ::testing::WithParamInterface<BadLine> {};

TEST_P(TraceLine, IsRefusedWithItsReason) {
  write_plain(std::string(kUnit) + GetParam().lines);
  EXPECT_EQ(error(), path_.string() + ":" + GetParam().error);
}

const BadLine kBadLines[] = {
    {"UnknownEvent", "dmb r 0028 0 2 ok 0\n", "2: 'dmb' is not the name of an event"},
    {"UnprintableEvent", "\x01\xff\n", "2: '?\?' is not the name of an event"},
    {"SecondUnit", "unit ver 10 cap 0 ecap 0\n", "2: second 'unit' line"},
    {"IovaNotHex", "dma r 0028 0x12 2 ok 0\n",
     "2: field 3 (IOVA): '0x12' is not a hexadecimal number"},
    {"IovaTooWide", "dma r 0028 10000000000000000 2 ok 0\n",
     "2: field 3 (IOVA): '10000000000000000' does not fit in 64 bits"},
    {"Direction", "dma x 0028 12 2 ok 0\n", "2: field 1 (r|w): must be 'r', 'w', 'tr' or 'tw'"},
    {"SourceIdTooWide", "dma r 10028 12 2 ok 0\n",
     "2: field 2 (SID): '10028' does not fit in 16 bits"},
    {"NegativeSourceId", "dma r -1 12 2 ok 0\n",
     "2: field 2 (SID): '-1' is not a hexadecimal number"},
    {"NoBytes", "dma r 0028 12 0 ok 0\n", "2: field 4 (N): '0' is not in the range 1 to 4096"},
    {"TooManyBytes", "dma r 0028 0 4097 ok 0\n",
     "2: field 4 (N): '4097' is not in the range 1 to 4096"},
    {"HexByteCount", "dma r 0028 0 1a ok 0\n", "2: field 4 (N): '1a' is not a decimal number"},
    {"HugeByteCount", "dma r 0028 0 99999999999 ok 0\n",
     "2: field 4 (N): '99999999999' is not in the range 1 to 4096"},
    {"CrossesPage", "dma r 0028 1fff 2 ok 0\n", "2: field 4 (N): 2 bytes at 1fff cross a page"},
    {"NoOutcome", "dma r 0028 12 2\n", "2: field 5 (outcome): missing"},
    {"OtherOutcome", "dma r 0028 12 2 okay 0\n", "2: field 5 (outcome): must be 'ok' or 'fault'"},
    {"NoHostAddress", "dma r 0028 12 2 ok\n", "2: field 6 (PA): missing"},
    {"NoCode", "dma r 0028 12 2 fault\n", "2: field 6 (CODE): missing"},
    {"CodeZero", "dma r 0028 12 2 fault 0\n", "2: field 6 (CODE): 0 is not a fault reason"},
    {"CodeTooWide", "dma r 0028 12 2 fault 100\n",
     "2: field 6 (CODE): '100' does not fit in 8 bits"},
    {"TooManyFields", "dma r 0028 12 2 ok 0 1\n", "2: field 7 (end of line): unexpected '1'"},
    {"RegisterOutside", "read 1000 4 0\n",
     "2: field 1 (OFF): 1000 is outside the 4 KiB of registers"},
    {"RegisterSize", "read 1c 2 0\n", "2: field 2 (N): registers have 4 or 8 bytes"},
    {"RegisterMisaligned", "read 1c 8 0\n", "2: field 2 (N): offset 1c is not a multiple of 8"},
    {"ValueTooWide", "write 1c 4 100000000\n",
     "2: field 3 (V): '100000000' does not fit in 32 bits"},
    {"MemMisaligned", "mem 20 00\n", "2: field 1 (ADDR): 20 is not a multiple of 64"},
    {"MemTooShort", "mem 40 0011\n", "2: field 2 (BYTES): 4 hexadecimal digits instead of 128"},
    {"MemNotHex", "mem 40 zz\n", "2: field 2 (BYTES): 'zz' is not a hexadecimal number"},
    {"StatusTooWide", "read 1c 4 0\nstatus 40 123456789\n",
     "3: field 2 (V): '123456789' does not fit in 32 bits"},
    {"StatusFirst", "status 40 2\n",
     "2: 'status' follows no event that it could be a consequence of"},
    {"InterruptMisaligned", "int 28 fee00001 27 ok fee00001 27\n",
     "2: an interrupt message is one aligned DWORD"},
    {"InterruptOutput", "int 28 fee00000 27 ok fee00000\n", "2: field 6 (DATA'): missing"},
};

INSTANTIATE_TEST_SUITE_P(Lines, TraceLine, ::testing::ValuesIn(kBadLines),
                         [](const auto &info) { return std::string(info.param.name); });

TEST_F(TraceFile, UnitLineComesFirst) {
  write_plain("read 0 4 10\n");
  EXPECT_EQ(error(), path_.string() + ":1: event before the 'unit' line");
}

TEST_F(TraceFile, UnitLineIsChecked) {
  write_plain("unit ver 10 cup 0 ecap 0\n");
  EXPECT_EQ(error(), path_.string() + ":1: field 3 (cap): 'cup' instead of the word 'cap'");
}

}  // namespace
}  // namespace dmar::trace
