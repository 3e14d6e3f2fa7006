// SPDX-License-Identifier: Apache-2.0
// Interrupts without a pause while their entries change and are invalidated.
#include <fmt/format.h>

#include <array>
#include <map>

#include "tables/interrupt_table.hpp"
#include "tests/scenario/rtl_scenario.hpp"

namespace dmar {
namespace {

class InterruptStress : public RtlScenario {
 protected:
  static constexpr unsigned kSizeExponent = 4;  // 32 entries, more than a small cache holds
  static constexpr HostAddr kTable{0x0600'0000};

  struct Sent {
    bench::RtlIommu::Handle handle;
    unsigned index;
    bool before;  // the invalidation in progress was complete
  };

  void send(unsigned index, bool after) {
    const std::array<std::uint8_t, 4> data{};
    Request request =
        write_of(Iova(remappable_message(index).address), 4, index % 2 == 0 ? kDevice : kNeighbour);
    sent_.push_back({unit().submit(request, data), index, !after});
  }

  [[nodiscard]] unsigned vector(unsigned round, unsigned index) const {
    return 0x20 + (round % 4) * 32 + index;
  }

  // Vectors of the last two rounds are right until the invalidation completes, then the new one.
  void collect(unsigned round) {
    std::erase_if(sent_, [&](const Sent &one) {
      const auto outcome = unit().poll(one.handle);
      if (!outcome) return false;
      EXPECT_TRUE(outcome->completion.interrupt.has_value());
      if (!outcome->completion.interrupt) return true;
      const unsigned got = outcome->completion.interrupt->data & 0xFF;
      const bool is_new = got == vector(round, one.index);
      const bool is_old = round != 0 && got == vector(round - 1, one.index);
      EXPECT_TRUE(is_new || (one.before && is_old))
          << fmt::format("round {}, index {}, vector {:#x}", round, one.index, got);
      ++(is_new ? new_ : old_);
      return true;
    });
  }

  void drain(unsigned round) {
    unit().step_until(
        [&] {
          collect(round);
          return sent_.empty();
        },
        "the interrupts");
  }

  std::vector<Sent> sent_;
  unsigned old_ = 0;
  unsigned new_ = 0;
};

// Row 13: remapping could not be used under load. Global and index-selective invalidations of every
// mask while devices send; what is sent after completion gets the new message alone.
TEST_P(InterruptStress, RealBug13_InvalidationUnderLoad) {
  if (!config().interrupt_remapping) {
    driver().write32(reg::kGcmd, gcmd::kIre);
    unit().settle();
    EXPECT_EQ(driver().read32(reg::kGsts) & gsts::kIres, 0U);
    return;
  }
  start_with_page();
  InterruptTable table(memory(), kTable, kSizeExponent);
  driver().enable_queue();
  driver().set_interrupt_table(kTable, kSizeExponent);
  const unsigned mask = std::min(4U, config().max_interrupt_mask);
  for (unsigned n = 0; n < table.entries(); ++n) table.set(n, {.vector = vector(0, n)});
  driver().invalidate(InterruptScope{});
  driver().enable_interrupt_remapping();
  unsigned next = 0;
  for (unsigned round = 1; round < 40; ++round) {
    for (unsigned n = 0; n < 20 + round; ++n) {
      if (unit().in_flight() < 12) send(next++ * 5 % table.entries(), false);
      unit().step();
    }
    for (unsigned n = 0; n < table.entries(); ++n) table.set(n, {.vector = vector(round, n)});
    const bool all = round % 2 == 0;
    for (unsigned n = 0; n < (all ? 1U : table.entries() >> mask); ++n) {
      driver().push(interrupt_descriptor({.all = all, .index = n << mask, .mask = mask}));
    }
    const std::uint32_t ticket = driver().push_wait();
    unit().start_write(reg::kIqt, 4, driver().tail());
    const std::uint64_t begin = unit().cycle();
    while (!driver().wait_completed(ticket) || unit().register_busy()) {
      if (unit().in_flight() < 12) send(next++ * 5 % table.entries(), false);
      unit().step();
      collect(round);
      ASSERT_LT(unit().cycle() - begin, 10'000U) << "the invalidation does not end";
    }
    for (unsigned n = 0; n < 8; ++n) send((round + n * 3) % table.entries(), true);
    drain(round);
    if (HasFailure()) return;
  }
  EXPECT_GT(old_, 20U);
  EXPECT_GT(new_, 20U);
}

DMAR_RTL_SCENARIO(InterruptStress);

}  // namespace
}  // namespace dmar
