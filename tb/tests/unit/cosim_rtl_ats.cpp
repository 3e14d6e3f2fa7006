// SPDX-License-Identifier: Apache-2.0
// A function with a device TLB before the unit: what it asks for, what is sent to it, and what
// comes of its mistakes, on the RTL and the golden model at once.
#include <algorithm>
#include <list>
#include <string>

#include "bench/random.hpp"
#include "cosim/dma_engine.hpp"
#include "cosim_rtl_fixture.hpp"
#include "devices/ats_port.hpp"

namespace dmar::cosim {
namespace {

using devices::AtsMisbehaviour;
using devices::AtsPort;
using devices::DmaStatus;

constexpr const char *kModel = "server";

bool have_device_tlbs() {
  return std::ranges::any_of(bench::models(), [](const bench::ModelInfo &model) {
    return model.name == kModel && model.config.device_tlb;
  });
}

// A register access takes time, in which devices work.
class PumpedUnit : public LockstepUnit {
 public:
  PumpedUnit(Lockstep &unit, Memory &memory, std::function<void()> pump)
      : LockstepUnit(unit, memory), pump_(std::move(pump)) {}
  std::uint64_t read(std::uint32_t offset, unsigned bytes) override {
    pump_();
    return LockstepUnit::read(offset, bytes);
  }

 private:
  std::function<void()> pump_;
};

constexpr QueueDescriptor device_tlb_descriptor(SourceId source, std::uint64_t payload,
                                                unsigned max_pending = 0) {
  return {
      .lo = 3U | std::uint64_t{max_pending} << 16 | std::uint64_t{source.raw()} << 32,
      .hi = (payload & ~(size_code::kSize | 1)) | ((payload & size_code::kSize) != 0 ? 1U : 0U)};
}

class CosimRtlAts : public CosimRtl {
 protected:
  explicit CosimRtlAts(DmaLimits limits = {})
      : CosimRtl(make_rtl_of(kModel)),
        engine(
            unit, [](const Message &) {}, limits) {}
  void SetUp() override {
    if (!have_device_tlbs()) GTEST_SKIP() << "no model with device TLBs is built";
    domain_.emplace(tables.create_domain({.id = 1}));
    domain_->map(kIova, kPage);
    tables.attach(kDevice, *domain_, {.device_tlb = true});
    software.set_root_pointer(tables.root_table());
    software.enable_queue();
    software.invalidate_all();
    software.enable_translation();
    port.enable_translations(true);
  }

