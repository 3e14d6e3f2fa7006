// SPDX-License-Identifier: Apache-2.0
// A miss that waits while an invalidation drops what its walk would begin with, and gets its walk
// at every clock around that: a walk begun from what is gone may not answer after the completion.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "bench/table_port_rules.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class PoisonClock : public RtlScenario {
 protected:
  static constexpr unsigned kBefore = 80;  // clocks of the invalidation before what holds misses up
  static constexpr unsigned kAfter = 110;
  static constexpr std::uint64_t kApart = kPage * 512 * 8;  // a page table for each page
  static constexpr unsigned kFiller = 12;  // clocks after which walk steps come one after the other

  struct Change {
    std::string name;
    std::function<void(bool changed)> set;  // after which kIova leads to kMoreData, or to kData
    QueueDescriptor invalidation;
    std::uint32_t command_register;
    std::uint64_t command;
  };
  // A fetch of the queue would let the miss slip through between two steps, so registers are used
  // where there are any.
  [[nodiscard]] bool by_queue() const { return config().version_major >= 6; }

  std::vector<Change> start() {
    make({.table_memory = {.min_latency = 4, .max_latency = 4}});
    Domain domain = start_with_page();
    domain.map(Iova(kIova.raw() + kPage), HostAddr(kData + kPage));
    Domain other = tables().create_domain({.id = 2, .levels = 4});
    other.map(kIova, HostAddr(kMoreData));
    other.map(Iova(kIova.raw() + kPage), HostAddr(kMoreData + kPage));
    Domain busy = tables().create_domain({.id = 3, .levels = 4});
    tables().attach(kNeighbour, busy);
    for (unsigned n = 0; n < 16; ++n) {
      busy.map(Iova(kIova.raw() + n * kApart), HostAddr(0x1'0000'0000 + n * kPage));
    }
    if (by_queue()) driver().enable_queue();
    old_table_ = tables().entry_address(domain, kIova, 1).raw() & ~(kPage - 1);
    const HostAddr link = tables().entry_address(domain, kIova, 2);
    const std::uint64_t old_link = memory().read64(link);
    const std::uint64_t new_link = memory().read64(tables().entry_address(other, kIova, 2));
    IotlbScope scope{};
    if (config().page_selective) {
      scope = {.granularity = granularity::kDeviceOrPage, .domain = 1, .address = kIova};
    }
    return {
        {"table",
         [=, this](bool changed) { memory().write64(link, changed ? new_link : old_link); },
         iotlb_descriptor(scope), reg::kIotlb,
         iotlb::kIvt | (std::uint64_t{scope.granularity} << iotlb::kIirgShift) |
             (std::uint64_t{scope.domain} << iotlb::kDidShift)},
        {"context", [=, this](bool changed) { tables().attach(kDevice, changed ? other : domain); },
         context_descriptor({}), reg::kCcmd,
         ccmd::kIcc | (std::uint64_t{granularity::kGlobal} << ccmd::kCirgShift)}};
  }

  // Steps of the neighbour's walks keep the miss of the device from its walk. Answers from the old
  // table wait for the completion.
  void run(const Change &change, int offset) {
    change.set(false);
    driver().invalidate_all();
    unit().access(read_of(Iova(kIova.raw() + kPage)));
    bool hold_steps = true;
    unit().hold_table_answers([&](const bench::AddressBeat &burst, bool write) {
      if (write || burst.id > bench::kLastWalkId) return false;
      return hold_steps || (burst.address & ~(kPage - 1)) == old_table_;
    });
    std::vector<bench::RtlIommu::Handle> others;
    for (unsigned n = 0; n < std::max(1U, 2 * slots() - 2); ++n) {
      Request request = read_of(Iova(kIova.raw() + n * kApart), 16, kNeighbour);
      if (n >= std::max(1U, slots() - 1)) request.kind = AccessKind::kWrite;
      others.push_back(unit().submit(request));
    }
    unit().step(80);
    change.set(true);
    std::uint32_t ticket = 0;
    if (by_queue()) {
      driver().push(change.invalidation);
      ticket = driver().push_wait();
    } else {
      driver().write64(reg::kIva, kIova.raw());
    }
    std::vector<bench::RtlIommu::Handle> victims;
    for (int clock = -static_cast<int>(kBefore); clock <= static_cast<int>(kAfter); ++clock) {
      if (clock == offset && by_queue()) unit().start_write(reg::kIqt, 4, driver().tail());
      if (clock == offset && !by_queue()) {
        unit().start_write(change.command_register, 8, change.command);
      }
      if (clock == 0) hold_steps = false;
      // With one walk the miss waits for it; otherwise for the steps.
      if (clock == (slots() == 1 ? -static_cast<int>(kBefore) : static_cast<int>(kFiller))) {
        victims.push_back(unit().submit(write_of(kIova)));
        if (slots() > 1) victims.push_back(unit().submit(read_of(kIova)));
      }
      unit().step();
    }
    unit().step_until([&] { return !unit().register_busy(); }, "the command");
    unit().step_until(
        [&] {
          if (by_queue()) return driver().wait_completed(ticket);
          return (driver().read64(change.command_register) >> 63) == 0;
        },
        "the invalidation");
    unit().hold_table_answers(nullptr);
    for (const auto handle : victims) {
      EXPECT_THAT(unit().wait(handle).completion, Reaches(kMoreData));
    }
    for (const auto handle : others) EXPECT_THAT(unit().wait(handle).completion, IsOkay());
    unit().take_verdicts();
    unit().take_dma_accesses();
  }

 private:
  std::uint64_t old_table_ = 0;
};

TEST_P(PoisonClock, WalkBegunWhenItsStartIsForgotten) {
  for (const Change &change : start()) {
    for (int offset = -static_cast<int>(kBefore); offset <= static_cast<int>(kAfter); ++offset) {
      SCOPED_TRACE(fmt::format("{}, offset {}", change.name, offset));
      run(change, offset);
      if (HasFailure()) return;
    }
  }
}

DMAR_RTL_SCENARIO(PoisonClock);

}  // namespace
}  // namespace dmar
