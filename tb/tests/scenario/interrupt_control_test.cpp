// SPDX-License-Identifier: Apache-2.0
// SIRTP, IRE and CFI (VT-d 11.4.4): handshakes, what they latch, several at once, under requests,
// and without the queue.
#include <vector>

#include "tests/scenario/interrupt_scenario.hpp"

namespace dmar {
namespace {

using R = FaultReason;

constexpr Message kCompatible{.address = 0xFEE0'1000, .data = 0x4041};

class InterruptControl : public InterruptScenario {
 protected:
  [[nodiscard]] std::uint32_t status() { return driver().read32(reg::kGsts); }
  void command(std::uint32_t bits) { driver().write32(reg::kGcmd, bits); }
  void await(std::uint32_t bits) { driver().poll32(reg::kGsts, bits, bits, "global command"); }
};

TEST_P(InterruptControl, EachCommandSetsItsOwnStatus) {
  driver().set_interrupt_table(kTable, 7);
  EXPECT_EQ(status(), gsts::kIrtps);
  driver().allow_compatibility(true);
  EXPECT_EQ(status(), gsts::kIrtps | gsts::kCfis);
  driver().enable_interrupt_remapping();
  EXPECT_EQ(status(), gsts::kIrtps | gsts::kCfis | gsts::kIres);
  driver().allow_compatibility(false);
  EXPECT_EQ(status(), gsts::kIrtps | gsts::kIres);
  driver().disable_interrupt_remapping();
  EXPECT_EQ(status(), gsts::kIrtps);
}

// Without the queue there is no invalidation, but remapping works.
TEST_P(InterruptControl, WorksWithoutTheQueue) {
  driver().set_interrupt_table(kTable, 7);
  driver().enable_interrupt_remapping();
  table().set(3, {});
  EXPECT_THAT(access(interrupt(3)), Delivers(delivered({})));
  expect_fault(interrupt(4), R::kInterruptEntryNotPresent);
}

// Remapping without a table uses the reset value: two entries at address 0.
TEST_P(InterruptControl, WithoutTablePointer) {
  driver().enable_interrupt_remapping();
  EXPECT_EQ(status(), gsts::kIres);
  expect_fault(interrupt(1), R::kInterruptEntryNotPresent);
  expect_fault(interrupt(2), R::kInterruptIndexBeyondTable);
  table(HostAddr(0)).set(1, {});
  EXPECT_THAT(access(interrupt(1)), Delivers(delivered({})));
}

TEST_P(InterruptControl, TableRegisterIsLatchedByTheCommandAlone) {
  start_remapping(7);
  table().set(3, {});
  driver().write64(reg::kIrta, 0x7777'7000);
  EXPECT_EQ(driver().read64(reg::kIrta), 0x7777'7000U);
  driver().invalidate(InterruptScope{});
  EXPECT_THAT(access(interrupt(3)), Delivers(delivered({})));
  driver().write32(reg::kIrta + 4, 0);
  driver().write32(reg::kIrta, static_cast<std::uint32_t>(kTable.raw()));  // S=0
  driver().invalidate(InterruptScope{});
  EXPECT_THAT(access(interrupt(3)), Delivers(delivered({})));
  command((status() & 0x96FF'FFFF) | gcmd::kSirtp);
  await(gsts::kIrtps);
  driver().invalidate(InterruptScope{});
  expect_fault(interrupt(3), R::kInterruptIndexBeyondTable);
}

// Everything in one write, from reset.
TEST_P(InterruptControl, AllCommandsInOneWrite) {
  attach_domain().map(kIova, HostAddr(kData));
  table().set(3, {});
  driver().write64(reg::kRtaddr, tables().root_table().raw());
  driver().write64(reg::kIrta, kTable.raw() | 7);
  driver().write64(reg::kIqa, Driver::kQueue.raw());
  const std::uint32_t all =
      gcmd::kSrtp | gcmd::kSirtp | gcmd::kQie | gcmd::kCfi | gcmd::kIre | gcmd::kTe;
  command(all);
  await(gsts::kTes);
  EXPECT_EQ(status(), all);  // each status bit stands where its command does
  EXPECT_THAT(access(interrupt(3)), Delivers(delivered({})));
  EXPECT_THAT(access(interrupt_of(kCompatible, kDevice)), Delivers(kCompatible));
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  driver().wait_for_queue();
  command(0);
  driver().poll32(reg::kGsts, gsts::kTes | gsts::kIres | gsts::kCfis | gsts::kQies, 0, "all off");
  EXPECT_EQ(status(), gsts::kRtps | gsts::kIrtps);
  EXPECT_THAT(access(interrupt(3)), Delivers(remappable_message(3)));
}

// Xen writes GSTS OR the new bit: RTPS and IRTPS come back as commands and change nothing.
TEST_P(InterruptControl, StaleStatusInTheCommand) {
  start_with_page();
  start_remapping(7);
  table().set(3, {});
  for (const std::uint32_t added : {gcmd::kCfi, gcmd::kQie}) {
    command(status() | added);
    driver().poll32(reg::kGsts, gsts::kRtps | gsts::kIrtps | added,
                    gsts::kRtps | gsts::kIrtps | added, "command");
    EXPECT_THAT(access(interrupt(3)), Delivers(delivered({})));
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  }
  driver().wait_for_queue();
}

// The same command again before the first one is seen to be through.
TEST_P(InterruptControl, RepeatedWhileUnderWay) {
  driver().enable_queue();
  table().set(3, {});
  driver().write64(reg::kIrta, kTable.raw() | 7);
  for (unsigned n = 0; n < 3; ++n) command(gcmd::kQie | gcmd::kSirtp);
  await(gsts::kIrtps);
  for (unsigned n = 0; n < 3; ++n) command(gcmd::kQie | gcmd::kIre | gcmd::kCfi);
  await(gsts::kIres | gsts::kCfis);
  EXPECT_THAT(access(interrupt(3)), Delivers(delivered({})));
  // On, off, on, off without a look: the last word counts.
  for (unsigned n = 0; n < 4; ++n) command(gcmd::kQie | (n % 2 == 0 ? gcmd::kIre : 0));
  driver().poll32(reg::kGsts, gsts::kIres | gsts::kCfis, 0, "off");
  unit().settle();
  EXPECT_EQ(status(), gsts::kQies | gsts::kIrtps);
  EXPECT_THAT(access(interrupt(3)), Delivers(remappable_message(3)));
}

// A level written again, and a one-shot command not written, change nothing.
TEST_P(InterruptControl, SameLevelAgain) {
  start_remapping(7);
  table().set(3, {});
  for (unsigned n = 0; n < 3; ++n) {
    command(gcmd::kQie | gcmd::kIre);
    EXPECT_THAT(access(interrupt(3)), Delivers(delivered({})));
  }
  EXPECT_EQ(status(), gsts::kQies | gsts::kIres | gsts::kIrtps);
}

// Requests that come back to back see one state each, the one in force.
TEST_P(InterruptControl, EveryRequestSeesOneState) {
  start_remapping(7);
  for (unsigned n = 0; n < 4; ++n) table().set(n, {.vector = 0x40 + n});
  for (unsigned round = 0; round < 6; ++round) {
    const bool on = round % 2 == 0;
    std::vector<Request> burst;
    for (unsigned n = 0; n < 8; ++n) burst.push_back(interrupt(n % 4));
    unsigned n = 0;
    for (const Completion &completion : unit().access_all(burst)) {
      ASSERT_TRUE(completion.interrupt.has_value());
      if (on) {
        EXPECT_EQ(*completion.interrupt, delivered({.vector = 0x40 + n % 4}));
      } else {
        EXPECT_EQ(completion.interrupt->address, remappable_message(n % 4).address);
      }
      ++n;
    }
    driver().set_level(gcmd::kIre, !on);
  }
}

DMAR_INTERRUPT_SCENARIO(InterruptControl);

class WithoutInterruptRemapping : public InterruptScenario {};

// No status, no register, no descriptor; every message passes.
TEST_P(WithoutInterruptRemapping, CommandsAndRegisterDoNothing) {
  driver().write64(reg::kIrta, ~std::uint64_t{0});
  EXPECT_EQ(driver().read64(reg::kIrta), 0U);
  for (const std::uint32_t bits : {gcmd::kSirtp, gcmd::kIre, gcmd::kCfi}) {
    driver().write32(reg::kGcmd, bits);
    unit().settle();
    EXPECT_EQ(driver().read32(reg::kGsts), 0U);
  }
  const Message message{0xFEE0'0818, 0xFFFF'0003};
  EXPECT_THAT(access(interrupt_of(message, kDevice)), Delivers(message));
}

DMAR_SCENARIO_WITH(
    WithoutInterruptRemapping, +[](const Config &config) { return !config.interrupt_remapping; });

}  // namespace
}  // namespace dmar
