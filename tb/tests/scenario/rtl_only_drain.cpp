// SPDX-License-Identifier: Apache-2.0
// Drain (VT-d 6.5.3, 6.5.4): nothing is reported complete while DMA that used the old state is on
// its way, endless traffic cannot hold it up, and messages do not overtake writes.
#include <fmt/format.h>

#include <algorithm>

#include "bench/dma_burst.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class Drain : public RtlScenario {
 protected:
  static constexpr unsigned kLong = 1500;  // cycles in which every command would have finished

  // A request whose verdict is out and whose answer memory holds.
  bench::RtlIommu::Handle submit_held(const Request &request) {
    hold_dma(request.kind == AccessKind::kRead, request.kind == AccessKind::kWrite);
    unit().take_verdicts();
    const auto handle = unit().submit(request);
    unit().step_until([&] { return !unit().take_verdicts().empty(); }, "the verdict");
    unit().step(20);
    return handle;
  }
};

TEST_P(Drain, InvalidationWaitsForReleasedDma) {
  start_with_page();
  for (const bool queue : {false, true}) {
    for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite}) {
      for (const std::uint32_t bytes : {4U, 256U}) {
        SCOPED_TRACE(fmt::format("kind {}, {} bytes, queue {}", int(kind), bytes, queue));
        unit().access(read_of(kIova));  // a hit below
        Request request = read_of(kIova, bytes);
        request.kind = kind;
        const auto handle = submit_held(request);
        begin_invalidation(queue);
        for (unsigned n = 0; n < 10; ++n) {
          unit().step(kLong / 10);
          ASSERT_FALSE(invalidation_complete());
        }
        release();
        finish_invalidation();
        EXPECT_THAT(unit().wait(handle).completion, Reaches(kData));
      }
    }
  }
}

// With only one of several held, it is that one that counts.
TEST_P(Drain, TheLastOfSeveralCounts) {
  start_with_page();
  unit().access(read_of(kIova));
  unit().hold_dma_answers([](const bench::AddressBeat &burst, bool) { return burst.id == 3; });
  std::vector<bench::RtlIommu::Handle> handles;
  for (std::uint8_t id = 0; id < 8; ++id) {
    handles.push_back(unit().submit(write_of(kIova, 16 * (1U + id)), {}, id));
  }
  unit().step(300);
  begin_invalidation(false);
  unit().step(kLong);
  EXPECT_FALSE(invalidation_complete());
  release();
  finish_invalidation();
  for (const auto handle : handles) EXPECT_THAT(unit().wait(handle).completion, IsOkay());
}

// Global commands drain too: their status changes when the older DMA is through.
TEST_P(Drain, GlobalCommandsWaitForReleasedDma) {
  start_with_page();
  unit().access(read_of(kIova));
  const auto tes = [&] { return (driver().read32(reg::kGsts) & gsts::kTes) != 0; };
  auto handle = submit_held(write_of(kIova));
  driver().write32(reg::kGcmd, 0);
  unit().step(kLong);
  EXPECT_TRUE(tes());
  release();
  driver().poll32(reg::kGsts, gsts::kTes, 0, "TE off");
  EXPECT_THAT(unit().wait(handle).completion, Reaches(kData));

  handle = submit_held(read_of(Iova(kData)));
  driver().write32(reg::kGcmd, gcmd::kTe);
  unit().step(kLong);
  EXPECT_FALSE(tes());
  release();
  driver().poll32(reg::kGsts, gsts::kTes, gsts::kTes, "TE on");
  EXPECT_THAT(unit().wait(handle).completion, Reaches(kData));

  handle = submit_held(read_of(kIova));
  driver().write32(reg::kGcmd, gcmd::kTe | gcmd::kSrtp);
  unit().step(kLong);
  EXPECT_EQ(driver().read32(reg::kGsts) & gsts::kRtps, 0U);
  release();
  driver().poll32(reg::kGsts, gsts::kRtps, gsts::kRtps, "SRTP");
  EXPECT_THAT(unit().wait(handle).completion, Reaches(kData));
}

