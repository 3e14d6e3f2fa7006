// SPDX-License-Identifier: Apache-2.0
// Devices whose source ids differ in one bit, any of the 16: the tags, the limit and the mistakes
// of one are not those of the other.
#include "tests/scenario/device_tlb_scenario.hpp"

namespace dmar {
namespace {

using ::testing::SizeIs;

class DeviceTlbSources : public DeviceTlbScenario {
 protected:
  static constexpr unsigned kBits = 16;
  // kDevice but for this bit.
  static SourceId nearly(unsigned n) {
    return SourceId(static_cast<std::uint16_t>(kDevice.raw() ^ 1U << n));
  }
};

// And the error of one message is not that of the next.
TEST_P(DeviceTlbSources, CompletionOfTheWrongOne) {
  start_queue();
  for (unsigned n = 0; n < kBits; ++n) {
    SCOPED_TRACE(n);
    const auto [sent, ticket] = ask();
    ASSERT_THAT(sent, SizeIs(1));
    unit().complete_invalidation(
        {.source_id = nearly(n), .itags = std::uint32_t{1} << sent[0].itag});
    EXPECT_TRUE(pending(ticket));
    EXPECT_EQ(driver().fault_status() & fsts::kAnyStatus, fsts::kIce);
    EXPECT_EQ(wrong_device(), nearly(n));
    driver().write32(reg::kFsts, fsts::kIce);
    complete(sent[0]);
    EXPECT_TRUE(completed(ticket));
    expect_no_error();
  }
}

TEST_P(DeviceTlbSources, LimitOfEach) {
  start_queue(1);
  for (unsigned n = 0; n < kBits; ++n) {
    SCOPED_TRACE(n);
    driver().submit({page_of(kDevice, kIova, 1), page_of(nearly(n), kIova, 1)});
    const auto sent = requests(2);
    ASSERT_THAT(sent, SizeIs(2));
    EXPECT_EQ(sent[1].source_id, nearly(n));
    complete(sent[1]);
    complete(sent[0]);
  }
  expect_no_error();
}

DMAR_ATS_SCENARIO(DeviceTlbSources);

}  // namespace
}  // namespace dmar
