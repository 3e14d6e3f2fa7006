// SPDX-License-Identifier: Apache-2.0
// Back-pressure at each port during each kind of flush. What is permitted and still inside counts
// like what is at memory; a device that takes no answers and a walk that gets none hold up nothing.
#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

#include "bench/table_port_rules.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class BackPressure : public RtlScenario {
 protected:
  static constexpr unsigned kLong = 1000;  // cycles in which every flush would have finished
  static constexpr std::uint8_t kId = 2;

  struct Flush {
    std::string name;
    std::function<void()> start;  // returns before the flush is complete
    std::function<bool()> complete;
    bool queue = false;
    bool command = false;                   // lets each request see one state as a whole
    std::function<void()> prepare = [] {};  // a command that changes nothing is complete at once
  };

  Flush by_queue(const std::string &name, const QueueDescriptor &descriptor) {
    return {"queue " + name,
            [=, this] {
              driver().push(descriptor);
              ticket_ = driver().push_wait();
              driver().ring_doorbell();
            },
            [this] { return driver().wait_completed(ticket_); }, true};
  }
  Flush by_register(const std::string &name, std::uint32_t offset, std::uint64_t value) {
    return {"register " + name, [=, this] { driver().write64(offset, value); },
            [=, this] { return (driver().read64(offset) >> 63) == 0; }};
  }
  // A pointer that is set again; its status is 0 meanwhile.
  Flush by_pointer(const std::string &name, std::uint32_t bit) {
    return {.name = name,
            .start = [=, this] { driver().write32(reg::kGcmd, levels() | bit); },
            .complete = [=, this] { return (driver().read32(reg::kGsts) & bit) != 0; },
            .command = true};
  }
  // An enable, whose status is the same bit.
  Flush by_level(const std::string &name, std::uint32_t bit, bool on) {
    return {
        .name = name + (on ? " on" : " off"),
        .start = [=, this] { driver().write32(reg::kGcmd, on ? levels() | bit : levels() & ~bit); },
        .complete = [=, this] { return ((driver().read32(reg::kGsts) & bit) != 0) == on; },
        .command = true,
        .prepare = [=, this] { driver().set_level(bit, !on); }};
  }
  Flush by_protection(bool on) {
    const auto in_force = [=, this] {
      return ((driver().read32(reg::kPmen) & pmen::kPrs) != 0) == on;
    };
    return {.name = on ? "PMEN on" : "PMEN off",
            .start = [=, this] { driver().write32(reg::kPmen, on ? pmen::kEpm : 0); },
            .complete = in_force,
            .command = true,
            .prepare =
                [=, this] {
                  driver().write32(reg::kPmen, on ? 0 : pmen::kEpm);
                  driver().poll32(reg::kPmen, pmen::kPrs, on ? 0 : pmen::kPrs, "PMEN");
                }};
  }
  // What GCMD has to repeat.
  std::uint32_t levels() {
    return driver().read32(reg::kGsts) & (gcmd::kTe | gcmd::kQie | gcmd::kIre | gcmd::kCfi);
  }

  std::vector<Flush> flushes() {
    std::vector<Flush> list{
        by_queue("context", context_descriptor({})),
        by_queue("iotlb", iotlb_descriptor({})),
        by_queue("domain", iotlb_descriptor({.granularity = granularity::kDomain, .domain = 1})),
        by_pointer("SRTP", gcmd::kSrtp),
        by_level("TE", gcmd::kTe, false),  // and on again, as it is for the others
        by_level("TE", gcmd::kTe, true)};
    if (config().page_selective) {
      list.push_back(by_queue(
          "page", iotlb_descriptor(
                      {.granularity = granularity::kDeviceOrPage, .domain = 1, .address = kIova})));
    }
    if (config().interrupt_remapping) {
      list.push_back(by_pointer("SIRTP", gcmd::kSirtp));
      for (const bool on : {true, false}) {
        list.push_back(by_level("IRE", gcmd::kIre, on));
        list.push_back(by_level("CFI", gcmd::kCfi, on));
      }
    }
    if (config().protected_low) {
      for (const bool on : {true, false}) list.push_back(by_protection(on));
    }
    return list;
  }
  std::vector<Flush> register_flushes() {
    const std::uint64_t global = granularity::kGlobal;
    if (config().version_major >= 6) return {};
    return {by_register("context", reg::kCcmd, ccmd::kIcc | global << ccmd::kCirgShift),
            by_register("iotlb", reg::kIotlb,
                        iotlb::kIvt | iotlb::kDr | iotlb::kDw | global << iotlb::kIirgShift)};
  }

  void start() {
    Domain domain = start_with_page();
    domain.map(Iova(kIova.raw() + 512 * kPage), HostAddr(kMoreData));
    tables().attach(kNeighbour, domain);
    // The same address with and without translation.
    domain.map(Iova(kData), HostAddr(kData));
    if (config().interrupt_remapping) {
      driver().set_interrupt_table(tables().pages().allocate(), 0);
    }
    if (config().protected_low) {  // nothing that is used here
      driver().write32(reg::kPlmbase, 0x3000'0000);
      driver().write32(reg::kPlmlimit, 0x3000'0000);
    }
  }

  void run_all(const std::function<void(const Flush &)> &run) {
    start();
    for (const bool queue : {false, true}) {
      if (queue) driver().enable_queue();
      for (const Flush &flush : queue ? flushes() : register_flushes()) {
        SCOPED_TRACE(flush.name);
        run(flush);
        if (HasFailure()) return;
      }
    }
  }
  void finish(const Flush &flush) {
    unit().step_until([&] { return flush.complete(); }, flush.name);
  }
  void expect_incomplete(const Flush &flush) {
    for (unsigned n = 0; n < 10; ++n) {
      unit().step(kLong / 10);
      ASSERT_FALSE(flush.complete());
    }
  }

  std::uint32_t ticket_ = 0;
};

// Each address and data channel of m_dma, and each kind of answer.
TEST_P(BackPressure, MemoryForDataDuringEveryFlush) {
  struct Stall {
    std::string name;
    AccessKind kind;
    bench::BlockedChannels blocked;
    bool answers;
  };
  const std::vector<Stall> stalls{{"AR", AccessKind::kRead, {.ar = true}, false},
                                  {"R", AccessKind::kRead, {}, true},
                                  {"AW", AccessKind::kWrite, {.aw = true}, false},
                                  {"W", AccessKind::kWrite, {.w = true}, false},
                                  {"B", AccessKind::kWrite, {}, true}};
  run_all([&](const Flush &flush) {
    for (const Stall &stall : stalls) {
      flush.prepare();
      SCOPED_TRACE(stall.name);
      unit().access(read_of(Iova(kData)));
      unit().block_dma_channels(stall.blocked);
      hold_dma(stall.answers, stall.answers);
      std::vector<bench::RtlIommu::Handle> handles;
      for (unsigned n = 0; n < 3; ++n) {
        Request request = read_of(Iova(kData), 32);
        request.kind = stall.kind;
        handles.push_back(unit().submit(request));
      }
      unit().step(100);
      flush.start();
      expect_incomplete(flush);
      unit().block_dma_channels({});
      release();
      finish(flush);
      for (const auto handle : handles) {
        EXPECT_THAT(unit().wait(handle).completion, Reaches(kData));
      }
    }
  });
}

// A hit that was permitted and may not go yet, since an older one in front of it waits for its
// walk: it is neither at memory nor on its way there, and the flush waits for it all the same. With
// one slot there is no such hit.
TEST_P(BackPressure, PermittedBehindAMissDuringEveryFlush) {
  run_all([&](const Flush &flush) {
    if (flush.command) return;  // they wait for the answer to the miss, too
    for (const AccessKind kind : {AccessKind::kRead, AccessKind::kWrite}) {
      SCOPED_TRACE(kind == AccessKind::kRead ? "reads" : "writes");
      driver().invalidate_all();
      unit().access(read_of(kIova));
      unit().take_dma_accesses();
      unit().hold_table_answers([](const bench::AddressBeat &burst, bool write) {
        return !write && burst.id <= bench::kLastWalkId;
      });
      Request miss = read_of(Iova(kIova.raw() + 512 * kPage), 16, kNeighbour);
      Request hit = read_of(kIova);
      miss.kind = hit.kind = kind;
      const auto first = unit().submit(miss, {}, kId);
      const auto second = unit().submit(hit, {}, kId);
      unit().step(100);
      flush.start();
      if (slots() > 1) {
        expect_incomplete(flush);
      } else {
        finish(flush);
      }
      EXPECT_TRUE(unit().take_dma_accesses().empty());
      release();
      finish(flush);
      EXPECT_THAT(unit().wait(first).completion, Reaches(kMoreData));
      EXPECT_THAT(unit().wait(second).completion, Reaches(kData));
    }
  });
}

// Walks that do not get on are no reason to wait, except for commands, which let each request see
// one state as a whole.
TEST_P(BackPressure, MemoryForTablesDuringEveryFlush) {
  run_all([&](const Flush &flush) {
    if (flush.command) return;
    for (const bool address : {false, true}) {
      SCOPED_TRACE(address ? "AR" : "R");
      driver().invalidate_all();
      unit().block_table_channels({.ar = address});
      unit().hold_table_answers([](const bench::AddressBeat &burst, bool write) {
        return !write && burst.id <= bench::kLastWalkId;
      });
      const auto handle = unit().submit(read_of(kIova));
      unit().step(60);
      flush.start();
      // The queue lies behind the same port.
      if (address && flush.queue) {
        expect_incomplete(flush);
        unit().block_table_channels({});
      }
      finish(flush);
      EXPECT_FALSE(unit().poll(handle).has_value());
      unit().block_table_channels({});
      release();
      EXPECT_THAT(unit().wait(handle).completion, Reaches(kData));
    }
  });
}

// Read data or write responses that the device does not take.
TEST_P(BackPressure, DeviceDuringEveryFlush) {
  run_all([&](const Flush &flush) {
    for (const bool reads : {false, true}) {
      SCOPED_TRACE(reads ? "R" : "B");
      flush.prepare();
      unit().accept_device_answers(!reads, reads);
      std::vector<bench::RtlIommu::Handle> handles;
      for (unsigned n = 0; n < 6; ++n) {
        Request request = read_of(Iova(kData), 64);
        if (!reads) request.kind = AccessKind::kWrite;
        handles.push_back(unit().submit(request));
      }
      unit().step(200);
      flush.start();
      finish(flush);
      unit().accept_device_answers(true);
      for (const auto handle : handles) {
        EXPECT_THAT(unit().wait(handle).completion, Reaches(kData));
      }
    }
  });
}

DMAR_RTL_SCENARIO(BackPressure);

}  // namespace
}  // namespace dmar
