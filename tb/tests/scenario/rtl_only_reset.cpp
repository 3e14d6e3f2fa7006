// SPDX-License-Identifier: Apache-2.0
// The unit is reset while memory owes it answers: they come when nobody waits for them any more.
// No device sees one, nothing enters a cache, and the unit works.
#include <fmt/format.h>

#include <algorithm>

#include "bench/table_port_rules.hpp"
#include "tables/interrupt_table.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class UnitReset : public RtlScenario {
 protected:
  static constexpr unsigned kLong = 400;  // cycles in which everything that can come has come

  // What memory held back comes now, to a unit that was just reset.
  void reset_and_release() {
    reset_unit();
    unit().take_verdicts();
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

// Memory owes a response to a write of before the reset, and one to an event message of after it.
// The first of them is not the answer to the event: the status that it announces cannot be read
// yet.
TEST_P(UnitReset, AResponseIsOfTheWriteWithItsId) {
  start_with_page();
  bool all = true;
  unit().hold_table_answers([&all](const bench::AddressBeat &burst, bool write) {
    return write && (all || burst.id != bench::kStatusWriteId);
  });
  begin_invalidation(true);
  unit().step(kLong);
  ASSERT_FALSE(invalidation_complete());
  reset_unit();
  unit().take_verdicts();
  start_again();
  driver().set_event(reg::kFectl, {.address = 0xFEE0'3000, .data = 0x31});
  unit().access(read_of(Iova(0x9000), 64, kNeighbour));
  unit().step(kLong);
  unit().start_read(reg::kFsts, 4);
  unit().step(kLong);
  EXPECT_TRUE(unit().register_busy());
  all = false;
  unit().step(kLong);
  EXPECT_TRUE(unit().register_busy()) << "the response to the status write was taken for its own";
  EXPECT_TRUE(unit().take_messages().empty());
  release();
  unit().step_until([this] { return !unit().register_busy(); }, "the register");
  EXPECT_EQ(unit().take_messages().size(), 1U);
  EXPECT_EQ(driver().drain_faults().size(), 1U);
  expect_works(kData);
}

// Read data and write responses of requests that the unit and the devices forgot.
TEST_P(UnitReset, LateDmaAnswersReachNoDevice) {
  start_with_page();
  unit().access(read_of(kIova));
  hold_dma(true, true);
  const unsigned each = std::min(slots(), 4U);
  for (unsigned n = 0; n < each; ++n) {
    unit().submit(read_of(kIova, 64), {}, static_cast<std::uint8_t>(n));
    unit().submit(write_of(kIova, 64), {}, static_cast<std::uint8_t>(n));
  }
  unit().step(kLong);
  ASSERT_EQ(unit().dma_under_way().size(), 2 * each);
  reset_and_release();
  start_again();
  expect_works(kData);
}

// In the middle of the data of a read, and with answers that the device has not taken.
TEST_P(UnitReset, ResetInTheMiddleOfReadData) {
  for (const bool taken : {true, false}) {
    for (const unsigned clocks : {20U, 40U, 41U, 42U, 100U}) {
      SCOPED_TRACE(fmt::format("taken {}, reset after {} clocks", taken, clocks));
      make({});
      start_with_page();
      unit().access(read_of(kIova));
      unit().accept_device_answers(taken);
      unit().submit(read_of(kIova, kPage));
      unit().step(clocks);
      ASSERT_EQ(unit().dma_under_way().size(), 1U);
      unit().accept_device_answers(true);
      reset_and_release();
      start_again();
      expect_works(kData);
    }
  }
}

// A walk is under way at the leaf, or at the root, when the unit is reset. What it would have found
// is changed then: whoever finds the old page found it in an answer that nobody waited for.
TEST_P(UnitReset, LateTableAnswersFillNoCache) {
  for (const bool leaf : {true, false}) {
    SCOPED_TRACE(leaf ? "leaf" : "root");
    make({});
    Domain domain = start_with_page();
    const HostAddr word =
        leaf ? tables().entry_address(domain, kIova, 1) : tables().root_entry_address(kDevice);
    hold_walk_at(word);
    unit().submit(read_of(kIova));
    unit().step(kLong);
    ASSERT_EQ(held_reads(), 1U);
    reset_and_release();
    Domain other = tables().create_domain({.id = 1, .levels = 4});
    other.map(kIova, HostAddr(kMoreData));
    tables().attach(kDevice, other);
    start_again();
    expect_works(kMoreData);
  }
}

// The neighbours of the page that a walk wants come with it, beat by beat.
TEST_P(UnitReset, LateLineBeatsFillNoCache) {
  Domain domain = start_with_page();
  for (unsigned n = 0; n < 8; ++n) {
    domain.map(Iova(kIova.raw() + (n + 1) * kPage), HostAddr(kData + (n + 1) * kPage));
  }
  // Two pages in sequence, so that a line of the leaf table is read.
  unit().access(read_of(kIova));
  hold_walk_at(tables().entry_address(domain, Iova(kIova.raw() + kPage), 1));
  for (unsigned n = 0; n < std::min(slots(), 3U); ++n) {
    unit().submit(read_of(Iova(kIova.raw() + (n + 1) * kPage)), {}, static_cast<std::uint8_t>(n));
  }
  unit().step(kLong);
  ASSERT_GE(held_reads(), 1U);
  reset_and_release();
  Domain other = tables().create_domain({.id = 1, .levels = 4});
  for (unsigned n = 0; n < 10; ++n) {
    other.map(Iova(kIova.raw() + n * kPage), HostAddr(kMoreData + n * kPage));
  }
  tables().attach(kDevice, other);
  start_again();
  for (unsigned n = 0; n < 10; ++n) {
    EXPECT_THAT(unit().access(read_of(Iova(kIova.raw() + n * kPage))),
                Reaches(kMoreData + n * kPage));
  }
}

// No cache keeps anything: whatever is found afterwards was read afterwards.
TEST_P(UnitReset, CachesAreEmpty) {
  constexpr unsigned kPages = 128;
  constexpr unsigned kDevices = 32;
  const auto device = [](unsigned n) { return bdf(n / 8, 4 + n % 8, n % 3); };
  Domain domain = start_with_page();
  Domain other = tables().create_domain({.id = 1, .levels = 4});
  for (unsigned n = 0; n < kPages; ++n) {
    if (n > 0) domain.map(Iova(kIova.raw() + n * kPage), HostAddr(kData + n * kPage));
    other.map(Iova(kIova.raw() + n * kPage), HostAddr(kMoreData + n * kPage));
  }
  for (unsigned n = 0; n < kDevices; ++n) tables().attach(device(n), domain);
  for (unsigned n = 0; n < kPages; ++n) {
    EXPECT_THAT(unit().access(read_of(Iova(kIova.raw() + n * kPage), 16, device(n % kDevices))),
                Reaches(kData + n * kPage));
  }
  reset_unit();
  unit().take_verdicts();
  for (unsigned n = 0; n < kDevices; ++n) tables().attach(device(n), other);
  start_again();
  for (unsigned n = 0; n < kPages; ++n) {
    EXPECT_THAT(unit().access(read_of(Iova(kIova.raw() + n * kPage), 16, device(n % kDevices))),
                Reaches(kMoreData + n * kPage));
  }
}

// Which tables were in use is forgotten, too: without a new pointer they are at address 0.
TEST_P(UnitReset, TablePointersAreForgotten) {
  start_with_page();
  InterruptTable table(memory(), HostAddr(0x3000'0000), 7);
  table.set(1, {.vector = 0x41});
  const Request message = interrupt_of(remappable_message(1), kDevice);
  if (config().interrupt_remapping) driver().set_interrupt_table(table.base(), 7);
  unit().access(read_of(kIova));
  reset_unit();
  unit().take_verdicts();
  driver().write32(reg::kGcmd, gcmd::kTe);
  driver().poll32(reg::kGsts, gsts::kTes, gsts::kTes, "translation");
  EXPECT_THAT(unit().access(read_of(kIova)), Faults(FaultReason::kRootNotPresent));
  if (!config().interrupt_remapping) return;
  driver().write32(reg::kGcmd, gcmd::kTe | gcmd::kIre);
  driver().poll32(reg::kGsts, gsts::kIres, gsts::kIres, "interrupt remapping");
  EXPECT_THAT(unit().access(message, message_bytes(message)),
              Faults(FaultReason::kInterruptEntryNotPresent));
}

DMAR_RTL_SCENARIO(UnitReset);

}  // namespace
}  // namespace dmar
