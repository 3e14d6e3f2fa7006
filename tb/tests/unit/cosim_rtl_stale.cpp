// SPDX-License-Identifier: Apache-2.0
// Old answers of caches: fine until their invalidation is complete, wrong from then on.
#include "cosim_rtl_fixture.hpp"

namespace dmar::cosim {
namespace {

// The heart of it: an old answer is fine until its invalidation is complete, and wrong from then
// on.
TEST_F(CosimRtl, OldAnswersAreStaleUntilTheInvalidationAndWrongAfterIt) {
  const Domain domain = start();
  EXPECT_EQ(read_goes_to(), kPage);
  move_page(domain, kIova, kOtherPage);
  EXPECT_EQ(read_goes_to(), kPage);  // of a cache
  EXPECT_EQ(unit.statistics().stale, 1U);
  expect_agreement();

  driver.invalidate(page_scope());
  EXPECT_EQ(read_goes_to(), kOtherPage);
  EXPECT_EQ(unit.statistics().stale, 1U);
  expect_agreement();

  // The same once more, but the RTL goes on with what it knew.
  const HostAddr entry = tables.entry_address(domain, kIova, 1);
  deceive(entry, memory.read64(entry));
  move_page(domain, kIova, kPage);
  EXPECT_EQ(read_goes_to(), kOtherPage);
  EXPECT_EQ(unit.statistics().stale, 2U);
  expect_agreement();
  driver.invalidate(page_scope());
  EXPECT_EQ(read_goes_to(), kOtherPage);
  EXPECT_EQ(unit.statistics().stale, 2U);
  EXPECT_EQ(unit.differences().count, 1U);
  expect_difference("dma r 0020 1234567000 64", "ok 50000000", "ok 40000000");
}

// The same through the registers of the unit.
TEST_F(CosimRtl, InvalidationByRegisterEndsStalenessToo) {
  const Domain domain = start();
  driver.disable_queue();
  read_goes_to();
  const HostAddr entry = tables.entry_address(domain, kIova, 1);
  deceive(entry, memory.read64(entry));
  move_page(domain, kIova, kOtherPage);
  driver.invalidate(page_scope());
  iommu.settle();
  EXPECT_EQ(read_goes_to(), kPage);
  EXPECT_EQ(unit.statistics().stale, 0U);
  expect_difference("dma r 0020 1234567000 64", "ok 40000000", "ok 50000000");
}

// An invalidation of another page leaves the old answer alone.
TEST_F(CosimRtl, InvalidationOfAnotherPageChangesNothing) {
  const Domain domain = start();
  read_goes_to();
  move_page(domain, kIova, kOtherPage);
  driver.invalidate(page_scope(Iova(kIova.raw() + 0x1000)));
  EXPECT_EQ(read_goes_to(), kPage);
  EXPECT_EQ(unit.statistics().stale, 1U);
  expect_agreement();
}

TEST_F(CosimRtl, RightsThatWereTakenAwayAreStaleUntilTheInvalidation) {
  const Domain domain = start();
  const std::vector<std::uint8_t> data(64, 0x11);
  EXPECT_EQ(iommu.access(request(AccessKind::kWrite), data).address, kPage);
  const HostAddr entry = tables.entry_address(domain, kIova, 1);
  memory.write64(entry, memory.read64(entry) & ~std::uint64_t{2});
  EXPECT_EQ(iommu.access(request(AccessKind::kWrite), data).address, kPage);
  EXPECT_EQ(unit.statistics().stale, 1U);
  driver.invalidate(page_scope());
  EXPECT_EQ(iommu.access(request(AccessKind::kWrite), data).reason,
            FaultReason::kWriteNotPermitted);
  EXPECT_EQ(unit.statistics().stale, 1U);
  expect_agreement();
}

// Caches of pages know domains and not devices.
TEST_F(CosimRtl, AnOldAnswerMayComeFromAnotherDeviceOfTheDomain) {
  Domain domain = start();
  domain.map(Iova(kIova.raw() + 0x1000), HostAddr(kPage.raw() + 0x1000));
  tables.attach(kNeighbour, domain);
  EXPECT_TRUE(read_goes_to(kNeighbour, 0x1000));  // its context is known now
  EXPECT_EQ(read_goes_to(kDevice), kPage);
  move_page(domain, kIova, kOtherPage);
  EXPECT_EQ(read_goes_to(kNeighbour), kPage);
  EXPECT_EQ(unit.statistics().stale, 1U);
  expect_agreement();
  driver.invalidate(page_scope());
  EXPECT_EQ(read_goes_to(kNeighbour), kOtherPage);
  EXPECT_EQ(unit.statistics().stale, 1U);
  expect_agreement();
}

// A context-cache invalidation says nothing about pages.
TEST_F(CosimRtl, PagesOutliveAnInvalidationOfContexts) {
  Domain domain = start();
  domain.map(Iova(kIova.raw() + 0x1000), HostAddr(kPage.raw() + 0x1000));
  EXPECT_EQ(read_goes_to(), kPage);
  move_page(domain, kIova, kOtherPage);
  driver.invalidate(ContextScope{});
  EXPECT_TRUE(read_goes_to(kDevice, 0x1000));  // the context is known again
  EXPECT_EQ(read_goes_to(), kPage);
  EXPECT_EQ(unit.statistics().stale, 1U);
  expect_agreement();
  driver.invalidate(IotlbScope{});
  EXPECT_EQ(read_goes_to(), kOtherPage);
  EXPECT_EQ(unit.statistics().stale, 1U);
  expect_agreement();
}

// Old contexts are no answers of their own once they were invalidated, although their pages are
// still in a cache.
TEST_F(CosimRtl, NoticesAnOldContextAfterItsInvalidation) {
  start();
  Domain other = tables.create_domain({.id = 2});
  other.map(kIova, kOtherPage);
  EXPECT_EQ(read_goes_to(), kPage);
  const HostAddr context = tables.context_entry_address(kDevice);
  const std::uint64_t before[] = {memory.read64(context),
                                  memory.read64(HostAddr(context.raw() + 8))};
  tables.attach(kDevice, other);
  EXPECT_EQ(read_goes_to(), kPage);
  EXPECT_EQ(unit.statistics().stale, 1U);
  expect_agreement();
  unit.rtl().read_tables_through(
      [&](const bench::AddressBeat &, HostAddr address, std::span<std::uint8_t> out) {
        memory.load(address, out);
        for (std::size_t i = 0; i < out.size(); ++i) {
          const std::uint64_t at = address.raw() + i - context.raw();
          if (at < 16) out[i] = static_cast<std::uint8_t>(before[at / 8] >> (8 * (at % 8)));
        }
        return true;
      });
  driver.invalidate(
      ContextScope{.granularity = granularity::kDeviceOrPage, .domain = 1, .source_id = kDevice});
  EXPECT_EQ(read_goes_to(), kPage);
  EXPECT_EQ(unit.differences().count, 1U);
  expect_difference("dma r 0020 1234567000 64", "ok 40000000", "ok 50000000");
}

// A command empties the caches of what it is about and no other.
TEST_F(CosimRtl, OldPagesOutliveCommandsThatAreAboutInterrupts) {
  const Domain domain = start();
  EXPECT_EQ(read_goes_to(), kPage);
  move_page(domain, kIova, kOtherPage);
  driver.allow_compatibility(true);
  EXPECT_EQ(read_goes_to(), kPage);
  driver.disable_interrupt_remapping();
  EXPECT_EQ(read_goes_to(), kPage);
  driver.set_interrupt_table(interrupts.base(), interrupts.size_exponent() - 1);
  EXPECT_EQ(read_goes_to(), kPage);
  EXPECT_EQ(unit.statistics().stale, 3U);
  expect_agreement();
  driver.disable_translation();
  EXPECT_EQ(read_goes_to(), HostAddr(kIova.raw()));
  driver.enable_translation();
  EXPECT_EQ(read_goes_to(), kOtherPage);
  EXPECT_EQ(unit.statistics().stale, 3U);
  expect_agreement();
}

TEST_F(CosimRtl, OldMessagesOutliveCommandsThatAreAboutDma) {
  start();
  const auto vector = [&] {
    const auto sent = send(remappable_message(5)).interrupt;
    return sent ? sent->data & 0xFF : 0;
  };
  interrupts.set(5, {.vector = 0x41});
  EXPECT_EQ(vector(), 0x41U);
  interrupts.set(5, {.vector = 0x42});
  driver.disable_translation();
  EXPECT_EQ(vector(), 0x41U);
  driver.set_root_pointer(HostAddr(0x6000'0000));
  EXPECT_EQ(vector(), 0x41U);
  EXPECT_EQ(unit.statistics().stale, 2U);
  expect_agreement();
  driver.allow_compatibility(true);
  EXPECT_EQ(vector(), 0x42U);
  EXPECT_EQ(unit.statistics().stale, 2U);
  expect_agreement();
}

// After a command that empties the cache, old answers are wrong.
TEST_F(CosimRtl, NoticesAnOldPageAfterACommandForDma) {
  const Domain domain = start();
  read_goes_to();
  const HostAddr entry = tables.entry_address(domain, kIova, 1);
  deceive(entry, memory.read64(entry));
  move_page(domain, kIova, kOtherPage);
  driver.disable_translation();
  driver.enable_translation();
  EXPECT_EQ(read_goes_to(), kPage);
  EXPECT_EQ(unit.differences().count, 1U);
  expect_difference("dma r 0020 1234567000 64", "ok 40000000", "ok 50000000");
}

TEST_F(CosimRtl, NoticesAnOldMessageAfterACommandForInterrupts) {
  start();
  interrupts.set(5, {.vector = 0x41});
  send(remappable_message(5));
  deceive(interrupts.entry_address(5), InterruptEntry{.vector = 0x41}.lo());
  interrupts.set(5, {.vector = 0x42});
  driver.allow_compatibility(true);
  send(remappable_message(5));
  EXPECT_EQ(unit.differences().count, 1U);
}

}  // namespace
}  // namespace dmar::cosim
