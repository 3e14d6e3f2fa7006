// SPDX-License-Identifier: Apache-2.0
// Commands that run while something else happens: registers written under them, faults before they
// are reported complete, streams of them beside a miss; and how long they stop lookups.
#include <fmt/format.h>

#include <algorithm>

#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

namespace g = granularity;

class Flush : public RtlScenario {
 protected:
  // From the address to the verdict: three clocks in the lane, two behind it, and one to ask where
  // an address is taken into a slot first.
  [[nodiscard]] std::uint64_t refusal_latency() const { return slots() == 1 ? 5 : 6; }
  static constexpr std::uint64_t kIotlbPage =
      iotlb::kIvt | iotlb::kDr | iotlb::kDw |
      (std::uint64_t{g::kDeviceOrPage} << iotlb::kIirgShift) |
      (std::uint64_t{1} << iotlb::kDidShift);
  static constexpr std::uint64_t kIotlbGlobal =
      iotlb::kIvt | iotlb::kDr | iotlb::kDw | (std::uint64_t{g::kGlobal} << iotlb::kIirgShift);
  static constexpr std::uint64_t kContextGlobal =
      ccmd::kIcc | (std::uint64_t{g::kGlobal} << ccmd::kCirgShift);
  static constexpr std::uint64_t kContextDomain =
      ccmd::kIcc | (std::uint64_t{g::kDomain} << ccmd::kCirgShift);

  void wait_for_registers() {
    unit().step_until([this] { return !unit().register_busy(); }, "the register access");
  }
  void expect_done(std::uint32_t offset, unsigned shift, unsigned granularity) {
    driver().poll32(offset + 4, 1U << 31, 0, "the command");
    EXPECT_EQ((driver().read64(offset) >> shift) & 3, granularity);
  }
  [[nodiscard]] unsigned page_granularity() const {
    return config().page_selective ? g::kDeviceOrPage : g::kDomain;
  }

  // Requests that need no cache, so that their latency tells of the pipeline alone.
  static Request refused_read() {
    Request request = read_of(kIova);
    request.at = AddressType::kTranslated;
    request.pasid = Pasid(1);
    return request;
  }
  // Longest wait of a lookup around an IOTLB command that starts at any distance before it.
  std::uint64_t longest_stall(std::uint64_t command) {
    std::uint64_t longest = 0;
    for (unsigned offset = 0; offset < 90; ++offset) {
      driver().write64(reg::kIva, kIova.raw());
      unit().start_write(reg::kIotlb, 8, command);
      unit().step(offset);
      std::vector<bench::RtlIommu::Handle> handles;
      for (unsigned n = 0; n < 2 * slots(); ++n) handles.push_back(unit().submit(refused_read()));
      for (const auto handle : handles) {
        const bench::Outcome outcome = unit().wait(handle);
        EXPECT_THAT(outcome.completion, IsRefused());
        longest = std::max(longest, outcome.verdict.cycle - outcome.begun_cycle());
      }
      wait_for_registers();
      driver().poll32(reg::kIotlb + 4, 1U << 31, 0, "the command");
    }
    return longest - refusal_latency();
  }
};

// Those whose commands are given through the registers.
class RegisterFlush : public Flush {};

