// SPDX-License-Identifier: Apache-2.0
// The invalidation queue with 256-bit descriptors, which a unit with abort mode has, in legacy mode
// and in abort mode.
#include "golden_fixture.hpp"

namespace dmar::golden {
namespace {

using Quad = std::array<std::uint64_t, 4>;

constexpr std::uint64_t kQueue = 0x20'0000;
constexpr std::uint64_t kAbortMode = 0xC00;
constexpr Quad kWait{0x0000'0005'0000'0025, 0x1234'5004, 0, 0};
constexpr HostAddr kStatusAddress{0x1234'5004};

// The queue is enabled and empty. `GetParam()`: RTADDR.TTM as it stands in the register.
class GoldenWideQueue : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  GoldenWideQueue() : machine_({.abort_mode = true}) {
    machine_.unit.observe_invalidations([this](const Invalidation &i) { seen_.push_back(i); });
    machine_.write64(reg::kRtaddr, GetParam());
    machine_.command(gcmd::kSrtp);
    machine_.write64(reg::kIqa, kQueue | iqa::kDw);
    machine_.command(gcmd::kQie);
  }

  void put(std::uint64_t offset, const Quad &descriptor) {
    for (unsigned n = 0; n < 4; ++n) {
      machine_.memory.write64(HostAddr(kQueue + offset + 8 * n), descriptor.at(n));
    }
  }
  void submit(const Quad &descriptor) {
    const std::uint64_t tail = machine_.read64(reg::kIqt);
    put(tail, descriptor);
    machine_.write64(reg::kIqt, (tail + 32) % 4096);
  }
  QueueError error() {
    if ((machine_.fault_status() & fsts::kIqe) == 0) return QueueError::kNone;
    return static_cast<QueueError>(machine_.read64(reg::kIqercd));
  }
  // Ends the error and empties the queue.
  void start_over() {
    machine_.write32(reg::kGcmd, 0);
    machine_.write64(reg::kIqt, 0);
    machine_.write32(reg::kFsts, fsts::kIqe);
    machine_.command(gcmd::kQie);
  }

  Machine machine_;
  std::vector<Invalidation> seen_;
};

TEST_P(GoldenWideQueue, HeadMovesByThirtyTwoBytes) {
  submit(kWait);
  EXPECT_EQ(machine_.read64(reg::kIqh), 32u);
  const std::vector<StatusWrite> one{{kStatusAddress, 5}};
  EXPECT_EQ(machine_.unit.take_status_writes(), one);
  EXPECT_EQ(machine_.memory.read32(kStatusAddress), 5u);
}

TEST_P(GoldenWideQueue, HeadWrapsAtTheEndOfTheQueue) {
  for (unsigned n = 0; n < 130; ++n) submit(kWait);
  EXPECT_EQ(machine_.read64(reg::kIqh), 2 * 32u);
  EXPECT_EQ(machine_.unit.take_status_writes().size(), 130u);
}

TEST_P(GoldenWideQueue, TypesAreThoseOfTheNarrowQueue) {
  submit({0x11, 0, 0, 0});
  submit({0x12, 0, 0, 0});
  submit({0x0000'1230'1800'0014, 0, 0, 0});
  const std::vector<Invalidation> expected{
      ContextInvalidation{.granularity = granularity::kGlobal},
      IotlbInvalidation{.granularity = granularity::kGlobal},
      InterruptInvalidation{.all = false, .index = 0x1230, .index_mask = 3}};
  EXPECT_EQ(seen_, expected);
  for (std::uint64_t type = 0; type < 16; ++type) {
    SCOPED_TRACE(type);
    start_over();
    submit({type | 0x10, 0, 0, 0});
    const bool valid = type == 1 || type == 2 || type == 4 || type == 5;
    EXPECT_EQ(error(), valid ? QueueError::kNone : QueueError::kInvalidType);
  }
}

TEST_P(GoldenWideQueue, EveryBitOfTheUpperHalfIsReserved) {
  for (unsigned n = 0; n < 128; ++n) {
    SCOPED_TRACE(n);
    Quad descriptor = kWait;
    descriptor.at(2 + n / 64) = std::uint64_t{1} << (n % 64);
    submit(descriptor);
    EXPECT_EQ(error(), QueueError::kReservedBit);
    EXPECT_EQ(machine_.read64(reg::kIqh), 0u);
    start_over();
  }
  EXPECT_TRUE(machine_.unit.take_status_writes().empty());
}

TEST_P(GoldenWideQueue, InvalidTypeComesBeforeReservedBits) {
  submit({0x03, 0, 1, 1});
  EXPECT_EQ(error(), QueueError::kInvalidType);
}

TEST_P(GoldenWideQueue, EitherHalfMayFailToBeFetched) {
  for (const std::uint64_t half : {0, 16}) {
    machine_.memory.inject_error(HostAddr(kQueue + half), HostAddr(kQueue + half + 15));
    submit(kWait);
    EXPECT_EQ(error(), QueueError::kFetch);
    machine_.memory.clear_errors();
    start_over();
  }
}

TEST_P(GoldenWideQueue, MisalignedTailStopsBeforeFetching) {
  machine_.bus.reads.clear();
  machine_.write64(reg::kIqt, 48);
  EXPECT_EQ(error(), QueueError::kTailAlignment);
  machine_.write64(reg::kIqt, 0x1010);  // beyond the queue as well
  machine_.write32(reg::kFsts, fsts::kIqe);
  EXPECT_EQ(error(), QueueError::kTailAlignment);
  machine_.write64(reg::kIqt, 0x1000);
  machine_.write32(reg::kFsts, fsts::kIqe);
  EXPECT_EQ(error(), QueueError::kInvalidTail);
  EXPECT_TRUE(machine_.bus.reads.empty());
}

TEST_P(GoldenWideQueue, TableModeComesBeforeTheTail) {
  machine_.write64(reg::kRtaddr, 0x400);
  machine_.command(gcmd::kSrtp);
  machine_.write64(reg::kIqt, 0x1010);
  EXPECT_EQ(error(), QueueError::kTableMode);
}

INSTANTIATE_TEST_SUITE_P(Modes, GoldenWideQueue, ::testing::Values(0, kAbortMode));

Machine &start_narrow(Machine &machine, std::uint64_t mode) {
  machine.write64(reg::kRtaddr, mode);
  machine.command(gcmd::kSrtp);
  machine.write64(reg::kIqa, kQueue);
  machine.command(gcmd::kQie);
  return machine;
}

TEST(GoldenQueueWidth, LegacyModeKeepsNarrowDescriptorsBesideAbortMode) {
  Machine machine({.abort_mode = true});
  start_narrow(machine, 0).memory.write64(HostAddr(kQueue), 0x11);
  machine.write64(reg::kIqt, 16);
  EXPECT_EQ(machine.fault_status(), 0u);
  EXPECT_EQ(machine.read64(reg::kIqh), 16u);
}

TEST(GoldenQueueWidth, AbortModeRefusesNarrowDescriptors) {
  Machine machine({.abort_mode = true});
  start_narrow(machine, kAbortMode).write64(reg::kIqt, 0x2010);
  EXPECT_EQ(machine.fault_status(), fsts::kIqe);
  EXPECT_EQ(machine.read64(reg::kIqercd), static_cast<std::uint64_t>(QueueError::kWidth));
}

TEST(GoldenQueueWidth, WithoutAbortModeItsTableModeIsUnknown) {
  Machine machine;
  start_narrow(machine, kAbortMode).write64(reg::kIqt, 16);
  EXPECT_EQ(machine.read64(reg::kIqercd), static_cast<std::uint64_t>(QueueError::kTableMode));
}

TEST(GoldenQueueWidth, TurningWideClearsBitFourOfTheHead) {
  Machine machine({.abort_mode = true});
  start_narrow(machine, 0).memory.write64(HostAddr(kQueue), 0x11);
  machine.write64(reg::kIqt, 16);
  ASSERT_EQ(machine.read64(reg::kIqh), 16u);
  machine.write64(reg::kIqa, kQueue | iqa::kDw);
  EXPECT_EQ(machine.read64(reg::kIqh), 0u);
}

TEST(GoldenQueueWidth, RegisterInvalidationFailsInAbortMode) {
  Machine machine({.abort_mode = true});
  machine.write64(reg::kRtaddr, kAbortMode);
  machine.command(gcmd::kSrtp);
  machine.write64(reg::kCcmd, 0xA000'0000'0000'0000);
  EXPECT_EQ(machine.read64(reg::kCcmd), 0x2000'0000'0000'0000u);
}

}  // namespace
}  // namespace dmar::golden
