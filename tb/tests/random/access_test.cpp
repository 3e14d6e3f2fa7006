// SPDX-License-Identifier: Apache-2.0
// What reaches memory: nothing without permission, the right bytes with it, and the ledger that
// remembers what memory held.
#include <gmock/gmock.h>

#include "scoreboard/access_ledger.hpp"
#include "scoreboard_fixture.hpp"

namespace dmar::bench {
namespace {

using AccessScoreboard = ScoreboardTest;

TEST_F(AccessScoreboard, NothingReachesMemoryOfABlockedRequest) {
  memory.write64(entry(1), 0);
  const DmaAccess access{.beat = {.address = kOld.raw()}, .performed = 130};
  EXPECT_THROW(
      check(read, VerdictKind::kFault, FaultReason::kReadNotPermitted, {110, 120, 120}, access),
      Mismatch);
}

TEST_F(AccessScoreboard, AReleasedRequestReachesMemory) {
  EXPECT_THROW(
      check(read, VerdictKind::kForward, FaultReason::kNone, {110, 120, 130}, std::nullopt),
      Mismatch);
}

TEST_F(AccessScoreboard, WritesBringTheBytesOfTheDevice) {
  DmaAccess access{.beat = {.address = kOld.raw()}, .write = true, .performed = 130};
  const auto rejected = [&](std::uint64_t address, std::vector<std::uint8_t> bytes) {
    access.written = {{address, std::move(bytes)}};
    EXPECT_THROW(check(write, VerdictKind::kForward, FaultReason::kNone, {110, 120, 130}, access),
                 Mismatch);
  };
  std::vector<std::uint8_t> bytes = pattern(write);
  rejected(kOld.raw() + 1, bytes);
  bytes.pop_back();
  rejected(kOld.raw(), bytes);
  bytes.push_back(static_cast<std::uint8_t>(~pattern(write).back()));
  rejected(kOld.raw(), bytes);
  access.written = {};
  EXPECT_THROW(check(write, VerdictKind::kForward, FaultReason::kNone, {110, 120, 130}, access),
               Mismatch);
}

TEST_F(AccessScoreboard, ReadsReturnWhatMemoryHeld) {
  DmaAccess access{.beat = {.address = kOld.raw()}, .performed = 130, .memory = {0, 0, 0, 0}};
  check(read, VerdictKind::kForward, FaultReason::kNone, {110, 120, 130}, access);
  access.memory[3] = 1;
  EXPECT_THROW(check(read, VerdictKind::kForward, FaultReason::kNone, {110, 120, 130}, access),
               Mismatch);
}

TEST_F(AccessScoreboard, ErrorsOfMemoryReachTheDevice) {
  const DmaAccess access{.beat = {.address = kOld.raw()}, .error = true, .performed = 130};
  check(read, VerdictKind::kForward, FaultReason::kNone, {110, 120, 130}, access);
  Outcome outcome;
  outcome.accepted_cycle = 110;
  outcome.verdict.cycle = 120;
  outcome.completion.data.resize(4);
  EXPECT_EQ(access_error(read, {}, outcome, &access), "the device was not told what memory said");
}

struct Ledger : ::testing::Test {
  static AxiAccess burst(bool is_write, std::uint8_t id, std::uint64_t address) {
    return {.write = is_write,
            .address = {.address = address, .user = kDevice.raw(), .id = id, .size = 2},
            .cycle = 5,
            .perform_cycle = 7};
  }
  Memory memory;
  AccessLedger ledger{memory};
  const Request read{.source_id = kDevice, .address = kPage};
};

TEST_F(Ledger, ReadsOfACycleComeBeforeItsWrites) {
  memory.write32(HostAddr(0x100), 1);
  ledger.end_cycle({});
  memory.write32(HostAddr(0x100), 2);
  const std::vector<AxiAccess> reads{burst(false, 3, 0x100)};
  ledger.end_cycle(reads);
  ledger.end_cycle(reads);
  EXPECT_EQ(ledger.claim(read, 3, 0x100)->memory, (std::vector<std::uint8_t>{1, 0, 0, 0}));
  EXPECT_EQ(ledger.claim(read, 3, 0x100)->memory, (std::vector<std::uint8_t>{2, 0, 0, 0}));
}

TEST_F(Ledger, ClaimsNeedTheSameSourceIdAddressAndDirection) {
  ledger.end_cycle(std::vector<AxiAccess>{burst(false, 3, 0x100)});
  Request other = read;
  other.kind = AccessKind::kWrite;
  EXPECT_FALSE(ledger.claim(other, 3, 0x100));
  other = read;
  other.source_id = bdf(1, 0, 0);
  EXPECT_FALSE(ledger.claim(other, 3, 0x100));
  EXPECT_FALSE(ledger.claim(read, 4, 0x100));
  EXPECT_FALSE(ledger.claim(read, 3, 0x200));
  EXPECT_EQ(ledger.unclaimed(), 1U);
  EXPECT_EQ(ledger.claim(read, 3, 0x100)->performed, 7U);
  EXPECT_EQ(ledger.unclaimed(), 0U);
}

}  // namespace
}  // namespace dmar::bench
