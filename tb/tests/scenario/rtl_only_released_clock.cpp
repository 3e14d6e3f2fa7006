// SPDX-License-Identifier: Apache-2.0
// A request that a cache answers, at every clock around the one in which an invalidation drops the
// entry, while memory takes nothing. An invalidation that completes meanwhile has not waited for
// it, so it may not leave by the old entry afterwards.
#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

#include "tables/interrupt_table.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class ReleasedClock : public RtlScenario {
 protected:
  static constexpr unsigned kBefore = 120;    // clocks from the command to the request, at most
  static constexpr unsigned kComplete = 150;  // clocks after which the invalidation is complete
  static constexpr unsigned kIndex = 0x40;
  static constexpr InterruptEntry kOld{.vector = 0x41};
  static constexpr InterruptEntry kNew{.vector = 0x52};

  struct Case {
    std::string name;
    std::function<void(bool changed)> set;
    QueueDescriptor invalidation;
    std::uint64_t iotlb;  // the same through the register, or 0
    Request request;
    std::function<bool(const Completion &)> is_new;
  };

  InterruptTable table() { return {memory(), HostAddr(0x3000'0000), 7}; }

  std::vector<Case> start() {
    Domain domain = start_with_page();
    const HostAddr leaf = tables().entry_address(domain, kIova, 1);
    const std::uint64_t old_leaf = memory().read64(leaf);
    IotlbScope scope{.granularity = granularity::kDomain, .domain = 1};
    if (config().page_selective) {
      scope = {.granularity = granularity::kDeviceOrPage, .domain = 1, .address = kIova};
    }
    // The queue waits for DMA once more in the wait descriptor. The register does not.
    std::uint64_t iotlb = 0;
    if (config().version_major >= 6) {
      driver().enable_queue();
    } else {
      iotlb = iotlb::kIvt | iotlb::kDr | iotlb::kDw |
              (std::uint64_t{scope.granularity} << iotlb::kIirgShift) |
              (std::uint64_t{scope.domain} << iotlb::kDidShift);
    }
    const auto set_leaf = [=, this](bool changed) {
      memory().write64(leaf, changed ? old_leaf ^ kData ^ kMoreData : old_leaf);
    };
    const auto reaches_new = [](const Completion &completion) {
      return completion.address == HostAddr(kMoreData);
    };
    const QueueDescriptor descriptor = iotlb_descriptor(scope);
    std::vector<Case> list{{"read", set_leaf, descriptor, iotlb, read_of(kIova), reaches_new},
                           {"write", set_leaf, descriptor, iotlb, write_of(kIova), reaches_new}};
    if (config().interrupt_remapping) {
      list.push_back({"interrupt",
                      [this](bool changed) { table().set(kIndex, changed ? kNew : kOld); },
                      interrupt_descriptor({.all = false, .index = kIndex}), 0,
                      interrupt_of(remappable_message(kIndex), kDevice),
                      [](const Completion &completion) {
                        return completion.interrupt && (completion.interrupt->data & 0xFF) == 0x52;
                      }});
    }
    return list;
  }

  bench::RtlIommu::Handle submit(const Request &request) {
    if (!in_interrupt_range(request.address.raw())) return unit().submit(request);
    return unit().submit(request, message_bytes(request));
  }
  void start_interrupts() {
    if (config().version_major < 6) driver().enable_queue();
    driver().set_interrupt_table(table().base(), 7);
    driver().invalidate(InterruptScope{});
    driver().enable_interrupt_remapping();
    interrupts_on_ = true;
  }
  Completion finish(bench::RtlIommu::Handle handle) { return unit().wait(handle).completion; }

  // True when the invalidation was complete before memory took anything.
  bool run(const Case &one, unsigned clocks) {
    one.set(false);
    driver().invalidate_all();
    if (interrupts_on_) driver().invalidate(InterruptScope{});
    EXPECT_FALSE(one.is_new(finish(submit(one.request))));
    one.set(true);
    unit().block_dma_channels({.ar = true, .aw = true, .w = true});
    std::function<bool()> complete;
    if (one.iotlb != 0) {
      driver().write64(reg::kIva, kIova.raw());
      unit().start_write(reg::kIotlb, 8, one.iotlb);
      complete = [this] { return (driver().read64(reg::kIotlb) & iotlb::kIvt) == 0; };
    } else {
      driver().push(one.invalidation);
      complete = [this, ticket = driver().push_wait()] { return driver().wait_completed(ticket); };
      unit().start_write(reg::kIqt, 4, driver().tail());
    }
    unit().step(clocks);
    const auto handle = submit(one.request);
    unit().step(kComplete);
    const bool before = complete();
    unit().block_dma_channels({});
    EXPECT_TRUE(one.is_new(finish(handle)) || !before);
    unit().step_until(complete, "the invalidation");
    return before;
  }

  bool interrupts_on_ = false;
};

TEST_P(ReleasedClock, WhatIsNotAwaitedIsNew) {
  for (const Case &one : start()) {
    unsigned complete = 0;
    if (one.name == "interrupt") start_interrupts();
    for (unsigned clocks = 0; clocks <= kBefore; ++clocks) {
      SCOPED_TRACE(fmt::format("{}, {} clocks after the command", one.name, clocks));
      if (run(one, clocks)) ++complete;
      if (HasFailure()) return;
    }
    // Some requests came before the entry was dropped, and some after it.
    EXPECT_GT(complete, 0U) << one.name;
    EXPECT_LT(complete, kBefore) << one.name;
  }
}

DMAR_RTL_SCENARIO(ReleasedClock);

}  // namespace
}  // namespace dmar
