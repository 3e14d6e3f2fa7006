// SPDX-License-Identifier: Apache-2.0
// Fault recording: record file, collapse, overflow, FPD, the fault event and its mask.
#include "golden_fixture.hpp"

namespace dmar::golden {
namespace {

constexpr std::uint64_t kWriteFault = 0x8000'0005'0000'0000;
constexpr std::uint64_t kReadFault = 0xC000'0006'0000'0000;

// A unit whose devices 00:00.0 to 00:1f.7 all have an empty domain: every access faults.
class GoldenFaults : public ::testing::Test {
 protected:
  explicit GoldenFaults(const Config &config = {}) : machine_(config) {
    const Domain empty = machine_.tables.create_domain();
    for (std::uint16_t devfn = 0; devfn < 256; ++devfn) {
      machine_.tables.attach(SourceId(devfn), empty);
    }
    machine_.enable_translation();
    machine_.write32(reg::kFeaddr, 0xFEE0'1000);
    machine_.write32(reg::kFedata, 0x31);
  }

  void fault(std::uint16_t source_id, std::uint64_t address = 0x5000) {
    machine_.unit.translate({.source_id = SourceId(source_id), .address = Iova(address)});
  }
  void unmask() { machine_.write32(reg::kFectl, 0); }
  void mask() { machine_.write32(reg::kFectl, event_control::kIm); }
  std::size_t messages() { return machine_.unit.take_messages().size(); }
  void set_queue_error() {
    machine_.write64(reg::kIqa, 0x20'0000);
    machine_.command(gcmd::kQie);
    machine_.write64(reg::kIqt, 16);  // a descriptor of zeros
  }

  Machine machine_;
};

TEST_F(GoldenFaults, RecordsOfTheDigest) {
  const auto record = [this](AccessKind kind) {
    machine_.unit.translate(
        {.source_id = SourceId(0xF8), .address = Iova(0x123'4567'8ABC), .kind = kind});
    const FaultRecord found = machine_.record(kind == AccessKind::kWrite ? 0 : 1);
    machine_.clear_record(0);
    return found;
  };
  EXPECT_EQ(record(AccessKind::kWrite),
            (FaultRecord{0x0000'0123'4567'8000, 0x8000'0005'0000'00F8}));
  EXPECT_EQ(record(AccessKind::kRead), (FaultRecord{0x0000'0123'4567'8000, 0xC000'0006'0000'00F8}));
}

TEST_F(GoldenFaults, RecordsFillInOrderAndTheIndexOfTheFirstStays) {
  for (std::uint16_t n = 0; n < 3; ++n) fault(n, 0x1000 * (n + 1));
  for (std::uint16_t n = 0; n < 3; ++n) {
    EXPECT_EQ(machine_.record(n), (FaultRecord{0x1000u * (n + 1), kReadFault | n}));
  }
  EXPECT_EQ(machine_.fault_status(), fsts::kPpf);
  EXPECT_FALSE(machine_.record(3).valid());
}

TEST_F(GoldenFaults, SameSourceCollapsesWhileItsRecordIsPending) {
  fault(7, 0x1000);
  fault(7, 0x2000);
  EXPECT_EQ(machine_.record(0).lo, 0x1000u);
  EXPECT_FALSE(machine_.record(1).valid());
  EXPECT_EQ(machine_.fault_status(), fsts::kPpf);
  machine_.clear_record(0);
  fault(7, 0x2000);
  EXPECT_EQ(machine_.record(1).lo, 0x2000u);
  EXPECT_EQ(machine_.fault_status(), fsts::kPpf | (1u << fsts::kFriShift));
}

class GoldenFaultsUncollapsed : public GoldenFaults {
 protected:
  GoldenFaultsUncollapsed() : GoldenFaults({.fault_records = 2, .collapse_faults = false}) {}
};

TEST_F(GoldenFaultsUncollapsed, EachFaultTakesARecord) {
  fault(7, 0x1000);
  fault(7, 0x2000);
  EXPECT_EQ(machine_.record(1).lo, 0x2000u);
  fault(7, 0x3000);
  EXPECT_EQ(machine_.fault_status(), fsts::kPpf | fsts::kPfo);
  EXPECT_EQ(machine_.record(0).lo, 0x1000u);
  EXPECT_EQ(machine_.record(2), FaultRecord{});  // nothing behind the last record
}

TEST_F(GoldenFaults, OverflowLosesFaultsUntilItIsCleared) {
  for (std::uint16_t n = 0; n < 9; ++n) fault(n);
  EXPECT_EQ(machine_.fault_status(), fsts::kPpf | fsts::kPfo);
  machine_.clear_record(0);
  fault(20);  // a slot is free, but PFO is set
  EXPECT_FALSE(machine_.record(0).valid());
  machine_.write32(reg::kFsts, fsts::kPfo);
  EXPECT_EQ(machine_.fault_status(), fsts::kPpf);
  fault(21);
  EXPECT_EQ(machine_.record(0).source_id(), SourceId(21));
  fault(22);  // record 1 is still there
  EXPECT_EQ(machine_.fault_status(), fsts::kPpf | fsts::kPfo);
}

TEST_F(GoldenFaults, IndexGoesOnAfterAllRecordsAreCleared) {
  fault(1);
  fault(2);
  machine_.clear_record(0);
  EXPECT_EQ(machine_.fault_status(), fsts::kPpf);  // PPF is the OR of all
  machine_.clear_record(1);
  EXPECT_EQ(machine_.fault_status(), 0u);
  fault(3);
  EXPECT_EQ(machine_.record(2).source_id(), SourceId(3));
  EXPECT_EQ(fsts::fri(machine_.fault_status()), 2u);
}

TEST_F(GoldenFaults, IndexWrapsAround) {
  for (std::uint16_t n = 0; n < 20; ++n) {
    fault(n);
    EXPECT_EQ(machine_.record(n % 8).source_id(), SourceId(n));
    EXPECT_EQ(fsts::fri(machine_.fault_status()), n % 8);
    machine_.clear_record(n % 8);
  }
}

TEST_F(GoldenFaults, IndexStartsAgainWhenTranslationIsTurnedOff) {
  fault(1);
  machine_.clear_record(0);
  machine_.write32(reg::kGcmd, 0);
  machine_.command(gcmd::kTe);
  fault(2);
  EXPECT_EQ(machine_.record(0).source_id(), SourceId(2));
}

TEST_F(GoldenFaults, IndexStaysZeroWhileTranslationIsOff) {
  machine_.write32(reg::kGcmd, 0);
  const auto bad_interrupt = [this](std::uint16_t source_id) {
    machine_.unit.translate({.source_id = SourceId(source_id), .address = Iova(0xFEE0'0000)});
  };
  bad_interrupt(1);
  EXPECT_EQ(machine_.record(0), (FaultRecord{0, 0x8000'0029'0000'0001}));
  bad_interrupt(2);
  EXPECT_EQ(machine_.fault_status(), fsts::kPpf | fsts::kPfo);
  EXPECT_FALSE(machine_.record(1).valid());
}

TEST_F(GoldenFaults, OnlyTheFaultBitOfARecordCanBeWritten) {
  fault(3, 0x7000);
  const FaultRecord before = machine_.record(0);
  machine_.write64(reg::frcd(0), kAll64);
  machine_.write64(reg::frcd(0) + 8, 0x7FFF'FFFF'FFFF'FFFF);
  machine_.write32(reg::frcd(0) + 8, 0xFFFF'FFFF);
  EXPECT_EQ(machine_.record(0), before);
  machine_.write64(reg::frcd(0) + 8, kAll64);
  EXPECT_FALSE(machine_.record(0).valid());
  EXPECT_EQ(machine_.fault_status(), 0u);
}

TEST_F(GoldenFaults, FpdSuppressesQualifiedFaultsOnly) {
  const Domain empty = machine_.tables.create_domain();
  machine_.tables.attach(SourceId(9), empty, {.fault_processing_disable = true});
  const Request request{.source_id = SourceId(9), .address = Iova(0x5000)};
  const Verdict verdict = machine_.unit.translate(request);
  EXPECT_THAT(verdict, FaultsWith(FaultReason::kReadNotPermitted));
  EXPECT_TRUE(std::get<Fault>(verdict).suppressed);
  EXPECT_EQ(machine_.fault_status(), 0u);
  Request with_pasid = request;
  with_pasid.pasid = Pasid(1);
  machine_.unit.translate(with_pasid);
  EXPECT_EQ(machine_.record(0), (FaultRecord{0x5000, 0xC000'0031'0000'0009}));
}

TEST_F(GoldenFaults, FaultInfoStopsAtTheWidestTable) {
  fault(3, 0xFFFF'FFFF'FFFF'F123);
  EXPECT_EQ(machine_.record(0), (FaultRecord{0x0000'FFFF'FFFF'F000, 0xC000'0004'0000'0003}));
  machine_.clear_record(0);
  Machine wide({.guest_address_width = 57, .sagaw = 0b1110});
  wide.enable_translation();
  wide.unit.translate({.source_id = SourceId(3), .address = Iova(0xFFFF'FFFF'FFFF'F123)});
  EXPECT_EQ(wide.record(0).lo, 0x01FF'FFFF'FFFF'F000u);
  // The largest AGAW counts, not CAP.MGAW.
  Machine narrow({.host_address_width = 39, .guest_address_width = 48, .sagaw = 0b0010});
  narrow.enable_translation();
  narrow.unit.translate({.source_id = SourceId(3), .address = Iova(0xFFFF'FFFF'FFFF'F123)});
  EXPECT_EQ(narrow.record(0).lo, 0x7F'FFFF'F000u);
}

TEST_F(GoldenFaults, AddressTypeIsRecordedOnlyByUnitsWithDeviceTlbs) {
  machine_.unit.translate(
      {.source_id = SourceId(3), .address = Iova(0x5000), .at = AddressType::kTranslated});
  EXPECT_EQ(machine_.record(0), (FaultRecord{0x5000, 0xC000'000D'0000'0003}));
}

TEST_F(GoldenFaults, JudgingRecordsNothing) {
  EXPECT_THAT(machine_.unit.judge({.source_id = SourceId(1), .address = Iova(0)}),
              FaultsWith(FaultReason::kReadNotPermitted));
  EXPECT_EQ(machine_.fault_status(), 0u);
}

TEST_F(GoldenFaults, EventIsSentOnceUntilTheStatusIsCleared) {
  unmask();
  fault(1);
  EXPECT_EQ(machine_.unit.take_messages(), (std::vector<Message>{{0xFEE0'1000, 0x31}}));
  EXPECT_EQ(machine_.read32(reg::kFectl), 0u);
  fault(2);
  EXPECT_EQ(messages(), 0u);
  machine_.clear_record(0);
  fault(3);  // record 1 is pending: PPF never fell
  EXPECT_EQ(messages(), 0u);
  machine_.clear_record(1);
  machine_.clear_record(2);
  fault(4);
  EXPECT_EQ(messages(), 1u);
}

TEST_F(GoldenFaults, MaskedEventIsHeldAndSentWhenUnmasked) {
  fault(1);
  EXPECT_EQ(machine_.read32(reg::kFectl), event_control::kIm | event_control::kIp);
  EXPECT_EQ(messages(), 0u);
  machine_.write32(reg::kFedata, 0x44);
  unmask();
  EXPECT_EQ(machine_.unit.take_messages(), (std::vector<Message>{{0xFEE0'1000, 0x44}}));
  EXPECT_EQ(machine_.read32(reg::kFectl), 0u);
  unmask();
  EXPECT_EQ(messages(), 0u);
}

TEST_F(GoldenFaults, PendingEventIsWithdrawnWhenTheStatusClears) {
  fault(1);
  machine_.clear_record(0);
  EXPECT_EQ(machine_.read32(reg::kFectl), event_control::kIm);
  unmask();
  EXPECT_EQ(messages(), 0u);
}

TEST_F(GoldenFaults, PendingEventStaysWhileAnotherStatusBitIsSet) {
  fault(1);
  set_queue_error();
  machine_.clear_record(0);
  EXPECT_EQ(machine_.read32(reg::kFectl), event_control::kIm | event_control::kIp);
  machine_.write64(reg::kIqt, 0);
  machine_.write32(reg::kFsts, fsts::kIqe);
  EXPECT_EQ(machine_.read32(reg::kFectl), event_control::kIm);
}

TEST_F(GoldenFaults, MaskingAgainHoldsTheNextEvent) {
  unmask();
  fault(1);
  mask();
  machine_.clear_record(0);
  fault(2);
  EXPECT_EQ(messages(), 1u);
  EXPECT_EQ(machine_.read32(reg::kFectl), event_control::kIm | event_control::kIp);
  machine_.write32(reg::kFectl, event_control::kIm);  // IP cannot be written
  EXPECT_EQ(machine_.read32(reg::kFectl), event_control::kIm | event_control::kIp);
}

TEST_F(GoldenFaults, FaultBesideAQueueErrorRaisesNoSecondEvent) {
  unmask();
  set_queue_error();
  EXPECT_EQ(messages(), 1u);
  fault(1);
  EXPECT_EQ(messages(), 0u);
  EXPECT_TRUE(machine_.record(0).valid());
}

TEST_F(GoldenFaults, OverflowLeftSetSilencesEverything) {
  unmask();
  for (std::uint16_t n = 0; n < 9; ++n) fault(n);
  for (unsigned n = 0; n < 8; ++n) machine_.clear_record(n);
  EXPECT_EQ(messages(), 1u);
  EXPECT_EQ(machine_.fault_status(), fsts::kPfo);
  fault(1);
  set_queue_error();
  EXPECT_EQ(messages(), 0u);
  EXPECT_FALSE(machine_.record(0).valid());
}

TEST_F(GoldenFaults, StatusBitsClearIndependently) {
  for (std::uint16_t n = 0; n < 9; ++n) fault(n);
  set_queue_error();
  EXPECT_EQ(machine_.fault_status(), fsts::kPpf | fsts::kPfo | fsts::kIqe);
  machine_.write32(reg::kFsts, fsts::kPfo | fsts::kPpf | 0x80);
  EXPECT_EQ(machine_.fault_status(), fsts::kPpf | fsts::kIqe);
}

TEST_F(GoldenFaults, WriteFaultRecordsType) {
  machine_.unit.translate(
      {.source_id = SourceId(4), .address = Iova(0x5000), .kind = AccessKind::kWrite});
  EXPECT_EQ(machine_.record(0).hi, kWriteFault | 4);
}

}  // namespace
}  // namespace dmar::golden
