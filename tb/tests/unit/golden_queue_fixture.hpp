// SPDX-License-Identifier: Apache-2.0
// A unit whose invalidation queue is enabled and empty, and the verbs to use it.
#ifndef DMAR_TESTS_UNIT_GOLDEN_QUEUE_FIXTURE_HPP
#define DMAR_TESTS_UNIT_GOLDEN_QUEUE_FIXTURE_HPP

#include "golden_fixture.hpp"

namespace dmar::golden {

using Pair = std::array<std::uint64_t, 2>;

inline constexpr Pair kWaitForFive{0x0000'0005'0000'0025, 0x1234'5004};
inline constexpr HostAddr kStatus{0x1234'5004};

class GoldenQueue : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kBase = 0x20'0000;

  GoldenQueue() {
    machine_.unit.observe_invalidations([this](const Invalidation &i) { seen_.push_back(i); });
    machine_.write64(reg::kIqa, kBase);
    machine_.command(gcmd::kQie);
  }

  void put(unsigned slot, Pair descriptor) {
    machine_.memory.write64(HostAddr(kBase + 16 * slot), descriptor[0]);
    machine_.memory.write64(HostAddr(kBase + 16 * slot + 8), descriptor[1]);
  }
  // Puts it at the tail and moves the tail.
  void submit(Pair descriptor) {
    const std::uint64_t tail = machine_.read64(reg::kIqt);
    put(static_cast<unsigned>(tail / 16), descriptor);
    machine_.write64(reg::kIqt, (tail + 16) % 4096);
  }
  void expect_stopped(QueueError cause, std::uint64_t head) {
    EXPECT_EQ(machine_.fault_status() & fsts::kIqe, fsts::kIqe);
    EXPECT_EQ(machine_.read64(reg::kIqercd), static_cast<std::uint64_t>(cause));
    EXPECT_EQ(machine_.read64(reg::kIqh), head);
  }
  void clear_error() { machine_.write32(reg::kFsts, fsts::kIqe); }

  Machine machine_;
  std::vector<Invalidation> seen_;
};

}  // namespace dmar::golden

#endif  // DMAR_TESTS_UNIT_GOLDEN_QUEUE_FIXTURE_HPP
