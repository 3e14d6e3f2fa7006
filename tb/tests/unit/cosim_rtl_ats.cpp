// SPDX-License-Identifier: Apache-2.0
// A function with a device TLB before the unit: what it asks for and what is sent to it, on the RTL
// and the golden model at once.
#include "cosim_rtl_ats.hpp"

#include "bench/random.hpp"

namespace dmar::cosim {
namespace {

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
