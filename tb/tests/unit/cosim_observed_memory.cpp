// SPDX-License-Identifier: Apache-2.0
// Bytes at the device against bytes at memory, with bursts made by hand.
#include <gmock/gmock.h>

#include <numeric>

#include "bench/dma_burst.hpp"
#include "cosim/judged_memory.hpp"
#include "cosim/observed_memory.hpp"
#include "memory/memory.hpp"

namespace dmar::cosim {
namespace {

constexpr SourceId kSource = bdf(0, 4, 0);
constexpr std::uint8_t kId = 3;

class ObservedMemoryTest : public testing::Test {
 protected:
  static Request request(AccessKind kind, std::uint32_t bytes, std::uint64_t offset = 0) {
    return {.source_id = kSource, .address = Iova(0x1000 + offset), .kind = kind, .bytes = bytes};
  }
  static Completion okay(std::uint64_t address, std::vector<std::uint8_t> data = {}) {
    return {.address = HostAddr(address), .data = std::move(data)};
  }
  static bench::AddressBeat beat(const Request &asked, std::uint64_t address) {
    bench::AddressBeat burst = bench::make_burst(asked, {}, kId).address;
    burst.address = address;
    burst.user = asked.source_id.raw() | (1U << bench::dma_user::kSnoop);
    return burst;
  }
  // Memory carries out a read burst, beat by beat.
  void perform_read(const Request &asked, std::uint64_t address, bool error = false) {
    const bench::AddressBeat burst = beat(asked, address);
    for (unsigned i = 0; i <= burst.len; ++i) {
      const std::uint64_t first = bench::beat_address(burst, i);
      std::vector<std::uint8_t> out(bench::beat_base(first, burst.size) + (1U << burst.size) -
                                    first);
      observed.read(HostAddr(first), out);
    }
    accesses.push_back({.write = false, .address = burst, .error = error});
  }
  void perform_write(const Request &asked, std::uint64_t address,
                     const std::vector<std::uint8_t> &bytes) {
    EXPECT_TRUE(observed.write(HostAddr(address), bytes));
    accesses.push_back(
        {.write = true, .address = beat(asked, address), .runs = {{address, bytes}}});
  }
  void note() { observed.note(std::exchange(accesses, {})); }
  std::vector<std::uint8_t> fill(std::uint64_t address, std::size_t count) {
    std::vector<std::uint8_t> bytes(count);
    std::iota(bytes.begin(), bytes.end(), static_cast<std::uint8_t>(address));
    memory.store(HostAddr(address), bytes);
    return bytes;
  }
  std::string check(const Request &asked, const Completion &completion,
                    const std::vector<std::uint8_t> &data = {}, std::uint8_t id = kId) {
    return observed.check(asked, id, data, completion);
  }

