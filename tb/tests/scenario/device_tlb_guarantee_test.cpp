// SPDX-License-Identifier: Apache-2.0
// What software gets for the protocol: when the wait completes, the device uses the old translation
// no more, and what it wrote under it is in memory.
#include "tests/scenario/device_tlb_scenario.hpp"

namespace dmar {
namespace {

using ::testing::SizeIs;

class DeviceTlbGuarantee : public DeviceTlbScenario {
 protected:
  // What the device has learned, asked for anew.
  std::uint64_t learn(Iova address) {
    const Completion answer = access(asking(address));
    std::uint64_t raw = 0;
    for (std::size_t n = answer.data.size(); n-- > 0;) raw = raw << 8 | answer.data[n];
    return raw;
  }
};

// The whole of an unmapping, as a driver does it: clear the entry, flush the unit, then the device.
TEST_P(DeviceTlbGuarantee, UnmapAndFlushDevice) {
  Domain domain = start_ats_with_page();
  driver().enable_queue();
  ASSERT_EQ(learn(kIova), kData | kRW);
  EXPECT_THAT(access(translated(AccessKind::kWrite, kData)), Reaches(kData));

  domain.unmap(kIova);
  driver().push(iotlb_descriptor({.granularity = granularity::kDomain, .domain = 1}));
  driver().push(page_of(kDevice));
  const std::uint32_t ticket = driver().push_wait();
  driver().ring_doorbell();
  const auto sent = requests(1);
  ASSERT_THAT(sent, SizeIs(1));
  // Until it answers, the device may use what it has; what it asks anew is the new state.
  Request last = translated(AccessKind::kWrite, kData + 0x80);
  EXPECT_THAT(access(last), Reaches(kData + 0x80));
  EXPECT_EQ(learn(kIova), kNoAccess);
  EXPECT_TRUE(pending(ticket));
  complete(sent[0]);
  EXPECT_TRUE(completed(ticket));
  EXPECT_EQ(learn(kIova), kNoAccess);
  expect_no_error();
}

// A remapping: the device that asks again after its answer learns the new page.
TEST_P(DeviceTlbGuarantee, RemapAndFlushDevice) {
  Domain domain = start_ats_with_page();
  driver().enable_queue();
  ASSERT_EQ(learn(kIova), kData | kRW);
  domain.unmap(kIova);
  domain.map(kIova, HostAddr(kMoreData));
  driver().push(iotlb_descriptor({.granularity = granularity::kDomain, .domain = 1}));
  driver().push(page_of(kDevice));
  const std::uint32_t ticket = driver().push_wait();
  driver().ring_doorbell();
  const auto sent = requests(1);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(learn(kIova), kMoreData | kRW);
  complete(sent[0]);
  EXPECT_TRUE(completed(ticket));
}

// Other invalidations and waits are not mixed up with those of devices.
TEST_P(DeviceTlbGuarantee, ManyPairsOfFlushAndWait) {
  start_ats_with_page();
  driver().enable_queue();
  for (unsigned n = 0; n < 100; ++n) {
    driver().push(iotlb_descriptor({.granularity = granularity::kDomain, .domain = 1}));
    driver().push(page_of(n % 2 == 0 ? kDevice : kNeighbour, Iova(n * kPage)));
    const std::uint32_t ticket = driver().push_wait();
    driver().ring_doorbell();
    const auto sent = requests(1);
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(sent[0].base(), n * kPage);
    EXPECT_TRUE(pending(ticket));
    complete(sent[0]);
    ASSERT_TRUE(completed(ticket));
  }
  expect_no_error();
}

DMAR_ATS_SCENARIO(DeviceTlbGuarantee);

}  // namespace
}  // namespace dmar
