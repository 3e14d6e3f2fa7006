// SPDX-License-Identifier: Apache-2.0
// The unit is reset while memory owes it answers: they come when nobody waits for them any more.
// No device sees one, nothing enters a cache, and the unit works.
#include "bench/table_port_rules.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class UnitReset : public RtlScenario {
 protected:
  static constexpr unsigned kLong = 400;  // cycles in which everything that can come has come

  // What memory held back comes now, to a unit that was just reset.
  void reset_and_release() {
    reset_unit();
    release();
    unit().step(kLong);
    EXPECT_TRUE(unit().dma_under_way().empty());
    EXPECT_TRUE(unit().take_verdicts().empty());
    EXPECT_EQ(driver().fault_status(), 0U);
  }
  void start_again() {
    driver().set_root_pointer(tables().root_table());
    driver().enable_translation();
  }
  void expect_works(std::uint64_t address) {
    for (unsigned n = 0; n < 20; ++n) {
      EXPECT_THAT(unit().access(read_of(kIova)), Reaches(address));
      EXPECT_THAT(unit().access(write_of(kIova)), Reaches(address));
    }
  }
};

TEST_P(UnitReset, LateQueueAnswersAndResponsesAreDropped) {
  for (const std::uint8_t id : {bench::kQueueReadId, bench::kStatusWriteId}) {
    make({});
    start_with_page();
    unit().hold_table_answers(
        [id](const bench::AddressBeat &burst, bool) { return burst.id == id; });
    begin_invalidation(true);
    unit().step(kLong);
    ASSERT_FALSE(invalidation_complete());
    reset_and_release();
    start_again();
    expect_works(kData);
    for (unsigned n = 0; n < 3; ++n) {
      begin_invalidation(true);
      finish_invalidation();
    }
  }
}

DMAR_RTL_SCENARIO(UnitReset);

}  // namespace
}  // namespace dmar
