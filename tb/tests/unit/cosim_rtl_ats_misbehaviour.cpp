// SPDX-License-Identifier: Apache-2.0
// What comes of the mistakes of a device TLB, on the RTL and the golden model at once.
#include "cosim_rtl_ats.hpp"

namespace dmar::cosim {
namespace {

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

}  // namespace
}  // namespace dmar::cosim