  Memory memory;
  ObservedMemory observed{memory};
  std::vector<bench::AxiAccess> accesses;
};

TEST_F(ObservedMemoryTest, FindsTheBytesOfARead) {
  // Aligned and not, one beat and several.
  for (const auto &[offset, bytes] : {std::pair{0U, 64U}, {8U, 8U}, {5U, 100U}, {1U, 1U}}) {
    SCOPED_TRACE(offset);
    const std::vector<std::uint8_t> data = fill(0x8000 + offset, bytes);
    const Request asked = request(AccessKind::kRead, bytes, offset);
    perform_read(asked, 0x8000 + offset);
    note();
    EXPECT_EQ(observed.unexplained(), 1U);
    EXPECT_EQ(check(asked, okay(0x8000 + offset, data)), "");
    EXPECT_EQ(observed.unexplained(), 0U);
  }
}

TEST_F(ObservedMemoryTest, TakesNoticeOfAWrongByte) {
  const Request asked = request(AccessKind::kRead, 64);
  std::vector<std::uint8_t> data = fill(0x8000, 64);
  perform_read(asked, 0x8000);
  note();
  data[17] ^= 0x80;
  EXPECT_EQ(check(asked, okay(0x8000, data)), "byte 17 is 91 at the device, 11 at memory");
}

// What counts is what memory held when it was read.
TEST_F(ObservedMemoryTest, MemoryMayChangeAfterwards) {
  const Request asked = request(AccessKind::kRead, 64);
  const std::vector<std::uint8_t> data = fill(0x8000, 64);
  perform_read(asked, 0x8000);
  note();
  memory.store(HostAddr(0x8000), std::vector<std::uint8_t>(64, 0xFF));
  EXPECT_EQ(check(asked, okay(0x8000, data)), "");
}

TEST_F(ObservedMemoryTest, ReadsOfTablesAreInBetween) {
  const Request asked = request(AccessKind::kRead, 64);
  const std::vector<std::uint8_t> data = fill(0x8000, 64);
  std::vector<std::uint8_t> table(16);
  observed.read(HostAddr(0x10'0000), table);
  perform_read(asked, 0x8000);
  observed.read(HostAddr(0x10'0040), table);
  perform_read(asked, 0x8000);
  note();
  EXPECT_EQ(observed.unexplained(), 2U);
  EXPECT_EQ(check(asked, okay(0x8000, data)), "");
  EXPECT_EQ(check(asked, okay(0x8000, data)), "");
  EXPECT_EQ(observed.unexplained(), 0U);
}

TEST_F(ObservedMemoryTest, ComparesWrites) {
  const Request asked = request(AccessKind::kWrite, 20);
  std::vector<std::uint8_t> data(20);
  std::iota(data.begin(), data.end(), 1);
  perform_write(asked, 0x8000, data);
  note();
  EXPECT_EQ(check(asked, okay(0x8000), data), "");
  std::vector<std::uint8_t> stored(20);
  memory.load(HostAddr(0x8000), stored);
  EXPECT_EQ(stored, data);

  std::vector<std::uint8_t> wrong = data;
  wrong[19] = 0;
  perform_write(asked, 0x8000, wrong);
  note();
  EXPECT_EQ(check(asked, okay(0x8000), data), "byte 19 is 14 at the device, 00 at memory");

  wrong.pop_back();
  perform_write(asked, 0x8000, wrong);
  note();
  EXPECT_EQ(check(asked, okay(0x8000), data), "20 bytes at the device, 19 at memory");
}

TEST_F(ObservedMemoryTest, MissesAnAccess) {
  const Request read = request(AccessKind::kRead, 64);
  const Request write = request(AccessKind::kWrite, 64);
  const std::vector<std::uint8_t> data = fill(0x8000, 64);
  const char *const kNone = "no access of memory belongs to it";
  EXPECT_EQ(check(read, okay(0x8000, data)), kNone);
  perform_read(read, 0x8000);
  note();
  EXPECT_EQ(check(read, okay(0x9000, data)), kNone);               // another place
  EXPECT_EQ(check(read, okay(0x8000, data), {}, kId + 1), kNone);  // another ID
  EXPECT_EQ(check(write, okay(0x8000), data), kNone);              // another direction
  Request neighbour = read;
  neighbour.source_id = bdf(0, 5, 0);
  EXPECT_EQ(check(neighbour, okay(0x8000, data)), kNone);
  EXPECT_EQ(observed.unexplained(), 1U);
  EXPECT_EQ(check(read, okay(0x8000, data)), "");
  EXPECT_EQ(check(read, okay(0x8000, data)), kNone);  // it was one access
}

TEST_F(ObservedMemoryTest, ExpectsNoAccessOfBlockedRequestsAndMessages) {
  const Request asked = request(AccessKind::kWrite, 4);
  EXPECT_EQ(check(asked, {.status = Completion::Status::kBlocked}), "");
  EXPECT_EQ(check(asked, {.interrupt = Message{0xFEE0'0000, 1}}), "");
  EXPECT_EQ(check(asked, {}), "");  // completed without an access
}

TEST_F(ObservedMemoryTest, CountsAccessesThatNobodyAskedFor) {
  perform_read(request(AccessKind::kRead, 64), 0x8000);
  perform_write(request(AccessKind::kWrite, 4), 0x9000, {1, 2, 3, 4});
  bench::AxiAccess message{.write = true, .address = beat(request(AccessKind::kWrite, 4), 0)};
  message.address.user |= 1U << bench::dma_user::kInterrupt;
  accesses.push_back(message);
  note();
  EXPECT_EQ(observed.unexplained(), 2U);
  observed.forget();
  EXPECT_EQ(observed.unexplained(), 0U);
}

TEST_F(ObservedMemoryTest, AnErrorExplainsItsAccessToo) {
  const Request asked = request(AccessKind::kRead, 64);
  memory.inject_error(HostAddr(0x8020), HostAddr(0x8020));
  perform_read(asked, 0x8000, true);
  note();
  EXPECT_EQ(check(asked, {.status = Completion::Status::kMemoryError, .address = HostAddr(0x8000)}),
            "");
  EXPECT_EQ(observed.unexplained(), 0U);
  // And does not spoil the next one.
  memory.clear_errors();
  const std::vector<std::uint8_t> data = fill(0x8000, 64);
  perform_read(asked, 0x8000);
  note();
  EXPECT_EQ(check(asked, okay(0x8000, data)), "");
}

TEST(JudgedMemory, TellsWhatIsReadAndWritesNothing) {
  Memory memory;
  memory.write64(HostAddr(0x1000), 0x1122'3344'5566'7788);
  memory.inject_error(HostAddr(0x9000), HostAddr(0x9FFF));
  JudgedMemory judged(memory);
  std::vector<std::uint8_t> out(8);
  EXPECT_TRUE(judged.read(HostAddr(0x1000), out));  // nobody listens
  std::vector<std::pair<std::uint64_t, std::size_t>> seen;
  judged.observe_reads(
      [&](HostAddr address, std::size_t bytes) { seen.emplace_back(address.raw(), bytes); });
  EXPECT_TRUE(judged.read(HostAddr(0x1000), out));
  EXPECT_EQ(out[0], 0x88U);
  EXPECT_FALSE(judged.read(HostAddr(0x9000), out));
  EXPECT_TRUE(judged.write(HostAddr(0x1000), std::vector<std::uint8_t>(4, 0xFF)));
  EXPECT_EQ(memory.read64(HostAddr(0x1000)), 0x1122'3344'5566'7788U);
  EXPECT_FALSE(judged.write(HostAddr(0x9000), std::vector<std::uint8_t>(4)));
  EXPECT_EQ(seen, (std::vector<std::pair<std::uint64_t, std::size_t>>{{0x1000, 8}, {0x9000, 8}}));
}

}  // namespace
}  // namespace dmar::cosim
