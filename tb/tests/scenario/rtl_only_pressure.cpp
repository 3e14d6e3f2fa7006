// SPDX-License-Identifier: Apache-2.0
// Bugs of real units under pressure: floods of faults, a blocked fault path, the smallest caches,
// devices that stop taking answers.
#include <fmt/format.h>

#include <algorithm>

#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class Pressure : public RtlScenario {
 protected:
  static constexpr std::uint8_t kFaultEventId = 34;

  // Longest time from address handshake to verdict among hits on kIova while `background` runs in
  // between.
  template <class Background>
  std::uint64_t slowest_hit(unsigned rounds, Background background) {
    std::uint64_t slowest = 0;
    for (unsigned n = 0; n < rounds; ++n) {
      background(n);
      const bench::Outcome hit = unit().wait(unit().submit(read_of(kIova), {}, std::uint8_t{15}));
      EXPECT_THAT(hit.completion, Reaches(kData));
      slowest = std::max(slowest, hit.verdict.cycle - hit.begun_cycle());
    }
    return slowest;
  }
};

// RealBug05: the event message of the first fault is never accepted; faults go on and are recorded,
// and everyone else goes on too.
TEST_P(Pressure, RealBug05_FaultsDoNotStall) {
  Domain domain = start_with_page();
  driver().set_event(reg::kFectl, {.address = 0xFEE0'3000, .data = 0x31});
  unit().hold_table_answers([](const bench::AddressBeat &burst, bool write) {
    return write && burst.id == kFaultEventId;
  });
  for (unsigned n = 0; n < 40; ++n) {
    const Request bad = read_of(Iova(0x9000), 64, bdf(7, n % 32, n % 8));
    EXPECT_THAT(unit().access(bad), Faults(FaultReason::kRootNotPresent));
    const Iova fresh(0x7000'0000 + n * kPage);
    domain.map(fresh, HostAddr(kMoreData + n * kPage));
    EXPECT_THAT(unit().access(write_of(fresh)), Reaches(kMoreData + n * kPage));
  }
  EXPECT_TRUE(unit().take_messages().empty());
  for (unsigned n = 0; n < config().fault_records; ++n) EXPECT_TRUE(driver().record(n).valid());
  release();
  unit().settle();
  EXPECT_EQ(unit().take_messages().size(), 1U);
  EXPECT_NE(driver().fault_status() & fsts::kPfo, 0U);
}

// RealBug15: one device does nothing but fault, another one is served all along.
TEST_P(Pressure, RealBug15_FaultFlood) {
  start_with_page();
  unit().access(read_of(kIova));
  std::vector<bench::RtlIommu::Handle> flood;
  const unsigned depth = slots() == 1 ? 0 : slots() - 1;  // one slot is left to the other device
  const std::uint64_t slowest = slowest_hit(60, [&](unsigned n) {
    std::erase_if(flood, [&](auto handle) { return unit().poll(handle).has_value(); });
    while (flood.size() < depth) {
      flood.push_back(unit().submit(read_of(Iova(0x9000 + n * kPage), 64, kNeighbour), {},
                                    static_cast<std::uint8_t>(flood.size())));
    }
    if (depth == 0) {
      EXPECT_THAT(unit().access(read_of(Iova(0x9000), 64, kNeighbour)),
                  Faults(FaultReason::kContextNotPresent));
    }
  });
  EXPECT_LT(slowest, 40U);
  EXPECT_EQ((driver().fault_status() & fsts::kPfo) != 0, !config().collapse_faults);
}

// RealBug12: a unit whose caches hold one entry, or none of use, must still finish everything.
TEST_P(Pressure, RealBug12_SmallestCaches) {
  Domain domain = start_with_page();
  Domain second = tables().create_domain({.id = 2, .levels = 4});
  tables().attach(kNeighbour, second);
  const std::uint64_t step =
      far_apart() + 0x20'1000 + (far_apart() > 0x4000'0000 ? 0x4000'0000 : 0);
  for (unsigned n = 0; n < 16; ++n) {
    const Iova iova(2 * far_apart() + n * step);
    domain.map(iova, HostAddr(kData + n * kPage));
    second.map(iova, HostAddr(kMoreData + n * kPage));
  }
  driver().enable_queue();
  for (unsigned round = 0; round < 6; ++round) {
    std::vector<Request> requests;
    for (unsigned n = 0; n < 64; ++n) {
      const Iova iova(2 * far_apart() + n * 5 % 16 * step);
      requests.push_back(read_of(iova, 16, n % 2 == 0 ? kDevice : kNeighbour));
      if (n % 3 == 0) requests.back().kind = AccessKind::kWrite;
    }
    const auto completions = unit().access_all(requests);
    for (unsigned n = 0; n < 64; ++n) {
      EXPECT_THAT(completions[n], Reaches((n % 2 == 0 ? kData : kMoreData) + n * 5 % 16 * kPage));
    }
    driver().invalidate_all();
  }
}

// Long walks of one device do not slow down the hits of another one.
TEST_P(Pressure, MissesDoNotSlowDownHits) {
  if (places("Iotlb4k") == 1) GTEST_SKIP() << "each miss takes the only place there is";
  make({.table_memory = {.min_latency = 150, .max_latency = 150}});
  start_with_page();
  Domain second = tables().create_domain({.id = 2, .levels = 4});
  tables().attach(kNeighbour, second);
  unit().access(read_of(kIova));
  if (slots() == 1) {
    // One read at a time: the hit waits for its turn at the port and is then as fast as ever.
    EXPECT_EQ(slowest_hit(10, [](unsigned) {}), 3U);
    return;
  }
  const std::uint64_t slowest = slowest_hit(30, [&](unsigned n) {
    const Iova iova(0x7000'0000 + n * 0x40'0000);
    second.map(iova, HostAddr(kMoreData));
    if (unit().in_flight() < slots() - 1) unit().submit(read_of(iova, 16, kNeighbour), {}, 1);
  });
  EXPECT_LT(slowest, 20U);
}

// RealBug10: read data that its device does not take. Nobody else may stand still for ever: not the
// software that switches translation off, and not the walks and messages of the unit.
TEST_P(Pressure, RealBug10_DeviceThatTakesNoReadData) {
  start_with_page();
  unit().access(read_of(kIova));
  unit().accept_device_answers(false);
  const auto handle = unit().submit(read_of(kIova, 256));
  unit().step(300);
  driver().enable_queue();
  driver().submit({wait_descriptor({.fence = true})});
  driver().poll32(reg::kIqh, ~std::uint32_t{0}, driver().tail(), "the queue");
  EXPECT_NO_THROW(driver().disable_translation());
  unit().accept_device_answers(true);
  EXPECT_THAT(unit().wait(handle).completion, Reaches(kData));
}

// A faulting read in front of the line, whose device takes no answer, holds up its own device only.
TEST_P(Pressure, ErrorAnswersNotTaken) {
  start_with_page();
  unit().access(read_of(kIova));
  unit().accept_device_answers(false);
  const auto bad = unit().submit(read_of(Iova(0x9000), 4096));
  unit().step(300);
  driver().disable_translation();
  driver().enable_translation();
  driver().invalidate_all();
  unit().accept_device_answers(true);
  EXPECT_THAT(unit().wait(bad).completion, Faults(FaultReason::kReadNotPermitted));
}

DMAR_RTL_SCENARIO(Pressure);

}  // namespace
}  // namespace dmar
