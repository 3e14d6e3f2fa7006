// SPDX-License-Identifier: Apache-2.0
// Status bits that software clears by writing 1 (VT-d 11.4), written at every clock around the
// event that sets them. Nothing that happened is forgotten: in the clock of the event the event
// wins. Software alone cannot tell that clock from its neighbours, but a read can: the first read
// that sees the bit and the last write that does not clear it are equally far apart for all bits.
#include <fmt/format.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/table_port_rules.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class StickyBits : public RtlScenario {
 protected:
  static constexpr unsigned kOffsets = 48;  // clocks from the start of the event

  struct Bit {
    std::string name;
    std::function<std::uint32_t()> offset;  // of its register, known before the event
    std::uint32_t bit;
    std::function<void()> prepare;
    std::function<void()> start;  // the event comes some clocks later
    std::function<void()> clean;
  };

  static Request faulting(unsigned n) {
    return read_of(Iova(0x10'0000), 64, bdf(0x80, n / 8, n % 8));
  }
  void clear_faults() {
    driver().drain_faults();
    driver().write32(reg::kFsts, fsts::kPfo | fsts::kIqe);
  }
  void start_fault(unsigned n) { handle_ = unit().submit(faulting(n)); }
  void finish_fault() {
    unit().wait(handle_);
    clear_faults();
  }
  void start_queue(const QueueDescriptor &descriptor) {
    driver().push(descriptor);
    unit().start_write(reg::kIqt, 4, driver().tail());
    unit().step_until([this] { return !unit().register_busy(); }, "the doorbell");
  }
  // The queue fetches it once as it is; afterwards it is one that does nothing.
  void start_queue_error() {
    const HostAddr slot = driver().slot(driver().tail());
    unit().observe_table_accesses([this, slot](const bench::AxiAccess &access) {
      const bool fetch = !access.write && access.address.id > bench::kLastWalkId;
      if (fetch && bench::covers(access.address, slot.raw())) {
        const QueueDescriptor nothing = wait_descriptor({});
        memory().write64(slot, nothing.lo);
        memory().write64(HostAddr(slot.raw() + 8), nothing.hi);
      }
    });
    start_queue({.lo = 0xF, .hi = 0});
  }
  void finish_queue_error() {
    driver().write32(reg::kFsts, fsts::kIqe);
    driver().poll32(reg::kIqh, ~0U, driver().tail(), "the queue");
    unit().observe_table_accesses(nullptr);
  }

  std::vector<Bit> bits() {
    const unsigned records = config().fault_records;
    const auto status = [] { return reg::kFsts; };
    return {
        {"F", [=, this] { return reg::frcd(recorded_ % records) + 12; }, 1U << 31, [] {},
         [this] {
           start_fault(0);
           ++recorded_;
         },
         [this] { finish_fault(); }},
        {"PFO", status, fsts::kPfo,
         [=, this] {
           for (unsigned n = 0; n < records; ++n) unit().access(faulting(n));
           recorded_ += records;
         },
         [this] { start_fault(100); }, [this] { finish_fault(); }},
        {"IQE", status, fsts::kIqe, [] {}, [this] { start_queue_error(); },
         [this] { finish_queue_error(); }},
        {"IWC", [] { return reg::kIcs; }, kIcsIwc, [] {},
         [this] { start_queue(wait_descriptor({.interrupt = true})); },
         [this] { driver().write32(reg::kIcs, kIcsIwc); }},
    };
  }

  // Whether the bit is set: in a read at that clock, or at the end after a write at that clock.
  bool is_set(const Bit &bit, bool write, unsigned clock) {
    bit.prepare();
    unit().settle();
    const std::uint32_t offset = bit.offset();
    bit.start();
    unit().step(clock);
    if (write) {
      unit().start_write(offset, 4, bit.bit);
    } else {
      unit().start_read(offset, 4);
    }
    unit().step_until([this] { return !unit().register_busy(); }, "the register");
    auto value = static_cast<std::uint32_t>(unit().register_result());
    unit().settle();
    if (write) value = driver().read32(offset);
    bit.clean();
    return (value & bit.bit) != 0;
  }

  // First clock from which on the answer is the other one; it changes once.
  unsigned change_of(const Bit &bit, bool write) {
    unsigned change = 0;
    for (unsigned clock = 0; clock < kOffsets; ++clock) {
      const bool before = is_set(bit, write, clock) == write;
      if (!before) continue;
      EXPECT_EQ(change, clock) << bit.name << (write ? ", write" : ", read");
      change = clock + 1;
    }
    EXPECT_GT(change, 0U) << bit.name << ": the event is over at once";
    EXPECT_LT(change, kOffsets) << bit.name << ": the event never comes";
    return change;
  }

 private:
  bench::RtlIommu::Handle handle_ = 0;
  unsigned recorded_ = 0;  // faults that got a record so far
};

TEST_P(StickyBits, ClearedAtEveryClockOfTheEvent) {
  start_with_page();
  driver().enable_queue();
  std::map<std::string, int> distances;
  for (const Bit &bit : bits()) {
    const unsigned seen = change_of(bit, false);
    const unsigned cleared = change_of(bit, true);
    distances[bit.name] = static_cast<int>(seen) - static_cast<int>(cleared);
  }
  for (const auto &[name, distance] : distances) {
    EXPECT_EQ(distance, distances.begin()->second) << name << " against F";
  }
}

// Only a write to its own register clears a bit, and only with a 1 in its place.
TEST_P(StickyBits, WritesElsewhereClearNothing) {
  start_with_page();
  driver().enable_queue();
  for (const Bit &bit : bits()) {
    SCOPED_TRACE(bit.name);
    bit.prepare();
    unit().settle();
    const std::uint32_t own = bit.offset();
    bit.start();
    unit().settle();
    ASSERT_NE(driver().read32(own) & bit.bit, 0U);
    // Registers whose contents start nothing; some lie in the same line of the decoder.
    std::vector<std::uint32_t> others{reg::kFedata, reg::kFeaddr,     reg::kIedata, reg::kIeaddr,
                                      reg::kRtaddr, reg::kRtaddr + 4, reg::kIrta,   reg::kVer,
                                      reg::kFectl,  reg::kIectl,      reg::kIcs,    reg::kFsts};
    for (unsigned n = 0; n < config().fault_records; ++n) {
      for (unsigned word = 0; word < 4; ++word) others.push_back(reg::frcd(n) + 4 * word);
    }
    for (const std::uint32_t other : others) {
      const bool mask = other == reg::kFectl || other == reg::kIectl;
      if (other != own) driver().write32(other, mask ? 0x8000'0000 : 0xFFFF'FFFF);
      if (other == own) driver().write32(other, ~bit.bit);
      EXPECT_NE(driver().read32(own) & bit.bit, 0U) << fmt::format("{:#x}", other);
      if (HasFailure()) return;
    }
    bit.clean();
  }
}

DMAR_RTL_SCENARIO(StickyBits);

}  // namespace
}  // namespace dmar
