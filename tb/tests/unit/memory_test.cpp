// SPDX-License-Identifier: Apache-2.0
// Host memory: bytes, errors, observers, versions over time.
#include "memory/memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>

namespace dmar {
namespace {

constexpr auto kForever = Memory::kForever;
constexpr HostAddr kWord{0x1000};

TEST(MemoryBytes, NeverWrittenReadsAsZero) {
  Memory memory;
  std::array<std::uint8_t, 16> bytes{};
  bytes.fill(0xFF);
  EXPECT_TRUE(memory.read(HostAddr(0xFFFF'FFFF'FFFF'FFF0), bytes));
  EXPECT_THAT(bytes, ::testing::Each(0));
}

TEST(MemoryBytes, AccessesCrossPages) {
  Memory memory;
  std::vector<std::uint8_t> bytes(10'000);
  std::iota(bytes.begin(), bytes.end(), 0);
  EXPECT_TRUE(memory.write(HostAddr(0x0FF3), bytes));
  std::vector<std::uint8_t> back(10'000);
  EXPECT_TRUE(memory.read(HostAddr(0x0FF3), back));
  EXPECT_EQ(back, bytes);
  EXPECT_EQ(memory.read8(HostAddr(0x0FF2)), 0);
}

TEST(MemoryBytes, WordsAreLittleEndian) {
  Memory memory;
  memory.write64(kWord, 0x0123'4567'89AB'CDEF);
  EXPECT_EQ(memory.read8(kWord), 0xEF);
  EXPECT_EQ(memory.read32(HostAddr(0x1004)), 0x0123'4567u);
  memory.write32(HostAddr(0x1FFE), 0xAABB'CCDD);
  EXPECT_EQ(memory.read64(HostAddr(0x1FFE)), 0xAABB'CCDDu);
}

TEST(MemoryErrors, HitExactlyTheirRangeAndDirection) {
  Memory memory;
  memory.write64(kWord, 7);
  std::array<std::uint8_t, 4> bytes{9, 9, 9, 9};
  memory.inject_error(HostAddr(0x1004), HostAddr(0x1004), Memory::ErrorOn::kRead);
  EXPECT_TRUE(memory.read(HostAddr(0x1000), bytes));
  bytes.fill(9);
  EXPECT_FALSE(memory.read(HostAddr(0x1001), bytes));
  EXPECT_THAT(bytes, ::testing::Each(9));
  EXPECT_TRUE(memory.read(HostAddr(0x1005), bytes));
  EXPECT_TRUE(memory.write(HostAddr(0x1001), bytes));
  memory.clear_errors();
  memory.inject_error(kWord, kWord, Memory::ErrorOn::kWrite);
  const std::uint64_t before = memory.read64(kWord);
  EXPECT_FALSE(memory.write(HostAddr(0x0FFD), bytes));
  EXPECT_EQ(memory.read64(kWord), before);
  EXPECT_EQ(memory.read8(HostAddr(0x0FFF)), 0);
  EXPECT_TRUE(memory.read(kWord, bytes));
  memory.write64(kWord, 1);  // software is not affected
  EXPECT_EQ(memory.read64(kWord), 1u);
  EXPECT_THROW(memory.inject_error(kWord, HostAddr(0xFFF)), std::invalid_argument);
}

TEST(MemoryObservers, SeeEachWriteThatTookEffect) {
  Memory memory;
  std::vector<std::pair<std::uint64_t, std::size_t>> seen;
  const std::size_t handle =
      memory.observe_writes([&](HostAddr address, std::span<const std::uint8_t> bytes) {
        seen.emplace_back(address.raw(), bytes.size());
      });
  memory.write64(kWord, 1);
  const std::array<std::uint8_t, 3> bytes{};
  memory.write(HostAddr(0x2FFF), bytes);
  memory.inject_error(HostAddr(0x5000), HostAddr(0x5FFF));
  memory.write(HostAddr(0x5000), bytes);
  using Seen = std::pair<std::uint64_t, std::size_t>;
  EXPECT_THAT(seen, ::testing::ElementsAre(Seen{0x1000, 8}, Seen{0x2FFF, 3}));
  memory.stop_observing(handle);
  memory.write64(kWord, 2);
  EXPECT_EQ(seen.size(), 2u);
}

class MemoryHistory : public ::testing::Test {
 protected:
  MemoryHistory() {
    memory_.write64(kWord, 10);
    memory_.record_history(true);
  }
  void write_at(Memory::Time time, std::uint64_t value) {
    memory_.set_time(time);
    memory_.write64(kWord, value);
  }
  using Versions = std::vector<WordVersion>;

  Memory memory_;
};

TEST_F(MemoryHistory, KeepsEveryVersionWithItsLifetime) {
  write_at(5, 11);
  write_at(9, 12);
  EXPECT_EQ(memory_.versions(kWord, 0, 100), (Versions{{10, 0, 5}, {11, 5, 9}, {12, 9, kForever}}));
  EXPECT_EQ(memory_.versions(kWord, 6, 8), (Versions{{11, 5, 9}}));
  EXPECT_EQ(memory_.versions(kWord, 5, 5), (Versions{{10, 0, 5}, {11, 5, 9}}));
  EXPECT_EQ(memory_.versions(kWord, 10, 20), (Versions{{12, 9, kForever}}));
  EXPECT_EQ(memory_.versions(HostAddr(0x1008), 0, 100), (Versions{{0, 0, kForever}}));
  EXPECT_EQ(memory_.versions(HostAddr(0x7000), 0, 100), (Versions{{0, 0, kForever}}));
}

TEST_F(MemoryHistory, VersionsWithinOneMomentAreKept) {
  write_at(5, 11);
  write_at(5, 12);
  EXPECT_EQ(memory_.versions(kWord, 5, 5), (Versions{{10, 0, 5}, {11, 5, 5}, {12, 5, kForever}}));
}

TEST_F(MemoryHistory, PartialAndUnalignedWritesMakeVersionsOfWholeWords) {
  memory_.set_time(3);
  memory_.write32(HostAddr(0x1006), 0xFFFF'FFFF);
  EXPECT_EQ(memory_.versions(kWord, 3, 3),
            (Versions{{10, 0, 3}, {0xFFFF'0000'0000'000A, 3, kForever}}));
  EXPECT_EQ(memory_.versions(HostAddr(0x1008), 3, 3), (Versions{{0, 0, 3}, {0xFFFF, 3, kForever}}));
}

TEST_F(MemoryHistory, ErrorsAreVersionsToo) {
  write_at(5, 11);
  memory_.set_time(7);
  memory_.inject_error(HostAddr(0x1004), HostAddr(0x2000), Memory::ErrorOn::kRead);
  memory_.set_time(9);
  memory_.clear_errors();
  EXPECT_EQ(memory_.versions(kWord, 0, 20),
            (Versions{{10, 0, 5}, {11, 5, 7}, {std::nullopt, 7, 9}, {11, 9, kForever}}));
  EXPECT_EQ(memory_.versions(kWord, 8, 8), (Versions{{std::nullopt, 7, 9}}));
  EXPECT_EQ(memory_.versions(HostAddr(0x0FF8), 8, 8), (Versions{{0, 0, kForever}}));
  memory_.inject_error(kWord, kWord, Memory::ErrorOn::kWrite);
  EXPECT_EQ(memory_.versions(kWord, 9, 20).back(), (WordVersion{11, 9, kForever}));
}

TEST_F(MemoryHistory, ForgettingDropsOnlyWhatEndedBefore) {
  write_at(5, 11);
  write_at(9, 12);
  memory_.forget_history(6);
  EXPECT_EQ(memory_.versions(kWord, 0, 100), (Versions{{11, 5, 9}, {12, 9, kForever}}));
  memory_.forget_history(10);
  EXPECT_EQ(memory_.versions(kWord, 10, 100), (Versions{{12, 0, kForever}}));
}

TEST_F(MemoryHistory, StoppingForgetsAll) {
  write_at(5, 11);
  memory_.record_history(false);
  EXPECT_EQ(memory_.versions(kWord, 0, 100), (Versions{{11, 0, kForever}}));
  write_at(6, 12);
  EXPECT_EQ(memory_.versions(kWord, 0, 100), (Versions{{12, 0, kForever}}));
}

TEST_F(MemoryHistory, MisuseThrows) {
  memory_.set_time(4);
  EXPECT_THROW(memory_.set_time(3), std::invalid_argument);
  EXPECT_THROW((void)memory_.versions(HostAddr(0x1004), 0, 1), std::invalid_argument);
}

}  // namespace
}  // namespace dmar