// The new state rules as soon as it is taken over, before TES says so: faults of that time are
// recorded like any other and nothing is lost.
TEST_P(Flush, FaultsWhileTranslationIsBeingEnabled) {
  driver().set_root_pointer(tables().root_table());
  tables().attach(bdf(0, 9, 0), tables().create_domain({.id = 1, .levels = 4}));
  hold_dma(false, true);
  const auto held = unit().submit(write_of(Iova(kData)));
  unit().step(200);
  driver().write32(reg::kGcmd, gcmd::kTe);
  unit().step(200);
  EXPECT_EQ(driver().read32(reg::kGsts) & gsts::kTes, 0U);
  const std::vector<Request> bad{read_of(kIova), read_of(Iova(0x9000), 16, kNeighbour)};
  for (const Request &request : bad) {
    EXPECT_THAT(unit().access(request), Faults(FaultReason::kContextNotPresent));
  }
  EXPECT_EQ(driver().read32(reg::kGsts) & gsts::kTes, 0U);
  release();
  driver().poll32(reg::kGsts, gsts::kTes, gsts::kTes, "TE on");
  EXPECT_THAT(unit().wait(held).completion, Reaches(kData));
  const bool room = config().fault_records >= 2;
  EXPECT_EQ((driver().fault_status() & fsts::kPfo) != 0, !room);
  const auto records = driver().drain_faults();
  ASSERT_EQ(records.size(), room ? 2U : 1U);
  for (std::size_t n = 0; n < records.size(); ++n) {
    EXPECT_EQ(records[n], expected_record(config(), bad[n], FaultReason::kContextNotPresent));
  }
}

// A fault that was found with cached tables is looked for once more, in all of them. The old state
// ends after that, not while the request waits for its second turn.
TEST_P(Flush, ARequestThatStartsOverIsAnsweredBeforeTheChange) {
  make({.table_memory = {.min_latency = 100, .max_latency = 100}});
  Domain domain = start_with_page();
  const Iova missing(kIova.raw() ^ kPage);
  unit().access(read_of(kIova));
  hold_walk_at(tables().entry_address(domain, missing, 1));
  const auto handle = unit().submit(read_of(missing));
  unit().step_until([this] { return held_reads() > 0; }, "the walk");
  driver().write32(reg::kGcmd, driver().read32(reg::kGsts) & gsts::kQies);
  unit().step(500);
  EXPECT_NE(driver().read32(reg::kGsts) & gsts::kTes, 0U);
  release();
  driver().poll32(reg::kGsts, gsts::kTes, 0, "translation off");
  EXPECT_TRUE(unit().all_judged());
  EXPECT_THAT(unit().wait(handle).completion, Faults(FaultReason::kReadNotPermitted));
}

// IVA belongs to the IOTLB command: written while a context command runs, it neither disturbs that
// nor is lost. Drain keeps the context command running.
TEST_P(RegisterFlush, IvaWrittenWhileAContextCommandRuns) {
  Domain domain = start_with_page();
  const HostAddr leaf = tables().entry_address(domain, kIova, 1);
  for (const std::uint64_t command :
       {kContextGlobal, ccmd::kIcc | (std::uint64_t{g::kDomain} << ccmd::kCirgShift) | 1}) {
    memory().write64(leaf, kData | 3);
    driver().invalidate_all();
    EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kData));
    memory().write64(leaf, kMoreData | 3);
    hold_dma(false, true);
    const auto held = unit().submit(write_of(kIova));
    unit().step(200);
    unit().start_write(reg::kCcmd, 8, command);
    wait_for_registers();
    unit().step(100);
    for (const std::uint64_t iva : {~std::uint64_t{0}, std::uint64_t{0}, kIova.raw()}) {
      unit().start_write(reg::kIva, 8, iva);
      wait_for_registers();
      EXPECT_NE(driver().read64(reg::kCcmd) & ccmd::kIcc, 0U);
    }
    unit().start_write(reg::kIotlb, 8, kIotlbPage);
    wait_for_registers();
    unit().step(100);
    EXPECT_NE(driver().read64(reg::kIotlb) & iotlb::kIvt, 0U);
    release();
    expect_done(reg::kCcmd, ccmd::kCaigShift, (command >> ccmd::kCirgShift) & 3);
    expect_done(reg::kIotlb, iotlb::kIaigShift, page_granularity());
    EXPECT_THAT(unit().wait(held).completion, Reaches(kData));
    EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kMoreData));
  }
}

