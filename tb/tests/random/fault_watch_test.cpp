// SPDX-License-Identifier: Apache-2.0
// The fault recording registers as the watch follows them: against the golden model step by step,
// and with registers that read what they must not.
#include "scoreboard/fault_watch.hpp"

#include <gtest/gtest.h>

#include "bench/random.hpp"
#include "dmar/registers.hpp"
#include "golden/fault_log.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {
namespace {

constexpr SourceId kDevice = bdf(0, 3, 0);
constexpr SourceId kOther = bdf(0, 4, 0);
constexpr std::uint64_t kF = std::uint64_t{1} << 63;

struct FaultWatchTest : ::testing::Test {
  FaultWatchTest() { config.fault_records = 2; }

  void fault(FaultWatch &watch, SourceId source_id, Memory::Time cycle, bool recorded = true) {
    const auto ticket = watch.fault({.source_id = source_id, .address = Iova(0x4000)},
                                    FaultReason::kReadNotPermitted, cycle);
    watch.resolve(ticket, recorded, !recorded);
  }
  static constexpr std::uint64_t high(SourceId source_id) {
    return kF | (std::uint64_t{1} << 62) | (std::uint64_t{6} << 32) | source_id.raw();
  }

  Config config;
};

TEST_F(FaultWatchTest, AgreesWithTheGoldenModel) {
  for (const bool collapse : {true, false}) {
    config.collapse_faults = collapse;
    golden::RegisterFile registers(config);
    std::vector<Message> messages;
    golden::EventMessage event(registers, reg::kFectl, messages);
    golden::FaultLog log(config, registers, event);
    FaultWatch watch(config);
    Random random(collapse);
    for (Memory::Time now = 0; now < 3000; now += 10) {
      const std::uint64_t roll = random.below(10);
      if (roll < 6) {
        const SourceId source_id = bdf(0, static_cast<unsigned>(random.below(4)), 0);
        log.record({.source_id = source_id, .address = Iova(0x4000)},
                   FaultReason::kReadNotPermitted);
        fault(watch, source_id, now);
      } else if (roll < 8) {
        const auto index = static_cast<unsigned>(random.below(2));
        registers.write32(reg::frcd(index) + 12, 1U << 31);
        log.status_written();
        watch.clear_record(index, now, now);
      } else if (roll == 8) {
        registers.write32(reg::kFsts, fsts::kPfo);
        log.status_written();
        watch.clear_overflow(now, now);
      } else {
        const bool on = random.percent(80);
        registers.set(reg::kGsts, on ? gsts::kTes : 0);
        log.remapping_changed();
        watch.set_remapping(on, now, now);
      }
      watch.read(reg::kFsts, 4, registers.read32(reg::kFsts), now + 5, now + 5);
      for (unsigned k = 0; k < 2; ++k) {
        watch.read(reg::frcd(k) + 8, 8, registers.get(reg::frcd(k) + 8), now + 5, now + 5);
      }
    }
    EXPECT_GT(watch.records_read(), 50U);
    EXPECT_EQ(watch.hypotheses(), 1U);
  }
}

TEST_F(FaultWatchTest, RecordsMustBeThoseOfFaults) {
  FaultWatch watch(config);
  watch.set_remapping(true, 0, 1);
  EXPECT_THROW(watch.read(reg::frcd(0) + 8, 8, high(kDevice), 5, 6), Mismatch);
  FaultWatch again(config);
  again.set_remapping(true, 0, 1);
  fault(again, kDevice, 3);
  again.read(reg::frcd(0) + 12, 4, high(kDevice) >> 32, 5, 6);
  again.read(reg::frcd(0), 8, 0x4000, 7, 8);
  EXPECT_THROW(again.read(reg::frcd(0) + 8, 4, kOther.raw(), 9, 10), Mismatch);
}

TEST_F(FaultWatchTest, NoFaultMayBeMissing) {
  FaultWatch watch(config);
  fault(watch, kDevice, 3);
  EXPECT_THROW(watch.read(reg::frcd(0) + 8, 8, 0, 5, 6), Mismatch);
}

TEST_F(FaultWatchTest, SuppressedFaultsLeaveNothing) {
  FaultWatch watch(config);
  fault(watch, kDevice, 3, false);
  EXPECT_THROW(watch.read(reg::frcd(0) + 8, 8, high(kDevice), 5, 6), Mismatch);
}

TEST_F(FaultWatchTest, OverflowIsSetWhenAFaultWasLostAndOnlyThen) {
  config.collapse_faults = false;
  FaultWatch watch(config);
  watch.set_remapping(true, 0, 1);
  for (Memory::Time now : {2, 3}) fault(watch, kDevice, now);
  watch.read(reg::kFsts, 4, fsts::kPpf, 5, 6);
  FaultWatch wrong = watch;
  EXPECT_THROW(wrong.read(reg::kFsts, 4, fsts::kPpf | fsts::kPfo, 7, 8), Mismatch);
  fault(watch, kDevice, 9);
  wrong = watch;
  EXPECT_THROW(wrong.read(reg::kFsts, 4, fsts::kPpf, 10, 11), Mismatch);
  watch.read(reg::kFsts, 4, fsts::kPpf | fsts::kPfo, 10, 11);
}

TEST_F(FaultWatchTest, CollapsedFaultsAreNotLost) {
  FaultWatch watch(config);
  watch.set_remapping(true, 0, 1);
  for (Memory::Time now : {2, 3, 4}) fault(watch, kDevice, now);
  EXPECT_THROW(watch.read(reg::kFsts, 4, fsts::kPpf | fsts::kPfo, 5, 6), Mismatch);
}

TEST_F(FaultWatchTest, AFaultDuringAReadMayBeSeenOrNot) {
  for (const bool seen : {false, true}) {
    FaultWatch watch(config);
    fault(watch, kDevice, 5);
    watch.read(reg::kFsts, 4, seen ? fsts::kPpf : 0, 4, 6);
    EXPECT_THROW(watch.read(reg::kFsts, 4, 0, 7, 8), Mismatch);  // by now it is there
  }
}

TEST_F(FaultWatchTest, ReadsWaitForFaultsNotYetResolved) {
  FaultWatch watch(config);
  const auto ticket = watch.fault({.source_id = kDevice, .address = Iova(0x4000)},
                                  FaultReason::kReadNotPermitted, 3);
  watch.read(reg::kFsts, 4, 0, 5, 6);
  EXPECT_EQ(watch.waiting(), 1U);
  EXPECT_THROW(watch.resolve(ticket, true, false), Mismatch);
}

// The fault of a posting comes at some moment of a span, among those of others.
struct PostingFaultTest : FaultWatchTest {
  PostingFaultTest() {
    watch.set_remapping(true, 0, 1);
    fault(watch, kOther, 30);
  }
  // Of kDevice, from 20 to 40.
  void posting_fault(bool recorded = true) {
    const auto ticket = watch.posting(10);
    watch.posting_fault(ticket, {.record = {.lo = 0x4000, .hi = high(kDevice)},
                                 .from = 20,
                                 .until = 40,
                                 .may_be_recorded = recorded,
                                 .may_be_suppressed = !recorded});
  }
  void read_record(unsigned index, std::uint64_t value, Memory::Time now) {
    watch.read(reg::frcd(index) + 8, 8, value, now, now);
  }

