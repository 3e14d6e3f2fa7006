// SPDX-License-Identifier: Apache-2.0
// Status writes: once each, in order, with their data, and what their arrival makes illegal.
#include "scoreboard/command_oracle.hpp"

#include <gtest/gtest.h>

#include "dmar/registers.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {
namespace {

constexpr HostAddr kQueue{0x3000'0000};
constexpr HostAddr kStatus{0x3000'1000};

struct OracleTest : ::testing::Test {
  OracleTest() {
    oracle.write(reg::kIqa, 8, kQueue.raw(), 1);
    oracle.write(reg::kGcmd, 4, gcmd::kQie, 2);
  }
  void push(std::uint64_t lo, std::uint64_t hi) {
    memory.write64(HostAddr(kQueue.raw() + 16 * tail), lo);
    memory.write64(HostAddr(kQueue.raw() + 16 * tail + 8), hi);
    ++tail;
  }
  // A global IOTLB invalidation and a wait that writes `data`.
  void batch(std::uint32_t data, Memory::Time now) {
    push(0x12, 0);
    push(0x25 | (std::uint64_t{data} << 32), kStatus.raw());
    oracle.write(reg::kIqt, 8, 16 * tail, now);
  }
  [[nodiscard]] Memory::Time horizon(Memory::Time used) {
    return board.invalidations().paging_horizon(DomainId(1), Iova(0x4000), true, used);
  }

  Config config;
  Memory memory;
  Scoreboard board{config, memory};
  CommandOracle oracle{config, memory, board};
  std::uint32_t tail = 0;
};

TEST_F(OracleTest, CompletionCountsFromTheCommand) {
  batch(7, 50);
  EXPECT_EQ(oracle.status_writes_due(), 1U);
  EXPECT_EQ(horizon(1000), 0U);
  oracle.note_status_write({kStatus, 7, 90});
  EXPECT_EQ(horizon(90), 0U);
  EXPECT_EQ(horizon(91), 50U);
  EXPECT_EQ(oracle.invalidations(), 1U);
  EXPECT_EQ(memory.read32(kStatus), 0U);  // the oracle itself writes nothing
}

TEST_F(OracleTest, StatusWritesComeInOrderOnceWithTheirData) {
  batch(7, 50);
  batch(8, 60);
  EXPECT_THROW(oracle.note_status_write({kStatus, 8, 90}), Mismatch);
  EXPECT_THROW(oracle.note_status_write({HostAddr(kStatus.raw() + 4), 7, 90}), Mismatch);
  oracle.note_status_write({kStatus, 7, 90});
  EXPECT_EQ(horizon(100), 50U);
  EXPECT_THROW(oracle.note_status_write({kStatus, 7, 91}), Mismatch);
  EXPECT_THROW(oracle.note_all_done(92), Mismatch);
  oracle.note_status_write({kStatus, 8, 95});
  EXPECT_THROW(oracle.note_status_write({kStatus, 8, 96}), Mismatch);
}

TEST_F(OracleTest, NothingBehindABadDescriptorIsDue) {
  push(0x10, 0);  // no such type
  batch(7, 50);
  EXPECT_EQ(oracle.status_writes_due(), 0U);
  EXPECT_EQ(oracle.expected(reg::kIqh, 8), 0U);
  EXPECT_EQ(oracle.expected(reg::kFsts, 4) & fsts::kIqe, fsts::kIqe);
}

TEST_F(OracleTest, ControlChangesFlushEverything) {
  oracle.write(reg::kGcmd, 4, gcmd::kQie | gcmd::kTe, 50);
  EXPECT_EQ(board.control().possible(60, 60).size(), 2U);
  oracle.note_all_done(70);
  EXPECT_EQ(board.control().possible(80, 80).size(), 1U);
  EXPECT_EQ(horizon(80), 50U);
}

}  // namespace
}  // namespace dmar::bench