// The other way round: the low half of CCMD under an IOTLB command, then the command itself.
TEST_P(RegisterFlush, ContextOperandsWrittenWhileAnIotlbCommandRuns) {
  Domain domain = start_with_page();
  Domain other = tables().create_domain({.id = 2, .levels = 4});
  other.map(kIova, HostAddr(kMoreData));
  for (const std::uint64_t command : {kIotlbPage, kIotlbGlobal}) {
    tables().attach(kDevice, domain);
    driver().invalidate_all();
    EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kData));
    hold_dma(false, true);
    const auto held = unit().submit(write_of(kIova));
    unit().step(200);
    driver().write64(reg::kIva, kIova.raw());
    unit().start_write(reg::kIotlb, 8, command);
    wait_for_registers();
    unit().step(100);
    const auto low = static_cast<std::uint32_t>((kDevice.raw() << ccmd::kSidShift) | 1);
    for (const std::uint32_t value : {~std::uint32_t{0}, std::uint32_t{0}, low}) {
      unit().start_write(reg::kCcmd, 4, value);
      wait_for_registers();
      EXPECT_NE(driver().read64(reg::kIotlb) & iotlb::kIvt, 0U);
    }
    tables().attach(kDevice, other);
    unit().start_write(reg::kCcmd + 4, 4, (1U << 31) | (g::kDeviceOrPage << 29));
    wait_for_registers();
    release();
    expect_done(reg::kIotlb, iotlb::kIaigShift,
                command == kIotlbGlobal ? g::kGlobal : page_granularity());
    expect_done(reg::kCcmd, ccmd::kCaigShift, g::kDeviceOrPage);
    EXPECT_THAT(unit().wait(held).completion, Reaches(kData));
    EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kMoreData));
  }
}

// The same writes at every clock of a command that nothing holds up: an assertion of the RTL would
// end the test.
TEST_P(RegisterFlush, OperandsWrittenAtEveryClockOfACommand) {
  start_with_page();
  for (unsigned offset = 0; offset < 60; ++offset) {
    unit().start_write(reg::kCcmd, 8, kContextGlobal);
    wait_for_registers();
    unit().step(offset);
    unit().start_write(reg::kIva, 8, ~kIova.raw());
    wait_for_registers();
    expect_done(reg::kCcmd, ccmd::kCaigShift, g::kGlobal);
    driver().write64(reg::kIva, kIova.raw());
    unit().start_write(reg::kIotlb, 8, kIotlbPage);
    wait_for_registers();
    unit().step(offset);
    unit().start_write(reg::kCcmd, 4, 0xFFFF'0000 + offset);
    wait_for_registers();
    expect_done(reg::kIotlb, iotlb::kIaigShift, page_granularity());
    EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kData));
  }
}

