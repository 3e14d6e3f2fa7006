// SPDX-License-Identifier: Apache-2.0
// Decisions outside the tables: address types, the interrupt range, table modes, translation
// off, protected memory, and what ATS devices are told.
#include "dmar/structures.hpp"
#include "golden_fixture.hpp"

namespace dmar::golden {
namespace {

constexpr SourceId kDecided = bdf(0, 5, 0);
constexpr Iova kInterrupt{0xFEE0'1000};
using Cause = Blocked::Cause;

class GoldenDecisions : public ::testing::TestWithParam<bool> {
 protected:
  GoldenDecisions() {
    if (GetParam()) machine_.enable_translation();  // over an empty root table
  }
  Verdict judge(const Request &request) { return machine_.unit.judge(request); }

  Machine machine_;
};

TEST_P(GoldenDecisions, WholeDwordIntoTheRangeIsAnInterrupt) {
  const Request message{.source_id = kDecided, .address = kInterrupt, .kind = AccessKind::kWrite};
  EXPECT_EQ(judge(message), (Verdict{Interrupt{.message = {kInterrupt.raw(), 0}}}));
  Request last = message;
  last.address = Iova(0xFEEF'FFFC);
  EXPECT_EQ(judge(last), (Verdict{Interrupt{.message = {0xFEEF'FFFC, 0}}}));
}

TEST_P(GoldenDecisions, ZeroLengthReadOfTheRangeCompletes) {
  EXPECT_EQ(
      judge({.source_id = kDecided, .address = kInterrupt, .kind = AccessKind::kZeroLengthRead}),
      Verdict{NoAccess{}});
}

TEST_P(GoldenDecisions, AnythingElseInTheRangeFaults) {
  const auto expect_fault = [this](Iova address, AccessKind kind, std::uint32_t bytes) {
    EXPECT_THAT(judge({.source_id = kDecided, .address = address, .kind = kind, .bytes = bytes}),
                FaultsWith(FaultReason::kInterruptRequestInvalid));
  };
  expect_fault(kInterrupt, AccessKind::kRead, 4);
  expect_fault(kInterrupt, AccessKind::kAtomic, 4);
  expect_fault(kInterrupt, AccessKind::kWrite, 1);
  expect_fault(kInterrupt, AccessKind::kWrite, 8);
  expect_fault(Iova(0xFEE0'1002), AccessKind::kWrite, 4);
}

TEST_P(GoldenDecisions, NeighboursOfTheRangeAreOrdinaryMemory) {
  for (const std::uint64_t address : {0xFEDF'FFFCull, 0xFEF0'0000ull, 0x1'FEE0'0000ull}) {
    const Verdict verdict = judge({.source_id = kDecided, .address = Iova(address)});
    if (GetParam()) {
      EXPECT_THAT(verdict, FaultsWith(FaultReason::kRootNotPresent));
    } else {
      EXPECT_THAT(verdict, GoesTo(address));
    }
  }
}

TEST_P(GoldenDecisions, MalformedAddressTypesAreUnsupportedRequests) {
  const auto expect_blocked = [this](AddressType at, AccessKind kind) {
    EXPECT_THAT(judge({.source_id = kDecided, .address = kInterrupt, .kind = kind, .at = at}),
                IsBlocked(Cause::kUnsupportedRequest));
  };
  expect_blocked(AddressType::kReserved, AccessKind::kRead);
  expect_blocked(AddressType::kReserved, AccessKind::kWrite);
  expect_blocked(AddressType::kTranslationRequest, AccessKind::kWrite);
  expect_blocked(AddressType::kTranslationRequest, AccessKind::kAtomic);
}

TEST_P(GoldenDecisions, TranslatedWithPasidIsAnUnsupportedRequest) {
  EXPECT_THAT(judge({.source_id = kDecided,
                     .address = Iova(0x1000),
                     .at = AddressType::kTranslated,
                     .pasid = Pasid(1)}),
              IsBlocked(Cause::kUnsupportedRequest));
}

INSTANTIATE_TEST_SUITE_P(Translation, GoldenDecisions, ::testing::Bool());

TEST(GoldenDisabled, OnlyUntranslatedRequestsPass) {
  Machine machine;
  const auto judge = [&](AddressType at) {
    return machine.unit.judge({.source_id = kDecided, .address = Iova(0x3A98'7654'3210), .at = at});
  };
  EXPECT_THAT(judge(AddressType::kUntranslated), GoesTo(0x3A98'7654'3210));
  EXPECT_THAT(judge(AddressType::kTranslationRequest), IsBlocked(Cause::kUnsupportedRequest));
  EXPECT_THAT(judge(AddressType::kTranslated), IsBlocked(Cause::kUnsupportedRequest));
  EXPECT_TRUE(machine.bus.reads.empty());
}

// What leaves unchanged is a host address, and no DMA ends in the interrupt range.
TEST(GoldenDisabled, AddressesThatAreNoMemoryAreUnsupportedRequests) {
  Machine machine;
  const auto judge = [&](std::uint64_t address, std::optional<Pasid> pasid) {
    return machine.unit.judge({.source_id = kDecided, .address = Iova(address), .pasid = pasid});
  };
  EXPECT_THAT(judge(bit(46) - 1, {}), GoesTo(bit(46) - 1));
  EXPECT_THAT(judge(bit(46), {}), IsBlocked(Cause::kUnsupportedRequest));
  EXPECT_THAT(judge(bit(63), {}), IsBlocked(Cause::kUnsupportedRequest));
  EXPECT_THAT(judge(0xFEDF'FFFF, Pasid(1)), GoesTo(0xFEDF'FFFF));
  EXPECT_THAT(judge(0xFEE0'0000, Pasid(1)), IsBlocked(Cause::kUnsupportedRequest));
  EXPECT_THAT(judge(0xFEEF'FFFF, Pasid(1)), IsBlocked(Cause::kUnsupportedRequest));
  EXPECT_THAT(judge(0xFEF0'0000, Pasid(1)), GoesTo(0xFEF0'0000));
}

TEST(GoldenTableMode, EveryModeButLegacyFaults) {
  for (const unsigned ttm : {1u, 2u, 3u}) {
    Machine machine;
    machine.write64(reg::kRtaddr, machine.tables.root_table().raw() | (ttm << 10));
    machine.command(gcmd::kSrtp);
    machine.command(gcmd::kTe);
    EXPECT_THAT(machine.unit.judge({.source_id = kDecided, .address = Iova(0), .pasid = Pasid(3)}),
                FaultsWith(FaultReason::kTableModeInvalid));
    EXPECT_TRUE(machine.bus.reads.empty());
  }
}

TEST(GoldenTableMode, AbortModeBlocksAllDmaWithoutReadingTables) {
  Machine machine({.abort_mode = true});
  machine.write64(reg::kRtaddr, machine.tables.root_table().raw() | 0xC00);
  machine.command(gcmd::kSrtp);
  EXPECT_THAT(machine.unit.judge({.source_id = kDecided, .address = Iova(0)}), GoesTo(0));
  machine.command(gcmd::kTe);
  const auto judge = [&machine](AddressType at, std::optional<Pasid> pasid) {
    return machine.unit.judge(
        {.source_id = kDecided, .address = Iova(0x1000), .at = at, .pasid = pasid});
  };
  const Verdict aborted{Fault{FaultReason::kAbortMode, false, false}};
  EXPECT_EQ(judge(AddressType::kUntranslated, {}), aborted);
  EXPECT_EQ(judge(AddressType::kUntranslated, Pasid(3)), aborted);
  EXPECT_EQ(judge(AddressType::kTranslationRequest, {}), aborted);
  EXPECT_EQ(judge(AddressType::kTranslated, {}), aborted);
  EXPECT_THAT(judge(AddressType::kReserved, {}), IsBlocked(Cause::kUnsupportedRequest));
  EXPECT_TRUE(machine.bus.reads.empty());
}

TEST(GoldenTableMode, AbortIsRecordedAsAFaultOfTheAddress) {
  Machine machine({.abort_mode = true});
  machine.write64(reg::kRtaddr, 0xC00);
  machine.command(gcmd::kSrtp);
  machine.command(gcmd::kTe);
  machine.unit.translate({.source_id = SourceId(0xF8), .address = Iova(0x123'4567'8ABC)});
  EXPECT_EQ(machine.record(0), (FaultRecord{0x0000'0123'4567'8000, 0xC000'0033'0000'00F8}));
}

TEST(GoldenTableMode, AbortModeDoesNotMakeTheOtherModesKnown) {
  for (const unsigned ttm : {1u, 2u}) {
    Machine machine({.abort_mode = true});
    machine.write64(reg::kRtaddr, ttm << 10);
    machine.command(gcmd::kSrtp);
    machine.command(gcmd::kTe);
    EXPECT_THAT(machine.unit.judge({.source_id = kDecided, .address = Iova(0)}),
                FaultsWith(FaultReason::kTableModeInvalid));
  }
}

TEST(GoldenTableMode, PasidFaultsInLegacyModeEvenInTheInterruptRange) {
  Machine machine;
  machine.enable_translation();
  EXPECT_THAT(machine.unit.judge({.source_id = kDecided,
                                  .address = kInterrupt,
                                  .kind = AccessKind::kWrite,
                                  .pasid = Pasid(0)}),
              FaultsWith(FaultReason::kPasidInLegacyMode));
  EXPECT_TRUE(machine.bus.reads.empty());
}

TEST(GoldenTableMode, OtherAddressTypesNeedTheirTranslationType) {
  Machine machine;
  machine.tables.attach(kDecided, machine.tables.create_domain());
  machine.enable_translation();
  for (const auto at : {AddressType::kTranslationRequest, AddressType::kTranslated}) {
    EXPECT_THAT(machine.unit.judge({.source_id = kDecided, .address = Iova(0x1000), .at = at}),
                FaultsWith(FaultReason::kTranslationTypeBlocked));
  }
}

// Both regions enabled; device 5 translates identically, device 6 passes through.
class GoldenProtectedMemory : public ::testing::Test {
 protected:
  static constexpr SourceId kPassThroughDevice = bdf(0, 6, 0);

  void program(Machine &machine) {
    machine.write32(reg::kPlmbase, 0x0040'0000);
    machine.write32(reg::kPlmlimit, 0x0060'0000);
    machine.write64(reg::kPhmbase, 0x1'0000'0000);
    machine.write64(reg::kPhmlimit, 0x1'0000'0000);
    machine.write32(reg::kPmen, pmen::kEpm);
    Domain domain = machine.tables.create_domain();
    domain.map_range(Iova(0), HostAddr(0), 0x2'0000'0000);
    machine.tables.attach(kDecided, domain);
    machine.tables.attach_pass_through(kPassThroughDevice, 2);
  }
  static void expect_regions(Machine &machine, SourceId device, bool enforced) {
    const auto judge = [&](std::uint64_t address) {
      return machine.unit.judge({.source_id = device, .address = Iova(address)});
    };
    for (const std::uint64_t inside :
         {0x40'0000ull, 0x7F'FFFCull, 0x1'0000'0000ull, 0x1'001F'FFFCull}) {
      if (enforced) {
        EXPECT_THAT(judge(inside), IsBlocked(Cause::kProtectedMemory));
      } else {
        EXPECT_THAT(judge(inside), GoesTo(inside));
      }
    }
    for (const std::uint64_t outside :
         {0x3F'FFFCull, 0x80'0000ull, 0xFFFF'FFFCull, 0x1'0020'0000ull}) {
      EXPECT_THAT(judge(outside), GoesTo(outside));
    }
  }
  static constexpr Config kBoth{.protected_low = true, .protected_high = true};
};

TEST_F(GoldenProtectedMemory, BlocksWhateverIsNotTranslated) {
  Machine machine(kBoth);
  program(machine);
  expect_regions(machine, kDecided, true);
  machine.enable_translation();
  expect_regions(machine, kPassThroughDevice, true);
  expect_regions(machine, kDecided, false);
  EXPECT_EQ(machine.fault_status(), 0u);
}

TEST_F(GoldenProtectedMemory, FromVersionTwoBlocksEverything) {
  Config config = kBoth;
  config.version_major = 2;
  Machine machine(config);
  program(machine);
  machine.enable_translation();
  expect_regions(machine, kDecided, true);
  expect_regions(machine, kPassThroughDevice, true);
}

TEST_F(GoldenProtectedMemory, LimitBelowBaseAndDisabledProtectNothing) {
  Machine machine(kBoth);
  program(machine);
  machine.write32(reg::kPlmlimit, 0x0020'0000);
  machine.write64(reg::kPhmlimit, 0);
  expect_regions(machine, kDecided, false);
  machine.write32(reg::kPlmlimit, 0x0060'0000);
  EXPECT_THAT(machine.unit.judge({.source_id = kDecided, .address = Iova(0x50'0000)}),
              IsBlocked(Cause::kProtectedMemory));
  machine.write32(reg::kPmen, 0);
  expect_regions(machine, kDecided, false);
}

TEST_F(GoldenProtectedMemory, TablesMayLieInside) {
  Memory memory;
  Unit unit(kBoth, memory);
  TableBuilder tables(memory, kBoth, HostAddr(0x40'0000), HostAddr(0x60'0000));
  Domain domain = tables.create_domain();
  domain.map(Iova(0x5000), HostAddr(0x9000));
  tables.attach(kDecided, domain);
  unit.write(reg::kPlmbase, 4, 0x40'0000);
  unit.write(reg::kPlmlimit, 4, 0x40'0000);
  unit.write(reg::kPmen, 4, pmen::kEpm);
  unit.write(reg::kRtaddr, 8, tables.root_table().raw());
  unit.write(reg::kGcmd, 4, gcmd::kSrtp | gcmd::kTe);
  EXPECT_THAT(unit.judge({.source_id = kDecided, .address = Iova(0x5004)}), GoesTo(0x9004));
}

}  // namespace
}  // namespace dmar::golden
