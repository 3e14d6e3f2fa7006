// SPDX-License-Identifier: Apache-2.0
// RAM of the guest: ranges of shared files, seen through two mappings.
#include <gmock/gmock.h>

#include <numeric>

#include "cosim/guest_memory.hpp"
#include "cosim_support.hpp"

namespace dmar::cosim {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kPage = 4096;

std::vector<std::uint8_t> numbered(std::size_t count, std::uint8_t first = 1) {
  std::vector<std::uint8_t> bytes(count);
  std::iota(bytes.begin(), bytes.end(), first);
  return bytes;
}

class GuestMemoryTest : public testing::Test {
 protected:
  static RamRange range(const FileDescriptor &file, const TestRange &where) {
    return {where.start, where.bytes, where.offset, duplicate(file)};
  }
  void map(const FileDescriptor &file, std::initializer_list<TestRange> wanted) {
    std::vector<RamRange> ranges;
    for (const TestRange &where : wanted) ranges.push_back(range(file, where));
    memory.replace(std::move(ranges));
  }
  // As the emulator sees it.
  static std::vector<std::uint8_t> in_file(const FileDescriptor &file, std::uint64_t offset,
                                           std::size_t count) {
    std::vector<std::uint8_t> bytes(count);
    EXPECT_EQ(::pread(file.raw(), bytes.data(), count, static_cast<off_t>(offset)),
              static_cast<ssize_t>(count));
    return bytes;
  }
  static void put_in_file(const FileDescriptor &file, std::uint64_t offset,
                          const std::vector<std::uint8_t> &bytes) {
    EXPECT_EQ(::pwrite(file.raw(), bytes.data(), bytes.size(), static_cast<off_t>(offset)),
              static_cast<ssize_t>(bytes.size()));
  }
  std::vector<std::uint8_t> read(std::uint64_t address, std::size_t count) {
    std::vector<std::uint8_t> bytes(count, 0xEE);
    EXPECT_TRUE(memory.read(HostAddr(address), bytes));
    return bytes;
  }
  // Refused, and nothing touched.
  void expect_nothing(std::uint64_t address, std::size_t count) {
    SCOPED_TRACE(testing::Message() << std::hex << address << " " << count);
    std::vector<std::uint8_t> bytes(count, 0xEE);
    EXPECT_FALSE(memory.read(HostAddr(address), bytes));
    EXPECT_EQ(bytes, std::vector<std::uint8_t>(count, 0xEE));
    EXPECT_FALSE(memory.write(HostAddr(address), std::vector<std::uint8_t>(count, 0x11)));
  }