  void pump() {
    engine.proceed();
    unit.run(32);
    engine.proceed();
  }
  void finish() {
    for (unsigned i = 0; i < 100'000 && !(engine.idle() && unit.at_rest()); ++i) pump();
    EXPECT_TRUE(engine.idle());
    EXPECT_TRUE(unit.at_rest());
  }
  DmaStatus write(Iova address, std::uint8_t value, std::size_t bytes = 64) {
    std::optional<DmaStatus> status;
    const std::vector<std::uint8_t> data(bytes, value);
    port.write(address, data, [&status](DmaStatus how) { status = how; });
    for (unsigned i = 0; i < 100'000 && !status; ++i) pump();
    EXPECT_TRUE(status);
    return status.value_or(DmaStatus::kMemoryError);
  }
  std::uint8_t byte_at(HostAddr address) {
    return static_cast<std::uint8_t>(memory.read64(address));
  }

  // As an operating system unmaps: IOTLB first, then the device, then the wait.
  void start_invalidation(Iova address = kIova, std::uint64_t bytes = 4096) {
    software.push(iotlb_descriptor(page_scope(address)));
    software.push(device_tlb_descriptor(kDevice, size_code::encode(address.raw(), bytes)));
    ticket_ = software.push_wait();
    software.ring_doorbell();
  }
  bool invalidation_done() { return software.wait_completed(ticket_); }
  void invalidate(Iova address = kIova, std::uint64_t bytes = 4096) {
    start_invalidation(address, bytes);
    for (unsigned i = 0; i < 100'000 && !invalidation_done(); ++i) pump();
    EXPECT_TRUE(invalidation_done());
  }

  DmaEngine engine;
  std::unique_ptr<devices::AtsBus> bus = engine.make_port(kDevice);
  AtsPort port{*bus};
  PumpedUnit pumped{unit, memory, [this] { pump(); }};
  Driver software{pumped};
  std::optional<Domain> domain_;
  std::uint32_t ticket_ = 0;
};

TEST_F(CosimRtlAts, AsksOnceAndGoesTranslated) {
  for (unsigned i = 0; i < 5; ++i) {
    EXPECT_EQ(write(Iova(kIova.raw() + 512 * i), static_cast<std::uint8_t>(0x50 + i), 512),
              DmaStatus::kOkay);
    EXPECT_EQ(byte_at(HostAddr(kPage.raw() + 512 * i)), 0x50 + i);
  }
  finish();
  const Statistics did = unit.statistics();
  EXPECT_EQ(did.translation_requests, 1U);
  EXPECT_EQ(did.translations_granted, 1U);
  EXPECT_EQ(did.golden_translations_granted, 1U);
  EXPECT_EQ(did.dma_by_device_tlb, 5U);
  EXPECT_EQ(did.dma_translated, 0U);
  EXPECT_EQ(did.not_granted, 0U);
  expect_agreement();
}

TEST_F(CosimRtlAts, AnInvalidationReachesTheDevice) {
  EXPECT_EQ(write(kIova, 0x11), DmaStatus::kOkay);
  move_page(*domain_, kIova, kOtherPage);
  invalidate();
  EXPECT_EQ(port.statistics().invalidations, 1U);
  EXPECT_EQ(write(kIova, 0x22), DmaStatus::kOkay);
  finish();
  EXPECT_EQ(byte_at(kPage), 0x11);
  EXPECT_EQ(byte_at(kOtherPage), 0x22);
  const Statistics did = unit.statistics();
  EXPECT_EQ(did.device_tlb_invalidations, 1U);
  EXPECT_EQ(did.golden_device_tlb_invalidations, 1U);
  EXPECT_EQ(did.device_tlb_completions, 1U);
  expect_agreement();
}

// The guarantee: when the wait completes nothing goes to the old page any more.
TEST_F(CosimRtlAts, WhatIsUnderWayArrivesBeforeTheWaitCompletes) {
  EXPECT_EQ(write(kIova, 0x11), DmaStatus::kOkay);
  const std::vector<std::uint8_t> data(4096, 0x77);
  bool ended = false;
  port.write(kIova, data, [&ended](DmaStatus) { ended = true; });
  move_page(*domain_, kIova, kOtherPage);
  invalidate();
  EXPECT_TRUE(ended);
  EXPECT_EQ(byte_at(HostAddr(kPage.raw() + 4088)), 0x77);
  memory.write64(kPage, 0);
  finish();
  EXPECT_EQ(memory.read64(kPage), 0U);
  expect_agreement();
}

TEST_F(CosimRtlAts, WithoutPermissionTheFaultIsThatOfAnUntranslatedRequest) {
  EXPECT_EQ(write(Iova(0x5000), 0x11), DmaStatus::kBlocked);
  finish();
  const Statistics did = unit.statistics();
  EXPECT_EQ(did.translation_requests, 1U);
  EXPECT_EQ(did.translations_granted, 0U);
  ASSERT_EQ(did.faults.size(), 1U);
  EXPECT_EQ(did.faults[0].record.reason(), 5U);
  EXPECT_EQ(did.faults[0].request.at, AddressType::kUntranslated);
  expect_agreement();
}

TEST_F(CosimRtlAts, AFunctionThatMayNotUseAtsLearnsIt) {
  tables.attach(kDevice, *domain_);
  software.invalidate_all();
  EXPECT_EQ(write(kIova, 0x11), DmaStatus::kOkay) << "untranslated";
  EXPECT_EQ(write(kIova, 0x12), DmaStatus::kOkay);
  finish();
  const Statistics did = unit.statistics();
  EXPECT_EQ(did.translation_requests, 1U);
  ASSERT_EQ(did.faults.size(), 1U);
  EXPECT_EQ(did.faults[0].record.reason(), 0x0DU);
  EXPECT_EQ(did.dma_translated, 2U);
  expect_agreement();
}

TEST_F(CosimRtlAts, ManyInvalidationsAtOnce) {
  for (unsigned page = 0; page < 64; ++page) {
    domain_->map(Iova(kIova.raw() + 4096 * (page + 1)), HostAddr(kPage.raw() + 4096 * (page + 1)));
  }
  for (unsigned page = 0; page < 64; ++page) write(Iova(kIova.raw() + 4096 * page), 0x33);
  for (unsigned page = 0; page < 64; ++page) {
    const std::uint64_t address = kIova.raw() + 4096 * page;
    software.push(device_tlb_descriptor(kDevice, size_code::encode(address, 4096), page % 5));
  }
  ticket_ = software.push_wait();
  software.ring_doorbell();
  for (unsigned i = 0; i < 100'000 && !invalidation_done(); ++i) pump();
  EXPECT_TRUE(invalidation_done());
  finish();
  EXPECT_EQ(port.statistics().invalidations, 64U);
  EXPECT_EQ(port.tlb().size(), 0U);
  expect_agreement();
}

// --- devices that misbehave ---

TEST_F(CosimRtlAts, RealBug30_ADeviceThatDoesNotAnswerStopsTheQueueUntilSoftwareGoesOn) {
  EXPECT_EQ(write(kIova, 0x11), DmaStatus::kOkay);
  port.misbehave(AtsMisbehaviour::kNeverAnswers, 1);
  start_invalidation();
  for (unsigned i = 0; i < 1'000'000 && (software.fault_status() & fsts::kIte) == 0; ++i) pump();
  ASSERT_NE(software.fault_status() & fsts::kIte, 0U);
  EXPECT_FALSE(invalidation_done());
  EXPECT_EQ(unit.statistics().device_tlb_timeouts, 1U);
  software.write32(reg::kFsts, fsts::kIte);
  invalidate();
  finish();
  EXPECT_EQ(port.tlb().size(), 0U);
  expect_agreement();
}

TEST_F(CosimRtlAts, ASecondAnswerIsAnError) {
  port.misbehave(AtsMisbehaviour::kAnswersTwice, 1);
  invalidate();
  finish();
  EXPECT_NE(software.fault_status() & fsts::kIce, 0U);
  software.write32(reg::kFsts, fsts::kIce);
  invalidate();
  finish();
  EXPECT_EQ(software.fault_status() & (fsts::kIce | fsts::kIte), 0U);
  expect_agreement();
}

TEST_F(CosimRtlAts, AWrongTagIsAnErrorAndNoAnswer) {
  port.misbehave(AtsMisbehaviour::kWrongTag, 1);
  start_invalidation();
  for (unsigned i = 0; i < 1'000'000 && (software.fault_status() & fsts::kIte) == 0; ++i) pump();
  EXPECT_EQ(software.fault_status() & (fsts::kIce | fsts::kIte), fsts::kIce | fsts::kIte);
  EXPECT_FALSE(invalidation_done());
  expect_agreement();
}

TEST_F(CosimRtlAts, UseAfterInvalidationIsNamed) {
  EXPECT_EQ(write(kIova, 0x11), DmaStatus::kOkay);
  port.misbehave(AtsMisbehaviour::kUsesAfter, 1);
  move_page(*domain_, kIova, kOtherPage);
  invalidate();
  EXPECT_EQ(unit.statistics().not_granted, 0U);
  EXPECT_EQ(write(kIova, 0x22), DmaStatus::kOkay);
  finish();
  EXPECT_EQ(byte_at(kPage), 0x22) << "no unit can prevent it";
  EXPECT_EQ(unit.statistics().not_granted, 1U);
  EXPECT_EQ(unit.statistics().not_granted_passed, 1U);
  expect_agreement();
}

// One request after the other, so that most of a transfer is still to come.
class CosimRtlAtsNarrow : public CosimRtlAts {
 protected:
  CosimRtlAtsNarrow() : CosimRtlAts({.request_bytes = 64, .in_flight = 1}) {}

  void invalidate_during_a_write() {
    EXPECT_EQ(write(kIova, 0x11), DmaStatus::kOkay);
    port.write(kIova, data_, nullptr);
    pump();
    invalidate();
    finish();
    EXPECT_EQ(port.statistics().acknowledged, 1U);
    EXPECT_EQ(byte_at(HostAddr(kPage.raw() + 4088)), 0x77);
    expect_agreement();
  }

  std::vector<std::uint8_t> data_ = std::vector<std::uint8_t>(4096, 0x77);
};

TEST_F(CosimRtlAtsNarrow, AnAcknowledgementComesBehindAllOfATransfer) {
  invalidate_during_a_write();
  EXPECT_EQ(unit.statistics().not_granted, 0U);
}

// It asks anew before it can acknowledge, and goes on with that answer.
TEST_F(CosimRtlAtsNarrow, AnAnswerBetweenMessageAndAcknowledgementCounts) {
  EXPECT_EQ(write(kIova, 0x11), DmaStatus::kOkay);
  port.write(kIova, data_, nullptr);
  pump();
  start_invalidation();
  for (unsigned i = 0; i < 1000 && port.statistics().invalidations == 0; ++i) pump();
  ASSERT_EQ(port.statistics().acknowledged, 0U);
  EXPECT_EQ(write(kIova, 0x22), DmaStatus::kOkay);
  ASSERT_EQ(port.statistics().acknowledged, 0U) << "the long one is under way";
  finish();
  ASSERT_EQ(port.statistics().acknowledged, 1U);
  EXPECT_EQ(write(kIova, 0x33), DmaStatus::kOkay);
  finish();
  EXPECT_EQ(unit.statistics().translation_requests, 2U);
  EXPECT_EQ(unit.statistics().not_granted, 0U);
  expect_agreement();
}

TEST_F(CosimRtlAtsNarrow, RealBug04_AnEarlyAcknowledgementIsNamedByWhatComesAfterIt) {
  port.misbehave(AtsMisbehaviour::kAcknowledgesEarly, 1);
  invalidate_during_a_write();
  EXPECT_GT(unit.statistics().not_granted, 30U);
  EXPECT_EQ(unit.statistics().not_granted_passed, unit.statistics().not_granted);
}

TEST_F(CosimRtlAts, AForgedRequestIsBlockedWhereTheContextEntrySaysSo) {
  const std::unique_ptr<devices::AtsBus> plain = engine.make_port(kNeighbour);
  AtsPort forger(*plain);
  tables.attach(kNeighbour, *domain_);
  software.invalidate_all();
  forger.misbehave(AtsMisbehaviour::kForgesTranslated, 1);
  std::optional<DmaStatus> status;
  const std::vector<std::uint8_t> data(64, 0x66);
  forger.write(Iova(kOtherPage.raw()), data, [&status](DmaStatus how) { status = how; });
  finish();
  EXPECT_EQ(status, DmaStatus::kBlocked);
  EXPECT_EQ(byte_at(kOtherPage), 0U);
  ASSERT_EQ(unit.statistics().faults.size(), 1U);
  EXPECT_EQ(unit.statistics().faults[0].record.reason(), 0x0DU);
  EXPECT_EQ(unit.statistics().not_granted, 1U);
  EXPECT_EQ(unit.statistics().not_granted_passed, 0U);

  port.misbehave(AtsMisbehaviour::kForgesTranslated, 1);
  EXPECT_EQ(write(Iova(kOtherPage.raw()), 0x66), DmaStatus::kOkay) << "nothing shows that it is";
  finish();
  EXPECT_EQ(byte_at(kOtherPage), 0x66);
  EXPECT_EQ(unit.statistics().not_granted_passed, 1U);
  expect_agreement();
}

// Software that unmaps and maps anew under a device that never stops.
TEST_F(CosimRtlAts, RandomTraffic) {
  constexpr unsigned kPages = 4;
  bench::Random random(11);
  std::uint64_t next = kPage.raw();
  std::vector<std::uint64_t> places;
  for (unsigned page = 0; page < kPages; ++page) {
    places.push_back(next += 4096);
    const Iova at(kIova.raw() + 4096 * page);
    if (page != 0) domain_->map(at, HostAddr(places.back()));
    move_page(*domain_, at, HostAddr(places.back()));
  }
  software.invalidate_all();
  const std::vector<std::uint8_t> data(256, 0xEE);
  unsigned open = 0;
  for (unsigned round = 0; round < 150; ++round) {
    while (open < 4) {
      ++open;
      const std::uint64_t offset = random.below(4096 * kPages - data.size());
      port.write(Iova(kIova.raw() + offset), data, [&open](DmaStatus status) {
        EXPECT_EQ(status, DmaStatus::kOkay);
        --open;
      });
    }
    for (std::uint64_t i = random.below(4); i != 0; --i) pump();
    const auto page = static_cast<unsigned>(random.below(kPages));
    const Iova at(kIova.raw() + 4096 * page);
    const HostAddr old(places[page]);
    places[page] = next += 4096;
    move_page(*domain_, at, HostAddr(places[page]));
    invalidate(at);
    const std::vector<std::uint8_t> clear(4096, 0);
    memory.store(old, clear);
    pump();
    std::vector<std::uint8_t> now(4096);
    memory.load(old, now);
    ASSERT_EQ(now, clear) << "round " << round;
  }
  finish();
  EXPECT_EQ(unit.statistics().not_granted, 0U);
  EXPECT_GT(unit.statistics().translations_granted, 50U);
  EXPECT_EQ(unit.statistics().device_tlb_invalidations, 150U);
  expect_agreement();
}

}  // namespace
}  // namespace dmar::cosim
