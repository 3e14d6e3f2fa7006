// SPDX-License-Identifier: Apache-2.0
// What becomes of interrupt requests: each check, the order of the checks, and what is recorded.
#include "golden_interrupt_fixture.hpp"

namespace dmar::golden {
namespace {

using Reason = FaultReason;

constexpr SourceId kSender{0x3A10};
constexpr std::uint64_t kFpd = 2;

class GoldenInterrupts : public ::testing::Test {
 protected:
  Verdict request(unsigned index) { return machine_.interrupt(kSender, remappable_message(index)); }

  InterruptMachine machine_;
};

TEST_F(GoldenInterrupts, EntryIsReadOnceAsSixteenBytes) {
  machine_.entries.set(0x25, {});
  machine_.bus.reads.clear();
  EXPECT_THAT(request(0x25), LeavesAs(0xFEE0'0000u, 0x4031u));
  EXPECT_EQ(machine_.bus.reads, std::vector{HostAddr(0x3000'0250)});
}

TEST_F(GoldenInterrupts, RemappedAndUnchangedMessagesAreToldApart) {
  machine_.entries.set(0, {});
  EXPECT_EQ(request(0), Verdict(Interrupt{.message = {0xFEE0'0000, 0x4031}, .remapped = true}));
  machine_.command(gcmd::kCfi);
  EXPECT_EQ(machine_.interrupt(kSender, {0xFEE0'1000, 0xABCD'1234}),
            Verdict(Interrupt{.message = {0xFEE0'1000, 0xABCD'1234}}));
}

TEST_F(GoldenInterrupts, NothingIsRemappedWhileOff) {
  machine_.write32(reg::kGcmd, 0);
  for (const std::uint64_t address : {0xFEE0'1000ULL, 0xFEEF'FFFCULL, 0xFEE0'0010ULL}) {
    EXPECT_THAT(machine_.interrupt(kSender, {address, 0xFFFF'FFFF}),
                LeavesAs(address, 0xFFFF'FFFFu));
  }
  EXPECT_FALSE(machine_.record(0).valid());
}

TEST_F(GoldenInterrupts, SubhandleCountsOnlyIfValid) {
  machine_.entries.set(0x25, {});
  Message message = remappable_message(0x25);
  message.data = 0xFFFF'FFFF;
  EXPECT_THAT(machine_.interrupt(kSender, message), LeavesAs(0xFEE0'0000u, 0x4031u));
  EXPECT_THAT(machine_.interrupt(kSender, remappable_message(0x20, 5)),
              LeavesAs(0xFEE0'0000u, 0x4031u));
}

TEST_F(GoldenInterrupts, EveryReservedBitOfTheDataIsRefusedBesideASubhandle) {
  machine_.entries.set(0, {});
  for (unsigned n = 16; n < 32; ++n) {
    EXPECT_THAT(machine_.interrupt(kSender, remappable_message(0, 1U << n)),
                FaultsWith(Reason::kInterruptRequestReserved));
  }
}

TEST_F(GoldenInterrupts, ReservedDataComesBeforeTheIndex) {
  EXPECT_THAT(machine_.interrupt(kSender, remappable_message(0xFFFF, 0x1'0000)),
              FaultsWith(Reason::kInterruptRequestReserved));
  EXPECT_EQ(machine_.record(0).lo, 0u);
}

TEST_F(GoldenInterrupts, EverySizeOfTheTableHasItsLastIndex) {
  for (unsigned exponent = 0; exponent < 16; ++exponent) {
    SCOPED_TRACE(exponent);
    const unsigned entries = 2U << exponent;
    machine_.set_table(InterruptMachine::kTable | exponent);
    machine_.bus.reads.clear();
    EXPECT_THAT(request(entries - 1), FaultsWith(Reason::kInterruptEntryNotPresent));
    EXPECT_EQ(machine_.bus.reads,
              std::vector{HostAddr(InterruptMachine::kTable + 16ULL * (entries - 1))});
    machine_.bus.reads.clear();
    EXPECT_THAT(machine_.interrupt(kSender, remappable_message(entries - 1, 1)),
                FaultsWith(Reason::kInterruptIndexBeyondTable));
    EXPECT_TRUE(machine_.bus.reads.empty());
  }
}

TEST_F(GoldenInterrupts, CarryOutOfTheIndexIsBeyondEveryTable) {
  machine_.set_table(InterruptMachine::kTable | 15);
  machine_.entries.set(0, {});
  EXPECT_THAT(machine_.interrupt(kSender, remappable_message(0xFFFF, 0x0006)),
              FaultsWith(Reason::kInterruptIndexBeyondTable));
  EXPECT_EQ(machine_.record(0).lo, 0x0005'0000'0000'0000u);
}

TEST_F(GoldenInterrupts, EntryBeyondTheHostWidthIsNeverRead) {
  const std::uint64_t top = std::uint64_t{1} << 46;
  machine_.bus.reads.clear();
  for (const std::uint64_t table : {top, top << 17, kAll64 << 12}) {
    machine_.set_table(table | 15);
    EXPECT_THAT(request(0), FaultsWith(Reason::kInterruptIndexBeyondTable));
    EXPECT_THAT(request(0xFFFF), FaultsWith(Reason::kInterruptIndexBeyondTable));
  }
  machine_.set_table((top - 0x1000) | 15);
  EXPECT_THAT(request(0x100), FaultsWith(Reason::kInterruptIndexBeyondTable));
  EXPECT_TRUE(machine_.bus.reads.empty());
  EXPECT_THAT(request(0xFF), FaultsWith(Reason::kInterruptEntryNotPresent));
}

TEST_F(GoldenInterrupts, FailingReadIsAnAccessErrorWhateverFpdSays) {
  machine_.entries.set(3, {.fpd = true});
  machine_.memory.inject_error(machine_.entries.entry_address(3),
                               machine_.entries.entry_address(3));
  EXPECT_THAT(request(3), FaultsWith(Reason::kInterruptEntryAccess));
  EXPECT_EQ(machine_.record(0), (FaultRecord{0x0003'0000'0000'0000, 0x8000'0023'0000'3A10}));
}

TEST_F(GoldenInterrupts, AbsentEntryIsNotLookedAtFurther) {
  machine_.entries.set_raw(1, kAll64 - 3, kAll64);  // P = 0, FPD = 0, everything else set
  EXPECT_THAT(request(1), FaultsWith(Reason::kInterruptEntryNotPresent));
}

TEST_F(GoldenInterrupts, UnknownValidationComesBeforeTheSource) {
  machine_.entries.set(1, {.source_id = SourceId(0x1234), .source_validation = 3});
  EXPECT_THAT(request(1), FaultsWith(Reason::kInterruptEntryReserved));
}

TEST_F(GoldenInterrupts, SourceComesBeforeReservedBits) {
  const InterruptEntry entry{.source_id = SourceId(0x1234), .source_validation = 1};
  machine_.entries.set_raw(1, entry.lo() | 0x8000'1000, entry.hi() | 1ULL << 63);
  EXPECT_THAT(request(1), FaultsWith(Reason::kInterruptSourceInvalid));
  EXPECT_THAT(machine_.interrupt(SourceId(0x1234), remappable_message(1)),
              FaultsWith(Reason::kInterruptEntryReserved));
}

// One bit more in an entry that anybody may use, by a requester with the id 0.
class GoldenInterruptEntryBits : public ::testing::TestWithParam<bool> {};

TEST_P(GoldenInterruptEntryBits, ExactlyTheReservedOnesAreRefused) {
  const bool extended = GetParam();
  InterruptMachine machine({}, extended);
  const auto reserved = [extended](unsigned n) {
    const bool destination = (n >= 32 && n < 40) || (n >= 48 && n < 64);
    return (n >= 12 && n < 16) || (n >= 24 && n < 32) || n >= 84 || (!extended && destination);
  };
  const InterruptEntry plain;
  for (unsigned n = 2; n < 128; ++n) {
    SCOPED_TRACE(n);
    const std::uint64_t flipped = std::uint64_t{1} << (n % 64);
    machine.entries.set_raw(0, plain.lo() ^ (n < 64 ? flipped : 0), n < 64 ? 0 : flipped);
    const Verdict verdict = machine.interrupt(SourceId(0), remappable_message(0));
    if (reserved(n)) {
      EXPECT_THAT(verdict, FaultsWith(Reason::kInterruptEntryReserved));
    } else {
      EXPECT_TRUE(std::holds_alternative<Interrupt>(verdict));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Extended, GoldenInterruptEntryBits, ::testing::Bool());

TEST_F(GoldenInterrupts, DeliveryModesThreeAndSixAreReserved) {
  for (unsigned mode = 0; mode < 8; ++mode) {
    SCOPED_TRACE(mode);
    machine_.entries.set(0, {.delivery_mode = mode});
    if (mode == 3 || mode == 6) {
      EXPECT_THAT(request(0), FaultsWith(Reason::kInterruptEntryReserved));
    } else {
      EXPECT_THAT(request(0), LeavesAs(0xFEE0'0000u, 0x4031u | mode << 8));
    }
  }
}

TEST_F(GoldenInterrupts, NothingOfTheRequestIsLeftInTheMessage) {
  machine_.entries.set(0xFF, {.vector = 0, .destination = 0});
  EXPECT_THAT(machine_.interrupt(kSender, {0xFEE0'1FF0, 0xFFFF'FFFF}),
              LeavesAs(0xFEE0'0000u, 0x4000u));
  machine_.entries.set(0, {.logical = true,
                           .redirection_hint = true,
                           .level = true,
                           .delivery_mode = 7,
                           .vector = 0xFF,
                           .destination = 0xFF00});
  EXPECT_THAT(request(0), LeavesAs(0xFEEF'F00Cu, 0xC7FFu));
}

TEST_F(GoldenInterrupts, WideDestinationIsSplitOverTheAddress) {
  InterruptMachine machine({}, true);
  machine.entries.set(0, {.destination = 0xFFFF'FFFF});
  EXPECT_THAT(machine.interrupt(kSender, remappable_message(0)),
              LeavesAs(0xFFFF'FF00'FEEF'F000u, 0x4031u));
  machine.entries.set(0, {.destination = 0x80});
  EXPECT_THAT(machine.interrupt(kSender, remappable_message(0)), LeavesAs(0xFEE8'0000u, 0x4031u));
}

TEST_F(GoldenInterrupts, FpdSuppressesWhatTheEntryItselfCauses) {
  const InterruptEntry theirs{.fpd = true, .source_id = SourceId(1), .source_validation = 1};
  const std::vector<std::tuple<std::uint64_t, std::uint64_t, Reason>> rows{
      {kFpd, 0, Reason::kInterruptEntryNotPresent},
      {kFpd | 1 | 1 << 12, 0, Reason::kInterruptEntryReserved},
      {kFpd | 1, 3 << 18, Reason::kInterruptEntryReserved},
      {theirs.lo(), theirs.hi(), Reason::kInterruptSourceInvalid}};
  for (const auto &[lo, hi, reason] : rows) {
    for (const bool fpd : {true, false}) {
      machine_.entries.set_raw(0, fpd ? lo : lo & ~kFpd, hi);
      EXPECT_EQ(request(0), Verdict(Fault{reason, true, fpd}));
      EXPECT_EQ(machine_.record(0).valid(), !fpd);
    }
    machine_.unit.reset();
    machine_.set_table(InterruptMachine::kTable | InterruptMachine::kSizeExponent);
    machine_.command(gcmd::kIre);
  }
}

TEST_F(GoldenInterrupts, FaultsBeforeTheEntryAreUnqualified) {
  const std::vector<std::pair<Message, Reason>> rows{
      {{0xFEE0'1000, 0}, Reason::kInterruptCompatibilityBlocked},
      {remappable_message(0, 0x1'0000), Reason::kInterruptRequestReserved},
      {remappable_message(0x100), Reason::kInterruptIndexBeyondTable}};
  for (const auto &[message, reason] : rows) {
    EXPECT_EQ(machine_.interrupt(kSender, message), Verdict(Fault{reason, false, false}));
  }
}

TEST_F(GoldenInterrupts, CompatibilityFormatFollowsItsCommand) {
  EXPECT_THAT(machine_.interrupt(kSender, {0xFEE0'1000, 0x31}),
              FaultsWith(Reason::kInterruptCompatibilityBlocked));
  machine_.command(gcmd::kCfi);
  EXPECT_THAT(machine_.interrupt(kSender, {0xFEE0'1FEC, 0x31}), LeavesAs(0xFEE0'1FECu, 0x31u));
  EXPECT_THAT(request(0),
              FaultsWith(Reason::kInterruptEntryNotPresent));  // remappable all the same
  machine_.write32(reg::kGcmd, gcmd::kIre);
  EXPECT_THAT(machine_.interrupt(kSender, {0xFEE0'1000, 0x31}),
              FaultsWith(Reason::kInterruptCompatibilityBlocked));
}

TEST_F(GoldenInterrupts, WhatIsNoInterruptStaysOutOfRemapping) {
  Request read = interrupt_request_of(kSender, remappable_message(0));
  read.kind = AccessKind::kRead;
  EXPECT_THAT(machine_.unit.translate(read), FaultsWith(Reason::kInterruptRequestInvalid));
  Request qword = interrupt_request_of(kSender, remappable_message(0));
  qword.bytes = 8;
  EXPECT_THAT(machine_.unit.translate(qword), FaultsWith(Reason::kInterruptRequestInvalid));
  Request crooked = interrupt_request_of(kSender, {0xFEE0'0011, 0});
  EXPECT_THAT(machine_.unit.translate(crooked), FaultsWith(Reason::kInterruptRequestInvalid));
  EXPECT_EQ(machine_.record(0), (FaultRecord{0, 0x8000'0029'0000'3A10}));
}

// Neither TES nor the table mode matters to an interrupt.
TEST_F(GoldenInterrupts, TranslationHasNoSay) {
  machine_.entries.set(0, {});
  for (const std::uint64_t mode : {0x000, 0x400, 0x800, 0xC00}) {
    machine_.write64(reg::kRtaddr, mode);
    machine_.command(gcmd::kSrtp);
    machine_.command(gcmd::kTe);
    EXPECT_THAT(request(0), LeavesAs(0xFEE0'0000u, 0x4031u));
  }
}

TEST_F(GoldenInterrupts, PasidMakesItDmaThatMayNotGoThere) {
  machine_.entries.set(0, {});
  Request request = interrupt_request_of(kSender, remappable_message(0));
  request.pasid = Pasid(1);
  EXPECT_EQ(machine_.unit.translate(request),
            Verdict{Blocked{Blocked::Cause::kUnsupportedRequest}});
}

}  // namespace
}  // namespace dmar::golden
