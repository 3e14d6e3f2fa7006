// SPDX-License-Identifier: Apache-2.0
// Global command handshakes (VT-d 11.4): each command, several at once, stale bits, re-enabling,
// and the orders that systems in the field use.
#include "tests/scenario/scenario.hpp"

namespace dmar {
namespace {

class BringUp : public Scenario {
 protected:
  [[nodiscard]] std::uint32_t status() { return driver().read32(reg::kGsts); }
};

TEST_P(BringUp, NothingIsOnAfterReset) {
  EXPECT_EQ(status(), 0U);
  EXPECT_THAT(access(write_of(Iova(kData))), Reaches(kData));
}

TEST_P(BringUp, EachCommandSetsItsOwnStatus) {
  driver().set_root_pointer(tables().root_table());
  EXPECT_EQ(status(), gsts::kRtps);
  driver().enable_queue();
  EXPECT_EQ(status(), gsts::kRtps | gsts::kQies);
  driver().enable_translation();
  EXPECT_EQ(status(), gsts::kRtps | gsts::kQies | gsts::kTes);
  driver().disable_queue();
  EXPECT_EQ(status(), gsts::kRtps | gsts::kTes);
  driver().disable_translation();
  EXPECT_EQ(status(), gsts::kRtps);
}

TEST_P(BringUp, CommandsOfMissingFeaturesAreIgnored) {
  constexpr std::uint32_t kSfl = 1U << 29;
  constexpr std::uint32_t kEafl = 1U << 28;
  std::vector<std::uint32_t> commands{kSfl, kEafl, 0x007F'FFFF};
  if (!config().write_buffer_flush) commands.push_back(gcmd::kWbf);
  for (const std::uint32_t command : commands) {
    driver().write32(reg::kGcmd, command);
    unit().settle();
    EXPECT_EQ(status(), 0U) << std::hex << command;
  }
  EXPECT_THAT(access(read_of(Iova(kData))), Reaches(kData));
}

TEST_P(BringUp, GlobalCommandReadsZero) {
  start_with_page();
  EXPECT_EQ(driver().read32(reg::kGcmd), 0U);
}

TEST_P(BringUp, SeveralBitsInOneWrite) {
  attach_domain().map(kIova, HostAddr(kData));
  driver().write64(reg::kRtaddr, tables().root_table().raw());
  driver().write64(reg::kIqa, Driver::kQueue.raw());
  driver().write32(reg::kGcmd, gcmd::kSrtp | gcmd::kQie | gcmd::kTe);
  driver().poll32(reg::kGsts, gsts::kTes, gsts::kTes, "TE");
  EXPECT_EQ(status(), gsts::kTes | gsts::kRtps | gsts::kQies);
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
}

// Xen writes GSTS OR the new bit, so that RTPS comes back as SRTP.
TEST_P(BringUp, StaleRootPointerStatusInTheCommand) {
  start_with_page();
  driver().write32(reg::kGcmd, status() | gcmd::kQie);
  driver().poll32(reg::kGsts, gsts::kQies | gsts::kRtps, gsts::kQies | gsts::kRtps, "QIE");
  EXPECT_EQ(status(), gsts::kTes | gsts::kRtps | gsts::kQies);
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
}

TEST_P(BringUp, TranslationWithoutRootPointerUsesAddressZero) {
  driver().enable_translation();
  EXPECT_EQ(status(), gsts::kTes);
  expect_fault(read_of(kIova), FaultReason::kRootNotPresent);  // memory at 0 reads zero
  memory().write64(HostAddr(0), tables().root_table().raw() | 1);
  tables().attach(kDevice, tables().create_domain({}));
  expect_fault(read_of(kIova), FaultReason::kContextNotPresent);
}

TEST_P(BringUp, RootAddressReadsBackAndOnlyTheCommandLatchesIt) {
  start_with_page();
  driver().write64(reg::kRtaddr, 0x7777'7000);
  EXPECT_EQ(driver().read64(reg::kRtaddr), 0x7777'7000U);
  driver().invalidate_all();
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  driver().set_root_pointer(HostAddr(0x7777'7000));
  driver().invalidate_all();
  expect_fault(read_of(kIova), FaultReason::kRootNotPresent);
}

TEST_P(BringUp, SetRootPointerWhileTranslating) {
  start_with_page();
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  TableBuilder second(memory(), config(), HostAddr(0x2000'0000), HostAddr(0x2100'0000));
  const Domain other = second.create_domain({.id = 2});
  second.attach(kDevice, other);
  Domain(other).map(kIova, HostAddr(kMoreData));
  driver().set_root_pointer(second.root_table());
  driver().invalidate_all();
  EXPECT_THAT(access(read_of(kIova)), Reaches(kMoreData));
}

TEST_P(BringUp, TranslationOffAndOnAgain) {
  start_with_page();
  for (unsigned round = 0; round < 4; ++round) {
    EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
    driver().disable_translation();
    EXPECT_THAT(access(read_of(kIova)), Reaches(kIova.raw()));
    driver().set_root_pointer(tables().root_table());
    driver().invalidate_all();
    driver().enable_translation();
  }
}

TEST_P(BringUp, SameLevelAgainChangesNothing) {
  start_with_page();
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
  for (unsigned n = 0; n < 3; ++n) driver().write32(reg::kGcmd, gcmd::kTe);
  EXPECT_EQ(status(), gsts::kTes | gsts::kRtps);
  EXPECT_THAT(access(read_of(kIova)), Reaches(kData));
}

TEST_P(BringUp, QueueOffForgetsTheHeadAndKeepsTheTail) {
  driver().enable_queue();
  driver().submit({iotlb_descriptor({}), context_descriptor({})});
  driver().wait_for_queue();
  EXPECT_EQ(driver().read32(reg::kIqh), 0x30U);
  driver().disable_queue();
  EXPECT_EQ(driver().read32(reg::kIqh), 0U);
  EXPECT_EQ(driver().read32(reg::kIqt), 0x30U);
}

// Windows writes the tail first.
TEST_P(BringUp, TailBeforeQueueEnable) {
  driver().write64(reg::kIqa, Driver::kQueue.raw());
  const std::uint32_t ticket = driver().push_wait();
  driver().ring_doorbell();
  unit().settle();
  EXPECT_FALSE(driver().wait_completed(ticket));
  driver().set_level(gcmd::kQie, true);
  unit().settle();
  EXPECT_TRUE(driver().wait_completed(ticket));
  EXPECT_EQ(driver().read32(reg::kIqh), 0x10U);
}

// kvm-unit-tests enables the queue before it has an address.
TEST_P(BringUp, QueueWithoutAddressDoesNothing) {
  memory().inject_error(HostAddr(0), HostAddr(0xFFF));
  driver().set_level(gcmd::kQie, true);
  unit().settle();
  EXPECT_EQ(status(), gsts::kQies);
  EXPECT_EQ(driver().fault_status(), 0U);
}

// The address is looked at for every fetch, also when it is programmed after the enable.
TEST_P(BringUp, QueueAddressAfterEnable) {
  driver().set_level(gcmd::kQie, true);
  driver().write64(reg::kIqa, Driver::kQueue.raw());
  driver().wait_for_queue();
  EXPECT_EQ(driver().read32(reg::kIqh), 0x10U);
}

TEST_P(BringUp, RealBug45_QueueOffInTheMiddleOfWaits) {
  driver().enable_queue();
  for (unsigned n = 0; n < 100; ++n) driver().push(wait_descriptor({.fence = true}));
  driver().ring_doorbell();
  driver().disable_queue();
  EXPECT_EQ(driver().read32(reg::kIqh), 0U);
  EXPECT_EQ(status() & gsts::kQies, 0U);
  EXPECT_EQ(driver().fault_status(), 0U);
  driver().set_tail(0);
  driver().enable_queue();
  driver().wait_for_queue();
}

// A boot loader left everything on; the kernel sets the unit up again from what it finds.
TEST_P(BringUp, RealBug32_ReinitialiseFromADirtyState) {
  start_with_page();
  driver().enable_queue(1);
  driver().wait_for_queue();
  expect_fault(read_of(Iova(0x5000)), FaultReason::kReadNotPermitted);
  driver().submit({{.lo = 0xF, .hi = 0}});  // stops the queue
  unit().settle();
  EXPECT_NE(driver().fault_status() & fsts::kIqe, 0U);

  driver().disable_queue();
  driver().write32(reg::kFsts, fsts::kIqe | fsts::kPfo);
  driver().disable_translation();
  tables().detach(kDevice);
  attach_domain(kDevice, 9).map(kIova, HostAddr(kMoreData));
  driver().enable_queue(0, HostAddr(0x0900'0000));
  driver().set_root_pointer(tables().root_table());
  driver().invalidate_all();
  driver().enable_translation();
  EXPECT_THAT(access(read_of(kIova)), Reaches(kMoreData));
}

// RealBug10: a requester that never takes its answers cannot keep translation on. The device here
// always answers in the end; what counts is that every switch is seen as a whole.
TEST_P(BringUp, EveryRequestSeesOneState) {
  start_with_page();
  for (unsigned n = 0; n < 8; ++n) {
    const std::vector<Request> burst(6, read_of(kIova));
    for (const Completion &completion : unit().access_all(burst)) {
      EXPECT_THAT(completion, Reaches(n % 2 == 0 ? kData : kIova.raw()));
    }
    driver().set_level(gcmd::kTe, n % 2 != 0);
  }
}

DMAR_SCENARIO(BringUp);

}  // namespace
}  // namespace dmar