  FaultWatch watch{config};
};

TEST_F(PostingFaultTest, BeforeOneOfOthersOrAfterIt) {
  posting_fault();
  FaultWatch other = watch;
  read_record(0, high(kDevice), 50);
  read_record(1, high(kOther), 51);
  EXPECT_THROW(read_record(1, high(kDevice), 52), Mismatch);
  other.read(reg::frcd(0) + 8, 8, high(kOther), 50, 50);
  other.read(reg::frcd(1) + 8, 8, high(kDevice), 51, 51);
  EXPECT_EQ(other.hypotheses(), 1U);
  EXPECT_EQ(watch.waiting(), 0U);
}

TEST_F(PostingFaultTest, NotBeforeItsSpan) {
  posting_fault();
  EXPECT_THROW(read_record(0, high(kDevice), 19), Mismatch);
}

TEST_F(PostingFaultTest, ThereAfterItsSpan) {
  posting_fault();
  FaultWatch early = watch;
  read_record(0, 0, 25);
  early.read(reg::frcd(0) + 8, 8, high(kDevice), 25, 25);
  // Two faults, and both are there by now.
  FaultWatch missing = watch;
  EXPECT_THROW(missing.read(reg::frcd(1) + 8, 8, 0, 45, 45), Mismatch);
  FaultWatch twice = early;
  EXPECT_THROW(twice.read(reg::frcd(1) + 8, 8, high(kDevice), 45, 45), Mismatch);
  early.read(reg::frcd(1) + 8, 8, high(kOther), 45, 45);
}

TEST_F(PostingFaultTest, SuppressedItLeavesNothing) {
  posting_fault(false);
  read_record(0, high(kOther), 50);
  EXPECT_THROW(read_record(1, high(kDevice), 51), Mismatch);
}

TEST_F(PostingFaultTest, OneAfterTheOther) {
  posting_fault();
  const auto ticket = watch.posting(41);
  watch.posting_fault(ticket, {.record = {.lo = 0x5000, .hi = high(bdf(0, 5, 0))},
                               .from = 45,
                               .until = 60,
                               .may_be_suppressed = false});
  read_record(0, high(kOther), 44);
  read_record(1, high(kDevice), 44);
  watch.clear_record(0, 61, 61);
  // The slot was taken when the second one came, so it was lost.
  watch.read(reg::kFsts, 4, fsts::kPpf | fsts::kPfo, 62, 62);
}

TEST_F(PostingFaultTest, ReadsWaitForPostingsThatMayFault) {
  const auto good = watch.posting(5);
  read_record(0, 0, 8);
  EXPECT_EQ(watch.waiting(), 1U);
  watch.posted(good);
  EXPECT_EQ(watch.waiting(), 0U);
  const auto bad = watch.posting(10);
  read_record(0, 0, 45);
  EXPECT_THROW(watch.posted(bad), Mismatch);  // the fault of another one is missing
}

}  // namespace
}  // namespace dmar::bench