TEST_P(Drain, ProtectedMemoryWaitsForReleasedDma) {
  if (!config().protected_low) {
    driver().write32(reg::kPmen, pmen::kEpm);
    EXPECT_EQ(driver().read32(reg::kPmen), 0U);
    return;
  }
  const auto handle = submit_held(write_of(Iova(0x1000)));
  driver().write32(reg::kPmen, pmen::kEpm);
  unit().step(kLong);
  EXPECT_EQ(driver().read32(reg::kPmen) & pmen::kPrs, 0U);
  release();
  driver().poll32(reg::kPmen, pmen::kPrs, pmen::kPrs, "PMEN");
  EXPECT_THAT(unit().wait(handle).completion, Reaches(0x1000));
  EXPECT_THAT(unit().access(write_of(Iova(0x1000))), IsRefused());
}

// RealBug11: requests come without an end, in reads and writes, hits and misses. The drain ends.
TEST_P(Drain, RealBug11_DrainTerminatesUnderTraffic) {
  Domain domain = start_with_page();
  for (unsigned n = 1; n < 32; ++n) {
    domain.map(Iova(kIova.raw() + n * kPage), HostAddr(kData + n * kPage));
  }
  std::vector<bench::RtlIommu::Handle> open;
  unsigned sent = 0;
  const auto keep_busy = [&] {
    while (unit().in_flight() < 24) {
      Request request = read_of(Iova(kIova.raw() + sent % 32 * kPage), 16 + sent % 5 * 64);
      if (sent % 2 == 0) request.kind = AccessKind::kWrite;
      open.push_back(unit().submit(request));
      ++sent;
    }
    unit().step();
    std::erase_if(open, [&](auto handle) { return unit().poll(handle).has_value(); });
  };
  for (unsigned n = 0; n < 500; ++n) keep_busy();
  const unsigned sent_before = sent;
  driver().enable_queue();
  for (unsigned round = 0; round < 20; ++round) {
    driver().push(iotlb_descriptor({.granularity = granularity::kDomain, .domain = 1}));
    const std::uint32_t ticket = driver().push_wait();
    unit().start_write(reg::kIqt, 4, driver().tail());
    const std::uint64_t start = unit().cycle();
    while (!driver().wait_completed(ticket) || unit().register_busy()) {
      keep_busy();
      ASSERT_LT(unit().cycle() - start, 3000U) << "the drain does not end";
    }
  }
  EXPECT_GT(sent - sent_before, 20U);  // it did go on meanwhile
}

// RealBug10: a device that takes no answers must not keep software from switching translation.
TEST_P(Drain, RealBug10_DeviceThatTakesNoWriteAnswers) {
  start_with_page();
  unit().access(read_of(kIova));
  unit().accept_device_answers(false);
  const auto handle = unit().submit(write_of(kIova, 64));
  unit().step(200);
  driver().disable_translation();
  driver().enable_translation();
  driver().invalidate_all();
  unit().accept_device_answers(true);
  EXPECT_THAT(unit().wait(handle).completion, Reaches(kData));
}

