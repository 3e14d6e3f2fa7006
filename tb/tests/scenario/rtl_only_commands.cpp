// SPDX-License-Identifier: Apache-2.0
// Commands that meet each other or their own completion: repeated while they run, given together,
// cleared in the clock in which they complete.
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class Commands : public RtlScenario {
 protected:
  static constexpr std::uint8_t kQueueReadId = 32;
  static constexpr Message kEvent{.address = 0xFEE0'1000, .data = 0x55};

  void wait_for_registers() {
    unit().step_until([this] { return !unit().register_busy(); }, "the register access");
  }
  // A write of kNeighbour, permitted before and not acknowledged until release(): drains wait.
  bench::RtlIommu::Handle hold_a_write() {
    hold_dma(false, true);
    const auto handle = unit().submit(write_of(kIova, 16, kNeighbour));
    unit().step(150);
    return handle;
  }
  void attach_neighbour(const Domain &domain) { tables().attach(kNeighbour, domain); }
};

// On builds with 256-bit descriptors.
class WideCommands : public Commands {};

// Software clears IWC at every distance from the completion: either the completion came first and
// IWC is clear, or it came after and is an event.
TEST_P(Commands, CompletionMeetsTheClearingOfItsStatus) {
  unsigned before = 0;
  unsigned after = 0;
  driver().enable_queue();
  driver().set_event(reg::kIectl, kEvent);
  for (unsigned offset = 0; offset < 120; ++offset) {
    driver().push(wait_descriptor({.interrupt = true}));
    driver().ring_doorbell();
    driver().poll32(reg::kIcs, kIcsIwc, kIcsIwc, "the first wait");
    unit().settle();
    unit().take_messages();
    driver().push(wait_descriptor({.interrupt = true}));
    unit().start_write(reg::kIqt, 4, driver().tail());
    wait_for_registers();
    unit().step(offset);
    driver().write32(reg::kIcs, kIcsIwc);
    unit().settle();
    const bool completed_after = (driver().read32(reg::kIcs) & kIcsIwc) != 0;
    ++(completed_after ? after : before);
    ASSERT_EQ(unit().take_messages().size(), completed_after ? 1U : 0U) << "offset " << offset;
    driver().write32(reg::kIcs, kIcsIwc);
  }
  EXPECT_GT(before, 0U);
  EXPECT_GT(after, 0U);
}

// What was cached after the first command had emptied the caches must not outlive the second.
TEST_P(Commands, SetPointerWhileItDrains) {
  Domain domain = start_with_page();
  attach_neighbour(domain);
  const auto held = hold_a_write();
  driver().write32(reg::kGcmd, gcmd::kTe | gcmd::kSrtp);
  unit().step(200);
  ASSERT_EQ(driver().read32(reg::kGsts) & gsts::kRtps, 0U) << "the write holds the drain up";
  EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kData));
  domain.unmap(kIova);
  domain.map(kIova, HostAddr(kMoreData));
  driver().write32(reg::kGcmd, gcmd::kTe | gcmd::kSrtp);
  release();
  driver().poll32(reg::kGsts, gsts::kRtps, gsts::kRtps, "set root pointer");
  EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kMoreData));
  unit().wait(held);
}

// The command takes the register as it is then. Here it waits for an invalidation that drains.
TEST_P(Commands, ThePointerIsTheOneThatStoodThere) {
  constexpr std::uint64_t kEmptyRoot = 0x7000'0000;
  constexpr std::uint32_t kAgain = gcmd::kTe | gcmd::kQie | gcmd::kSrtp;
  attach_neighbour(start_with_page());
  const auto held = hold_a_write();
  begin_invalidation(true);
  unit().step(200);
  driver().write32(reg::kGcmd, kAgain);
  driver().write64(reg::kRtaddr, kEmptyRoot);
  release();
  driver().poll32(reg::kGsts, gsts::kRtps, gsts::kRtps, "set root pointer");
  unit().wait(held);
  EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kData));
  driver().write32(reg::kGcmd, kAgain);
  driver().poll32(reg::kGsts, gsts::kRtps, gsts::kRtps, "set root pointer");
  EXPECT_THAT(unit().access(read_of(kIova)), Faults(FaultReason::kRootNotPresent));
}

// The queue is switched off after the pointer of the same write has been set.
TEST_P(Commands, QueueOffWaitsForThePointer) {
  attach_neighbour(start_with_page());
  driver().enable_queue();
  const auto held = hold_a_write();
  driver().write32(reg::kGcmd, gcmd::kTe | gcmd::kSrtp);
  unit().step(200);
  const std::uint32_t status = driver().read32(reg::kGsts);
  EXPECT_EQ(status & (gsts::kRtps | gsts::kQies), gsts::kQies);
  release();
  driver().poll32(reg::kGsts, gsts::kQies, 0, "queue off");
  EXPECT_NE(driver().read32(reg::kGsts) & gsts::kRtps, 0U);
  unit().wait(held);
}

// Software turns to 256-bit descriptors while one of 128 bits is fetched.
TEST_P(WideCommands, WidthChangesDuringAFetch) {
  driver().enable_queue();
  driver().push(wait_descriptor({}));
  driver().push(wait_descriptor({}));
  unit().hold_table_answers([](const bench::AddressBeat &burst, bool write) {
    return !write && burst.id == kQueueReadId;
  });
  driver().ring_doorbell();
  unit().step(50);
  driver().write64(reg::kIqa, Driver::kQueue.raw() | iqa::kDw);
  release();
  unit().settle();
  EXPECT_EQ(driver().read32(reg::kIqh) & 0x10U, 0U);
}

DMAR_RTL_SCENARIO(Commands);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(WideCommands);
INSTANTIATE_TEST_SUITE_P(On, WideCommands, ::testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const bench::ModelInfo &model : bench::models()) {
                             if (model.config.abort_mode) names.push_back(model.name);
                           }
                           return names;
                         }()),
                         [](const auto &info) { return "Rtl_" + info.param; });

}  // namespace
}  // namespace dmar