// A command that waits for a read at memory: what software writes meanwhile is not taken.
TEST_P(RegisterFlush, OperandsStandWhileTheirCommandRuns) {
  start_with_page();
  const auto check = [this](std::uint32_t command, std::uint64_t value, std::uint32_t domain_at) {
    hold_dma(true, false);
    const auto read = unit().submit(read_of(kIova));
    unit().step(500);
    driver().write64(reg::kIva, kIova.raw());
    driver().write64(command, value);
    EXPECT_NE(driver().read32(command + 4) & (1U << 31), 0U);
    for (const std::uint32_t offset : {command, reg::kIva}) {
      driver().write32(offset, ~0U);
      driver().write32(offset + 4, 0x0FFF'FFFF);
    }
    EXPECT_EQ(driver().read32(domain_at) & 0xFFFF, 1U);
    release();
    driver().poll32(command + 4, 1U << 31, 0, "the command");
    EXPECT_EQ(driver().read32(domain_at) & 0xFFFF, 1U);
    EXPECT_TRUE(unit().wait(read).completion.address.has_value());
  };
  check(reg::kCcmd, kContextDomain | 1, reg::kCcmd);
  EXPECT_EQ((driver().read64(reg::kCcmd) >> ccmd::kCaigShift) & 3, unsigned{g::kDomain});
  check(reg::kIotlb, kIotlbPage, reg::kIotlb + 4);
  EXPECT_EQ((driver().read64(reg::kIotlb) >> iotlb::kIaigShift) & 3, page_granularity());
}

// Writes that wait while a change of the control state stops lookups stay as they are: an assertion
// looks at all of their fields, also at those that decide nothing here.
TEST_P(Flush, WritesThatWaitForACommandAreHeld) {
  Request write = write_of(kIova);
  write.at = AddressType::kTranslated;
  std::uint32_t pasid = 0;
  for (unsigned clocks = 0; clocks < 240; clocks += 4) {
    for (const std::uint32_t command : {gcmd::kTe, std::uint32_t{0}}) {
      unit().start_write(reg::kGcmd, 4, command);
      unit().step(clocks);
      std::vector<bench::RtlIommu::Handle> handles;
      for (unsigned n = 0; n < parameter("WriteSlots"); ++n) {
        write.pasid = Pasid(++pasid);
        handles.push_back(unit().submit(write));
      }
      for (const auto handle : handles) EXPECT_THAT(unit().wait(handle).completion, IsRefused());
      wait_for_registers();
      driver().poll32(reg::kGsts, gsts::kTes, command, "translation");
    }
  }
}

// Every walk is overtaken by an invalidation before it ends, were the unit not to wait for those
// that have started over once.
TEST_P(Flush, InvalidationsWithoutPauseDoNotStarveAMiss) {
  constexpr std::uint64_t kBound = 6000;  // a walk takes 6 reads of 200 clocks
  make({.table_memory = {.min_latency = 200, .max_latency = 200}});
  Domain domain = start_with_page();
  driver().enable_queue();
  std::uint64_t invalidations = 0;
  std::vector<std::uint32_t> tickets;
  const auto keep_busy = [&] {
    while (tickets.size() < 60) {
      driver().push(iotlb_descriptor({}));
      tickets.push_back(driver().push_wait());
    }
    if (!unit().register_busy()) unit().start_write(reg::kIqt, 4, driver().tail());
    unit().step();
    invalidations += std::erase_if(
        tickets, [&](std::uint32_t ticket) { return driver().wait_completed(ticket); });
  };
  while (invalidations < 3) keep_busy();
  for (unsigned n = 0; n < 12; ++n) {
    const Iova fresh(0x7000'0000 + n * 0x4000'0000ULL);
    domain.map(fresh, HostAddr(kMoreData + n * kPage));
    for (const Request &request : {read_of(fresh), write_of(fresh)}) {
      const std::uint64_t before = invalidations;
      const std::uint64_t start = unit().cycle();
      const auto handle = unit().submit(request);
      std::optional<bench::Outcome> outcome;
      while (!(outcome = unit().poll(handle))) {
        keep_busy();
        ASSERT_LT(unit().cycle() - start, kBound) << "the miss starves";
      }
      EXPECT_THAT(outcome->completion, Reaches(kMoreData + n * kPage));
      while (invalidations < before + 3) {
        keep_busy();
        ASSERT_LT(unit().cycle() - start, 2 * kBound) << "the invalidations stand still";
      }
    }
  }
  wait_for_registers();
}

// docs/architecture.md: an invalidation stops no lookup. A refused read, which needs no table, may
// wait a few clocks while the walks of others hand back their requests.
TEST_P(RegisterFlush, LookupsGoOn) {
  start_with_page();
  unit().access(read_of(kIova));
  const std::uint64_t selective = longest_stall(kIotlbPage);
  EXPECT_LE(selective, slots());
  const std::uint64_t global = longest_stall(kIotlbGlobal);
  EXPECT_LE(global, slots());
  RecordProperty("selective", static_cast<int>(selective));
  RecordProperty("global", static_cast<int>(global));
}

DMAR_RTL_SCENARIO(Flush);
DMAR_RTL_SCENARIO_WITH(
    RegisterFlush, +[](const Config &config) { return config.version_major < 6; });

}  // namespace
}  // namespace dmar
