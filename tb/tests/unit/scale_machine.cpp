// SPDX-License-Identifier: Apache-2.0
// Whole machines of the cycle model: what an answer takes, what invalidations do, and that ports
// of units and of a service get the same answers.
#include <gmock/gmock.h>

#include <stdexcept>

#include "scale/machine.hpp"
#include "scale/measure.hpp"

namespace dmar::scale {
namespace {

constexpr SourceId kDevice = bdf(0, 2, 0);

class OneDevice {
 public:
  explicit OneDevice(const MachineShape &shape)
      : lanes_(shape.ports * shape.slice.lanes), machine_(shape, spaces()) {}

  // Clocks from the request until its answer is on the port.
  unsigned ask(std::uint64_t page, unsigned port = 0) {
    std::vector<std::optional<Lookup>> requests(lanes_);
    requests[port * 2] = Lookup{.tag = 1, .source_id = kDevice, .page = page};
    for (unsigned clocks = 0; clocks < 10'000; ++clocks) {
      const auto answers = machine_.step(requests);
      requests[port * 2].reset();
      if (!answers.empty()) {
        EXPECT_EQ(answers.front().port, port);
        return clocks;
      }
    }
    throw std::runtime_error("no answer");
  }
  void idle(unsigned clocks) {
    const std::vector<std::optional<Lookup>> nothing(lanes_);
    for (; clocks != 0; --clocks) machine_.step(nothing);
  }
  Machine &machine() { return machine_; }

 private:
  static const Spaces &spaces() {
    static const Spaces kSpaces = [] {
      Spaces spaces;
      spaces.add(kDevice, {.domain = 1});
      return spaces;
    }();
    return kSpaces;
  }
  std::size_t lanes_;
  Machine machine_;
};

MachineShape service(unsigned link, unsigned ports = 2) {
  return {.organisation = Organisation::kService, .ports = ports, .link = link};
}

// The figures of docs/performance.md.
TEST(Machine, AUnitTakesTheClocksOfTheRtl) {
  OneDevice one({});
  EXPECT_EQ(one.ask(0), 136U);
  one.idle(100);
  EXPECT_EQ(one.ask(0), 3U);
  EXPECT_EQ(one.ask(100), 26U);
}

// Random pages of one device, memory 64, 32 walks: 0.479.
TEST(Machine, AUnitOfMoreWalksHasTheThroughputOfTheRtl) {
  MachineShape shape;
  shape.walker.walks = 32;
  shape.memory.latency = 64;
  const double rtl = 0.479;
  EXPECT_NEAR(measure(shape, {.kind = perf::find_workload("random")}).rate.per_clock, rtl,
              0.05 * rtl);
}

TEST(Machine, AServiceTakesTheLinkBothWaysMore) {
  OneDevice near(service(1));
  OneDevice far(service(11));
  for (const std::uint64_t page : {0, 100, 300}) {
    near.idle(100);
    far.idle(100);
    EXPECT_EQ(far.ask(page), near.ask(page) + 20) << page;
  }
  EXPECT_EQ(far.ask(300), 3U);
}

TEST(Machine, ASliceKnowsOnlyWhatItsOwnPortAskedFor) {
  OneDevice one(service(4));
  one.ask(7, 0);
  one.idle(100);
  EXPECT_EQ(one.ask(7, 0), 3U);
  EXPECT_GT(one.ask(7, 1), 3U);
}

class Invalidation : public ::testing::TestWithParam<MachineShape> {};

TEST_P(Invalidation, TakesThePageFromEverySlice) {
  OneDevice one(GetParam());
  const unsigned ports = GetParam().organisation == Organisation::kService ? GetParam().ports : 1;
  for (unsigned port = 0; port < ports; ++port) one.ask(7, port);
  one.idle(100);
  one.machine().invalidate(0, {.domain = 2, .page = 7});
  one.idle(200);
  EXPECT_EQ(one.machine().invalidations(0).completed(), 1U);
  for (unsigned port = 0; port < ports; ++port) EXPECT_EQ(one.ask(7, port), 3U);
  one.machine().invalidate(0, {.domain = 1, .page = 7});
  one.idle(200);
  EXPECT_EQ(one.machine().invalidations(0).completed(), 2U);
  for (unsigned port = 0; port < ports; ++port) EXPECT_GT(one.ask(7, port), 3U);
}

// What a walk had read when an invalidation overtook it is walked for again.
TEST_P(Invalidation, OvertakesWalks) {
  OneDevice one(GetParam());
  one.ask(0);
  one.idle(100);
  const std::uint64_t before = one.machine().walks();
  one.machine().invalidate(0, {.domain = 1, .page = 100});
  one.idle(12);  // on its way from memory
  one.ask(100);
  EXPECT_EQ(one.machine().walks(), before + 2);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Invalidation, ::testing::Values(MachineShape{}, service(2)),
                         [](const auto &info) {
                           return info.param.organisation == Organisation::kService ? "Service"
                                                                                    : "Units";
                         });

TEST(Machine, AnInvalidationOfAServiceTakesTheLinkBothWaysMore) {
  const Load load{.kind = perf::find_workload("hits")};
  const auto alone = [&](unsigned link) {
    return measure_invalidations(service(link), load).alone;
  };
  EXPECT_EQ(alone(9), alone(1) + 16);
}

TEST(Machine, ManyUnitsAreAsFastAsOneWhenMemoryIs) {
  const Load load{.kind = perf::find_workload("nic")};
  MachineShape shape;
  const double one = measure(shape, load).rate.per_clock;
  shape.ports = 4;
  EXPECT_NEAR(measure(shape, load).rate.per_clock, 4 * one, 0.02);
}

TEST(Machine, AServiceNeedsLinks) {
  const Spaces spaces;
  EXPECT_THROW(Machine(service(0), spaces), std::invalid_argument);
}

}  // namespace
}  // namespace dmar::scale
