// SPDX-License-Identifier: Apache-2.0
// A device-TLB invalidation at every cycle of what a device with a TLB may be doing. Once the wait
// behind it is complete, nothing reaches the old page any more, and what went there before is
// visible. Devices that do not obey are seen.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "device_tlb_rig.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {
namespace {

constexpr int kBefore = 320;  // cycles of an invalidation
constexpr int kAfter = 260;   // of a walk, and of the writes behind it
constexpr std::uint64_t kSeeds = 2;

// With a walk in it everything takes longer.
int stride(std::uint64_t seed) { return seed % 2 == 0 ? 3 : 1; }

std::vector<std::string> models_with_device_tlbs() {
  std::vector<std::string> names;
  for (const ModelInfo &model : models()) {
    if (model.config.device_tlb) names.push_back(model.name);
  }
  return names;
}

class DeviceTlbSweep : public ::testing::TestWithParam<std::tuple<std::string, std::size_t>> {
 protected:
  static std::string model() { return std::get<0>(GetParam()); }
  static Habit habit() { return static_cast<Habit>(std::get<1>(GetParam())); }
};

TEST_P(DeviceTlbSweep, EveryOffset) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    DeviceTlbRig rig(model(), habit(), Manners::kGood, seed);
    int offset = -kBefore;
    try {
      for (; offset <= kAfter; offset += stride(seed)) rig.run(offset);
    } catch (const std::exception &error) {
      FAIL() << "seed " << seed << ", offset " << offset << ", cycle " << rig.cycle() << ": "
             << error.what();
    }
    const DeviceTlbOrders &orders = rig.orders();
    if (asks_meanwhile(habit())) {
      EXPECT_GT(orders.old_answers, 0U) << "never asked before the invalidation";
    }
    EXPECT_GT(orders.new_answers, 0U);
    if (habit() != Habit::kOvertaken) {
      EXPECT_GT(orders.old_writes, 0U) << "never wrote to the old page";
    }
    EXPECT_GT(orders.new_writes, 0U);
    fmt::print("{} runs: entries {} old, {} new; writes {} old, {} new\n", orders.runs,
               orders.old_answers, orders.new_answers, orders.old_writes, orders.new_writes);
  }
}

// The proof that the checks above can fail: a device with bad manners is found out.
class DeviceTlbManners : public ::testing::TestWithParam<std::tuple<std::string, Manners>> {};

TEST_P(DeviceTlbManners, AreSeen) {
  const auto [model, manners] = GetParam();
  const Habit habit = manners == Manners::kBelated ? Habit::kOvertaken : Habit::kWrites;
  bool seen = false;
  for (int offset = -kBefore; offset <= kAfter && !seen; ++offset) {
    DeviceTlbRig rig(model, habit, manners, 1);
    try {
      rig.run(offset);
    } catch (const Mismatch &) {
      seen = true;
    }
  }
  EXPECT_TRUE(seen);
}

std::string manners_name(Manners manners) {
  constexpr std::array<const char *, 4> kNames{"good", "hasty", "stale", "belated"};
  return kNames.at(static_cast<std::size_t>(manners));
}

INSTANTIATE_TEST_SUITE_P(Habits, DeviceTlbSweep,
                         ::testing::Combine(::testing::ValuesIn(models_with_device_tlbs()),
                                            ::testing::Range(std::size_t{0}, kHabitNames.size())),
                         [](const auto &info) {
                           return fmt::format("{}_{}", std::get<0>(info.param),
                                              kHabitNames.at(std::get<1>(info.param)));
                         });
INSTANTIATE_TEST_SUITE_P(Bad, DeviceTlbManners,
                         ::testing::Combine(::testing::ValuesIn(models_with_device_tlbs()),
                                            ::testing::Values(Manners::kHasty, Manners::kStale,
                                                              Manners::kBelated)),
                         [](const auto &info) {
                           return fmt::format("{}_{}", std::get<0>(info.param),
                                              manners_name(std::get<1>(info.param)));
                         });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(DeviceTlbSweep);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(DeviceTlbManners);

}  // namespace
}  // namespace dmar::bench