// An interrupt message says that the data before it is there.
TEST_P(Drain, InterruptMessageWaitsForEarlierWrites) {
  start_with_page();
  unit().access(read_of(kIova));
  const auto write = submit_held(write_of(kIova, 128));
  hold_dma(false, false);
  unit().hold_dma_answers([](const bench::AddressBeat &burst, bool is_write) {
    return is_write && burst.address >> 12 == kData >> 12;
  });
  unit().take_dma_accesses();
  const auto message = unit().submit(write_of(Iova(0xFEE0'1000), 4), {}, std::uint8_t{9});
  unit().step(kLong);
  EXPECT_TRUE(unit().take_dma_accesses().empty());
  EXPECT_FALSE(unit().poll(message).has_value());
  release();
  EXPECT_THAT(unit().wait(write).completion, Reaches(kData));
  EXPECT_TRUE(unit().wait(message).completion.interrupt.has_value());
  const auto accesses = unit().take_dma_accesses();
  ASSERT_EQ(accesses.size(), 2U);
  EXPECT_EQ(accesses[1].address.address, 0xFEE0'1000U);
  EXPECT_LT(accesses[0].perform_cycle, accesses[1].perform_cycle);
}

// The completion event must push the status write before it.
TEST_P(Drain, EventMessageWaitsForTheStatusWrite) {
  constexpr std::uint8_t kStatusId = 33;
  driver().enable_queue();
  driver().set_event(reg::kIectl, {.address = 0xFEE0'2000, .data = 0x44});
  unit().hold_table_answers(
      [](const bench::AddressBeat &burst, bool write) { return write && burst.id == kStatusId; });
  driver().submit({wait_descriptor({.status_write = true,
                                    .interrupt = true,
                                    .status_address = Driver::kStatus,
                                    .status_data = 7})});
  unit().step(kLong);
  EXPECT_TRUE(unit().take_messages().empty());
  EXPECT_EQ(memory().read32(Driver::kStatus), 0U);
  release();
  unit().settle();
  EXPECT_EQ(memory().read32(Driver::kStatus), 7U);
  EXPECT_THAT(unit().take_messages(), ::testing::ElementsAre(Message{0xFEE0'2000, 0x44}));
}

// A blocked burst of every length: as many error beats as asked for, all data of a write taken, and
// nothing at memory. The device model checks the number of beats and their last mark.
TEST_P(Drain, BlockedBurstsOfEveryLength) {
  start_with_page();
  std::vector<Request> requests;
  for (std::uint32_t beats = 1; beats <= 256; beats += beats < 20 ? 1 : 47) {
    requests.push_back(read_of(Iova(0x9000), 16 * beats));
    requests.push_back(write_of(Iova(0x9000), 16 * beats));
    requests.push_back(write_of(kIova, 16));
  }
  const auto completions = unit().access_all(requests);
  for (std::size_t n = 0; n < completions.size(); ++n) {
    const Completion::Status want =
        n % 3 == 2 ? Completion::Status::kOkay : Completion::Status::kBlocked;
    EXPECT_EQ(completions[n].status, want) << n;
  }
  for (const bench::AxiAccess &access : unit().take_dma_accesses()) {
    EXPECT_EQ(access.address.address >> 12, kData >> 12);
  }
}

// A device that breaks the 4 KiB rule of AXI gets nothing, even when both pages are mapped.
TEST_P(Drain, BurstsThatLeaveTheirPageAreBlocked) {
  Domain domain = start_with_page();
  domain.map(Iova(kIova.raw() + kPage), HostAddr(kMoreData));
  for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite}) {
    for (const std::uint8_t extra : {1, 3, 255}) {
      Request request = read_of(Iova(kIova.raw() + kPage - 16));
      request.kind = kind;
      bench::AxiBurst burst = bench::make_burst(request, {}, 0);
      burst.address.len = extra;
      if (burst.write) {
        burst.beats.assign(extra + 1U, {.data = {}, .strobes = 0xFFFF, .last = false});
        burst.beats.back().last = true;
      }
      const bench::Outcome outcome = unit().wait(unit().submit_rogue(request, burst));
      EXPECT_THAT(outcome.completion, IsRefused());
      EXPECT_EQ(outcome.verdict.verdict, bench::VerdictKind::kBlock);
    }
  }
  EXPECT_TRUE(unit().take_dma_accesses().empty());
  EXPECT_EQ(driver().fault_status(), 0U);
  EXPECT_THAT(unit().access(read_of(kIova)), Reaches(kData));
}

DMAR_RTL_SCENARIO(Drain);

}  // namespace
}  // namespace dmar
