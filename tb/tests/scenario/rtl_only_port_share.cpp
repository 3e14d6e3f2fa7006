// SPDX-License-Identifier: Apache-2.0
// What is left of a port for a device when another one on it is refused again and again: as much as
// beside a device that is served.
#include <fmt/format.h>

#include <deque>

#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class PortShare : public RtlScenario {
 protected:
  static constexpr Iova kForbidden{0x0012'3456'8000};
  static constexpr Iova kUnmapped{0x0012'3456'9000};
  static constexpr std::uint64_t kClocks = 6000;

  // The page of the n-th request of the other device.
  using Page = Iova (*)(unsigned n);
  struct Neighbour {
    const char *name;
    Page page;
    unsigned percent_of_reads, percent_of_writes;  // at least, of what a served neighbour leaves
  };

  // Requests of 64 bytes that kDevice finishes in kClocks beside kNeighbour. Both always want more
  // and take turns at the port, as behind a fair interconnect; each has one AXI ID.
  unsigned served_beside(AccessKind kind, Page page) {
    make({.dma_memory = {.min_latency = 200, .max_latency = 200}});
    Domain domain = start_with_page();
    const bool write = kind == AccessKind::kWrite;
    domain.map(kForbidden, HostAddr(kMoreData), PageSize::k4K, {.read = write, .write = !write});
    tables().attach(kNeighbour, domain);
    for (const SourceId source : {kDevice, kNeighbour}) unit().access(read_of(kIova, 64, source));

    std::deque<bench::RtlIommu::Handle> own;
    unsigned served = 0;
    const std::uint64_t end = unit().cycle() + kClocks;
    for (unsigned n = 0; unit().cycle() < end;) {
      for (; unit().in_flight() < 2 * slots(); ++n) {
        const auto submit = [&](Request request, std::uint8_t id) {
          request.kind = kind;
          return unit().submit(request, {}, id);
        };
        own.push_back(submit(read_of(kIova, 64), 0));
        submit(read_of(page(n), 64, kNeighbour), 1);
      }
      unit().step();
      while (!own.empty() && unit().poll(own.front())) {
        own.pop_front();
        ++served;
      }
    }
    return served;
  }
};

TEST_P(PortShare, RefusedNeighbour) {
  // Writes leave in order: they wait for the walks of those before them, also of refused ones.
  const std::vector<Neighbour> neighbours{
      {"every other page allows the other kind only",
       [](unsigned n) { return n % 2 == 0 ? kIova : kForbidden; }, 98, 98},
      {"every other page is not mapped", [](unsigned n) { return n % 2 == 0 ? kIova : kUnmapped; },
       98, 97},
      {"no page is mapped", [](unsigned) { return kUnmapped; }, 100, 85},
  };
  for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite}) {
    const bool write = kind == AccessKind::kWrite;
    const unsigned fair = served_beside(kind, [](unsigned) { return kIova; });
    for (const Neighbour &neighbour : neighbours) {
      SCOPED_TRACE(fmt::format("{}, {}", write ? "writes" : "reads", neighbour.name));
      EXPECT_GE(served_beside(kind, neighbour.page) * 100,
                fair * (write ? neighbour.percent_of_writes : neighbour.percent_of_reads));
    }
  }
}

// A read waits until the older one of its ID is issued, not until it is answered; whenever it
// comes.
TEST_P(PortShare, ReadsOfOneIdAreAtMemoryTogether) {
  if (slots() == 1) return;
  start_with_page();
  unit().access(read_of(kIova));
  for (unsigned apart = 0; apart < 16; ++apart) {
    hold_dma(true, false);
    const auto first = unit().submit(read_of(kIova), {}, std::uint8_t{3});
    unit().step(apart);
    const auto second = unit().submit(read_of(kIova), {}, std::uint8_t{3});
    unit().step(40);
    EXPECT_EQ(unit().dma_under_way().size(), 2U) << apart;
    release();
    EXPECT_THAT(unit().wait(first).completion, Reaches(kData));
    EXPECT_THAT(unit().wait(second).completion, Reaches(kData));
  }
}

DMAR_RTL_SCENARIO(PortShare);

}  // namespace
}  // namespace dmar
