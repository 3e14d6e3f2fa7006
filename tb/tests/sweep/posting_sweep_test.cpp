// SPDX-License-Identifier: Apache-2.0
// Everything that can end the way of a posted interrupt, at every cycle of the posting: the fetch
// of its entry, the read and the write of the descriptor, the notification, the answer.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "posting_rig.hpp"
#include "scoreboard/mismatch.hpp"

namespace dmar::bench {
namespace {

constexpr int kBefore = 130;  // cycles of a change
constexpr int kAfter = 100;   // of a posting
constexpr std::uint64_t kSeeds = 2;

std::vector<std::string> models_that_post() {
  std::vector<std::string> names;
  for (const ModelInfo &model : models()) {
    if (model.config.posted_interrupts) names.push_back(model.name);
  }
  return names;
}

class PostingSweep : public ::testing::TestWithParam<std::tuple<std::string, std::size_t, bool>> {};

TEST_P(PostingSweep, EveryOffset) {
  const auto &[model, index, cached] = GetParam();
  const auto change = static_cast<PostingChange>(index);
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    PostingRig rig(model, change, cached, seed);
    int offset = -kBefore;
    try {
      for (; offset <= kAfter; ++offset) rig.run(offset);
    } catch (const std::exception &error) {
      FAIL() << "seed " << seed << ", offset " << offset << ", cycle " << rig.cycle() << ": "
             << error.what();
    }
    EXPECT_GT(rig.orders().old_ways, 0U);
    if (change != PostingChange::kWait) {
      EXPECT_GT(rig.orders().new_ways, 0U);
    }
    fmt::print("{} runs, {} cycles: {} the old way, {} the new way\n", rig.orders().runs,
               rig.cycle(), rig.orders().old_ways, rig.orders().new_ways);
  }
}

INSTANTIATE_TEST_SUITE_P(Changes, PostingSweep,
                         ::testing::Combine(::testing::ValuesIn(models_that_post()),
                                            ::testing::Range(std::size_t{0},
                                                             kPostingChangeNames.size()),
                                            ::testing::Bool()),
                         [](const auto &info) {
                           return fmt::format("{}_{}_{}", std::get<0>(info.param),
                                              kPostingChangeNames.at(std::get<1>(info.param)),
                                              std::get<2>(info.param) ? "cached" : "fetched");
                         });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PostingSweep);

}  // namespace
}  // namespace dmar::bench
