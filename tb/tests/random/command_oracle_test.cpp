// SPDX-License-Identifier: Apache-2.0
// Status writes: once each, in order, with their data, and what their arrival makes illegal.
#include "scoreboard/command_oracle.hpp"

#include <gtest/gtest.h>

#include <optional>

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

// Device TLBs: the unit has tags of its own, and what devices do wrong is wrong by those.
struct OracleDeviceTest : ::testing::Test {
  static constexpr SourceId kDevice = bdf(0, 3, 0);
  static constexpr SourceId kOther = bdf(0, 4, 0);

  OracleDeviceTest() {
    config.device_tlb = true;
    oracle.emplace(config, memory, board);
    oracle->write(reg::kIqa, 8, kQueue.raw(), 1);
    oracle->write(reg::kGcmd, 4, gcmd::kQie | gcmd::kTe, 2);
    oracle->note_all_done(3);
  }
  void push(std::uint64_t lo, std::uint64_t hi) {
    memory.write64(HostAddr(kQueue.raw() + 16 * tail), lo);
    memory.write64(HostAddr(kQueue.raw() + 16 * tail + 8), hi);
    ++tail;
  }
  // A message to each device and a wait; the unit gives them these tags.
  void ask(std::uint8_t of_device, std::uint8_t of_other) {
    for (const SourceId source_id : {kDevice, kOther}) {
      push(3 | std::uint64_t{source_id.raw()} << 32, 0);
    }
    push(0x25 | std::uint64_t{7} << 32, kStatus.raw());
    oracle->write(reg::kIqt, 8, 16 * tail, 10);
    oracle->note_invalidate_request({.source_id = kDevice, .itag = of_device});
    oracle->note_invalidate_request({.source_id = kOther, .itag = of_other});
  }
  void answer(SourceId source_id, std::uint32_t itags, std::uint8_t count = 1) {
    oracle->complete_invalidation({.source_id = source_id, .itags = itags, .count = count}, 20);
  }
  [[nodiscard]] std::uint64_t errors() const {
    return oracle->expected(reg::kFsts, 4) & (fsts::kIce | fsts::kIte);
  }

  Config config;
  Memory memory;
  Scoreboard board{config, memory};
  std::optional<CommandOracle> oracle;
  std::uint32_t tail = 0;
};

TEST_F(OracleDeviceTest, AnswersCountByTheTagsOfTheUnit) {
  ask(30, 0);
  answer(kDevice, std::uint32_t{1} << 30);
  EXPECT_TRUE(oracle->waits_for_devices());
  answer(kOther, 1);
  EXPECT_FALSE(oracle->waits_for_devices());
  EXPECT_EQ(oracle->status_writes_due(), 1U);
  EXPECT_EQ(errors(), 0U);
}

TEST_F(OracleDeviceTest, WrongTagsAreErrorsAndCountForNobody) {
  ask(30, 0);
  answer(kDevice, 1U);  // with the other one
  EXPECT_EQ(errors(), fsts::kIce);
  oracle->write(reg::kFsts, 4, fsts::kIce, 21);
  answer(kOther, 1U << 1);  // with nobody
  EXPECT_EQ(errors(), fsts::kIce);
  EXPECT_TRUE(oracle->waits_for_devices());
  answer(kDevice, ~0U);  // its own among those of others
  answer(kOther, 1U);
  EXPECT_FALSE(oracle->waits_for_devices());
  oracle->write(reg::kFsts, 4, fsts::kIce, 22);
  answer(kOther, 1U);  // once more
  EXPECT_EQ(errors(), fsts::kIce);
}

TEST_F(OracleDeviceTest, EachMessageSaysHowManyAreEnough) {
  ask(3, 4);
  answer(kOther, 1U << 4);
  answer(kDevice, 1U << 3, 3);
  answer(kDevice, 1U << 3, 8);
  EXPECT_TRUE(oracle->waits_for_devices());
  answer(kDevice, 1U << 3, 3);
  EXPECT_FALSE(oracle->waits_for_devices());
  EXPECT_EQ(errors(), 0U);
}

TEST_F(OracleDeviceTest, ATagThatIsOutDoesNotGoOutAgain) {
  ask(3, 4);
  push(3 | std::uint64_t{kDevice.raw()} << 32, 0);
  answer(kDevice, 1U << 3);
  answer(kOther, 1U << 4);
  oracle->write(reg::kIqt, 8, 16 * tail, 30);
  oracle->note_invalidate_request({.source_id = kDevice, .itag = 3});
  push(3 | std::uint64_t{kDevice.raw()} << 32, 0);
  oracle->write(reg::kIqt, 8, 16 * tail, 40);
  EXPECT_THROW(oracle->note_invalidate_request({.source_id = kDevice, .itag = 3}), Mismatch);
}

TEST_F(OracleDeviceTest, ATimeOutEndsTheWait) {
  ask(3, 4);
  answer(kOther, 1U << 4);
  oracle->time_out_device(3, 50);
  EXPECT_EQ(errors(), fsts::kIte);
  EXPECT_EQ(oracle->expected(reg::kIqercd, 8) >> iqercd::kItesidShift & 0xFFFF, kDevice.raw());
  EXPECT_FALSE(oracle->waits_for_devices());
  EXPECT_EQ(oracle->status_writes_due(), 0U);
  answer(kDevice, 1U << 3);  // late
  EXPECT_EQ(errors(), fsts::kIte | fsts::kIce);
}

}  // namespace
}  // namespace dmar::bench