  GuestMemory memory;
};

TEST_F(GuestMemoryTest, IsEmptyBeforeTheFirstMap) {
  EXPECT_TRUE(memory.empty());
  expect_nothing(0, 1);
}

TEST_F(GuestMemoryTest, IsTheMemoryOfTheFile) {
  const FileDescriptor file = memory_file(4 * kPage);
  map(file, {{0x1'0000, 3 * kPage, kPage}});
  EXPECT_FALSE(memory.empty());
  put_in_file(file, kPage + 0x123, numbered(100));
  EXPECT_EQ(read(0x1'0123, 100), numbered(100));
  EXPECT_TRUE(memory.write(HostAddr(0x1'2000), numbered(50, 7)));
  EXPECT_EQ(in_file(file, 3 * kPage, 50), numbered(50, 7));
  EXPECT_EQ(in_file(file, 0, 100), std::vector<std::uint8_t>(100));
}

// Every size and alignment up to a few words, for small ones are copied in another way.
TEST_F(GuestMemoryTest, CopiesEverySizeAndAlignment) {
  const FileDescriptor file = memory_file(kPage);
  map(file, {{0, kPage, 0}});
  for (std::size_t at = 0; at < 9; ++at) {
    for (std::size_t count = 0; count <= 40; ++count) {
      for (std::size_t shift = 0; shift < 2; ++shift) {  // of our own buffer
        SCOPED_TRACE(testing::Message() << at << " " << count << " " << shift);
        put_in_file(file, 0, std::vector<std::uint8_t>(64, 0xCC));
        const std::vector<std::uint8_t> ours = numbered(count + 1);
        const auto part = std::span(ours).subspan(shift, shift + count <= ours.size() ? count : 0);
        ASSERT_TRUE(memory.write(HostAddr(at), part));
        std::vector<std::uint8_t> expected(64, 0xCC);
        std::ranges::copy(part, expected.begin() + static_cast<std::ptrdiff_t>(at));
        ASSERT_EQ(in_file(file, 0, 64), expected);
        std::vector<std::uint8_t> back(count + 2, 0xEE);
        ASSERT_TRUE(memory.read(HostAddr(at), std::span(back).subspan(shift, part.size())));
        ASSERT_TRUE(std::ranges::equal(std::span(back).subspan(shift, part.size()), part));
        ASSERT_EQ(back.back(), 0xEE);
      }
    }
  }
}

TEST_F(GuestMemoryTest, RangesOfOneFileShareAMapping) {
  const FileDescriptor file = memory_file(8 * kPage);
  map(file, {{0x1'0000'0000, 4 * kPage, 4 * kPage}, {0, 4 * kPage, 0}});  // in any order
  EXPECT_EQ(memory.mapped_files(), 1U);
  EXPECT_TRUE(memory.write(HostAddr(0x1'0000'0000), numbered(16)));
  EXPECT_TRUE(memory.write(HostAddr(0), numbered(16, 100)));
  EXPECT_EQ(in_file(file, 4 * kPage, 16), numbered(16));
  EXPECT_EQ(in_file(file, 0, 16), numbered(16, 100));
}

TEST_F(GuestMemoryTest, TwoFilesAreTwoMappings) {
  const FileDescriptor one = memory_file(kPage);
  const FileDescriptor two = memory_file(2 * kPage);
  std::vector<RamRange> ranges;
  ranges.push_back(range(two, {kPage, kPage, kPage}));
  ranges.push_back(range(one, {0, kPage, 0}));
  memory.replace(std::move(ranges));
  EXPECT_EQ(memory.mapped_files(), 2U);
  // Neighbours, so that one access reaches both.
  EXPECT_TRUE(memory.write(HostAddr(kPage - 10), numbered(20)));
  EXPECT_EQ(in_file(one, kPage - 10, 10), numbered(10));
  EXPECT_EQ(in_file(two, kPage, 10), numbered(10, 11));
  EXPECT_EQ(read(kPage - 10, 20), numbered(20));
}

TEST_F(GuestMemoryTest, ReachesOverNeighboursThatLieElsewhereInTheFile) {
  const FileDescriptor file = memory_file(4 * kPage);
  map(file, {{0, kPage, 3 * kPage}, {kPage, kPage, 0}, {2 * kPage, kPage, 2 * kPage}});
  EXPECT_TRUE(memory.write(HostAddr(kPage - 3), numbered(kPage + 6)));
  EXPECT_EQ(in_file(file, 4 * kPage - 3, 3), numbered(3));
  EXPECT_EQ(in_file(file, 0, kPage), numbered(kPage, 4));
  EXPECT_EQ(in_file(file, 2 * kPage, 3), read(2 * kPage, 3));
  EXPECT_EQ(in_file(file, kPage, kPage), std::vector<std::uint8_t>(kPage));  // not mapped
  EXPECT_EQ(read(kPage - 3, kPage + 6), numbered(kPage + 6));
}

TEST_F(GuestMemoryTest, DoesNothingWhereAPartIsMissing) {
  const FileDescriptor file = memory_file(4 * kPage);
  map(file, {{kPage, kPage, 0}, {3 * kPage, kPage, kPage}});
  put_in_file(file, 0, std::vector<std::uint8_t>(2 * kPage, 0x77));
  expect_nothing(0, 8);
  expect_nothing(kPage - 1, 2);              // begins before
  expect_nothing(2 * kPage - 4, 8);          // ends in the hole
  expect_nothing(2 * kPage - 4, kPage + 8);  // over the hole
  expect_nothing(2 * kPage, 1);
  expect_nothing(4 * kPage, 1);
  expect_nothing(4 * kPage - 1, 2);
  expect_nothing(~std::uint64_t{0}, 1);
  expect_nothing(~std::uint64_t{0} - 3, 8);  // around the end of the address space
  EXPECT_EQ(in_file(file, 0, 2 * kPage), std::vector<std::uint8_t>(2 * kPage, 0x77));
}

TEST_F(GuestMemoryTest, RefusesMapsThatMakeNoSense) {
  const FileDescriptor file = memory_file(4 * kPage);
  map(file, {{0, kPage, 0}});
  EXPECT_TRUE(memory.write(HostAddr(0), numbered(8)));
  const std::size_t before = open_descriptors();
  const auto refused = [&](std::initializer_list<TestRange> ranges) {
    return error_of([&] { map(file, ranges); });
  };
  EXPECT_THAT(refused({{0, 2 * kPage, 0}, {kPage, kPage, 2 * kPage}}),
              HasSubstr("ranges overlap at 0x1000"));
  EXPECT_THAT(refused({{kPage, kPage, 0}, {kPage, kPage, kPage}}), HasSubstr("overlap"));
  EXPECT_THAT(refused({{0x5000, 5 * kPage, 0}}),
              HasSubstr("at 0x5000: 20480 bytes from offset 0x0 do not fit its file of 16384"));
  EXPECT_THAT(refused({{0x5000, kPage, 4 * kPage}}), HasSubstr("do not fit"));
  EXPECT_THAT(refused({{0x5000, kPage, ~std::uint64_t{0}}}), HasSubstr("do not fit"));
  EXPECT_THAT(refused({{0x5000, ~std::uint64_t{0}, kPage}}), HasSubstr("wraps around"));
  EXPECT_THAT(refused({{~std::uint64_t{0} - kPage + 2, kPage, 0}}), HasSubstr("wraps around"));
  EXPECT_THAT(refused({{0x5000, 0, 0}}), HasSubstr("0 bytes"));
  EXPECT_THAT(error_of([&] {
                std::vector<RamRange> ranges;
                ranges.push_back({.start = 0x7000, .bytes = kPage, .offset = 0, .file = {}});
                memory.replace(std::move(ranges));
              }),
              HasSubstr("guest memory at 0x7000: "));
  SocketPair sockets;
  EXPECT_THAT(error_of([&] {
                map(sockets.near, {{0x5000, kPage, 0}});
              }),
              HasSubstr("guest memory at 0x5000: "));
  sockets.near.close();
  sockets.far.close();
  // The old map is still there, and no descriptor was kept.
  EXPECT_EQ(read(0, 8), numbered(8));
  expect_nothing(kPage, 1);
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(GuestMemoryTest, ReplaceKeepsMappings) {
  const FileDescriptor file = memory_file(64 * kPage);
  map(file, {{0, 64 * kPage, 0}});
  EXPECT_TRUE(memory.write(HostAddr(0), numbered(8)));
  const std::size_t before = open_descriptors();
  for (std::uint64_t i = 1; i < 200; ++i) {
    map(file, {{0, (i % 60 + 1) * kPage, 0}, {1ULL << 32, kPage, 63 * kPage}});
    ASSERT_EQ(memory.mapped_files(), 1U);
    ASSERT_EQ(read(0, 8), numbered(8));
  }
  EXPECT_EQ(open_descriptors(), before);
  memory.replace({});
  EXPECT_TRUE(memory.empty());
  expect_nothing(0, 1);
  map(file, {{0x8000, kPage, 0}});
  EXPECT_EQ(read(0x8000, 8), numbered(8));
  EXPECT_EQ(memory.mapped_files(), 1U);
}

TEST_F(GuestMemoryTest, TakesRangesOneByOne) {
  const FileDescriptor file = memory_file(8 * kPage);
  memory.add(range(file, {0, 4 * kPage, 0}));
  memory.add(range(file, {1ULL << 32, 2 * kPage, 4 * kPage}));
  EXPECT_TRUE(memory.write(HostAddr((1ULL << 32) + kPage), numbered(8)));
  EXPECT_EQ(in_file(file, 5 * kPage, 8), numbered(8));
  expect_nothing(4 * kPage, 1);
  EXPECT_THAT(error_of([&] {
                memory.add(range(file, {3 * kPage, 2 * kPage, 0}));
              }),
              HasSubstr("overlap at 0x3000"));
  EXPECT_THAT(error_of([&] {
                memory.add(range(file, {9 * kPage, 9 * kPage, 0}));
              }),
              HasSubstr("do not fit"));
  EXPECT_EQ(read((1ULL << 32) + kPage, 8), numbered(8));
}

TEST_F(GuestMemoryTest, RemovesWholeRanges) {
  const FileDescriptor file = memory_file(8 * kPage);
  for (std::uint64_t page = 0; page < 8; page += 2) {
    memory.add(range(file, {page * kPage, 2 * kPage, page * kPage}));
  }
  for (const auto &[start, bytes] : {std::pair<std::uint64_t, std::uint64_t>{kPage, kPage},
                                     {0, kPage},
                                     {kPage, 3 * kPage},
                                     {2 * kPage, 3 * kPage}}) {
    EXPECT_THAT(error_of([&, start = start, bytes = bytes] { memory.remove(start, bytes); }),
                HasSubstr("end inside a range"));
  }
  memory.remove(2 * kPage, 4 * kPage);
  memory.remove(16 * kPage, kPage);  // there is nothing
  memory.settle();
  expect_nothing(2 * kPage, 1);
  expect_nothing(6 * kPage - 1, 1);
  EXPECT_EQ(read(0, 2 * kPage).size(), 2 * kPage);
  EXPECT_EQ(read(6 * kPage, 2 * kPage).size(), 2 * kPage);
}

// A range is cut into pieces: what has gone is there until it is settled, under what has come.
TEST_F(GuestMemoryTest, KeepsWhatHasGoneUntilItIsSettled) {
  const FileDescriptor file = memory_file(4 * kPage);
  const FileDescriptor other = memory_file(4 * kPage);
  put_in_file(file, 0, std::vector<std::uint8_t>(4 * kPage, 1));
  put_in_file(other, 0, std::vector<std::uint8_t>(4 * kPage, 2));
  memory.add(range(file, {0, 4 * kPage, 0}));
  memory.remove(0, 4 * kPage);
  EXPECT_EQ(read(0, 4 * kPage), std::vector<std::uint8_t>(4 * kPage, 1));
  memory.add(range(other, {kPage, kPage, 0}));
  std::vector<std::uint8_t> expected(4 * kPage, 1);
  std::fill_n(expected.begin() + kPage, kPage, std::uint8_t{2});
  EXPECT_EQ(read(0, 4 * kPage), expected);
  memory.settle();
  expect_nothing(0, 1);
  expect_nothing(2 * kPage - 1, 2);
  EXPECT_EQ(read(kPage, kPage), std::vector<std::uint8_t>(kPage, 2));
  // Twice cut: the later state counts.
  memory.remove(kPage, kPage);
  memory.add(range(file, {kPage, kPage, 0}));
  memory.remove(kPage, kPage);
  EXPECT_EQ(read(kPage, 1), std::vector<std::uint8_t>(1, 1));
}

TEST_F(GuestMemoryTest, DoesNotWriteToWhatIsReadOnly) {
  const FileDescriptor file = memory_file(4 * kPage);
  put_in_file(file, 0, numbered(8));
  RamRange protected_range = range(file, {0, kPage, 0});
  protected_range.writable = false;
  memory.add(protected_range);
  memory.add(range(file, {kPage, kPage, kPage}));
  EXPECT_EQ(read(0, 8), numbered(8));
  EXPECT_FALSE(memory.write(HostAddr(0), numbered(8, 50)));
  EXPECT_FALSE(memory.write(HostAddr(kPage - 4), numbered(8, 50)));  // in part
  EXPECT_EQ(in_file(file, 0, 8), numbered(8));
  EXPECT_EQ(in_file(file, kPage, 4), std::vector<std::uint8_t>(4));
  EXPECT_TRUE(memory.write(HostAddr(kPage), numbered(8, 50)));
}

TEST_F(GuestMemoryTest, SwapsWhatIsAsExpected) {
  const FileDescriptor file = memory_file(kPage);
  map(file, {{0, kPage, 0}});
  put_in_file(file, 64, numbered(64));
  std::vector<std::uint8_t> desired = numbered(64);
  desired[9] ^= 0x80;
  desired[32] ^= 1;
  using Swap = MemoryBus::Swap;
  EXPECT_EQ(memory.compare_and_swap(HostAddr(64), numbered(64), desired), Swap::kDone);
  EXPECT_EQ(in_file(file, 64, 64), desired);
  EXPECT_EQ(memory.compare_and_swap(HostAddr(64), numbered(64), desired), Swap::kChanged);
  EXPECT_EQ(memory.compare_and_swap(HostAddr(kPage), numbered(64), desired), Swap::kError);
}

// A posting that finds ON set changes PIR alone. When the guest has cleared ON meanwhile, nobody
// would look at PIR any more, so the posting has to look again.
TEST_F(GuestMemoryTest, ComparesWhatASwapLeavesAsItIs) {
  const FileDescriptor file = memory_file(kPage);
  map(file, {{0, kPage, 0}});
  const std::vector<std::uint8_t> expected = numbered(64);
  std::vector<std::uint8_t> desired = expected;
  desired[9] ^= 0x80;
  std::vector<std::uint8_t> there = expected;
  there[32] ^= 1;
  put_in_file(file, 0, there);
  EXPECT_EQ(memory.compare_and_swap(HostAddr(0), expected, desired), MemoryBus::Swap::kChanged);
}

TEST_F(GuestMemoryTest, SaysThatAFileHasGrown) {
  const FileDescriptor file = memory_file(kPage);
  map(file, {{0, kPage, 0}});
  ASSERT_EQ(::ftruncate(file.raw(), 2 * kPage), 0);
  EXPECT_THAT(error_of([&] { map(file, {{0, 2 * kPage, 0}}); }), HasSubstr("has grown"));
}

}  // namespace
}  // namespace dmar::cosim
