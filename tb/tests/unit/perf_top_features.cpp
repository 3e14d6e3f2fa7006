// SPDX-License-Identifier: Apache-2.0
// Bounds in clocks for what device TLBs and posted interrupts cost, on every model that has them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "bench/registry.hpp"
#include "perf/top_features.hpp"

namespace dmar::perf {
namespace {

constexpr unsigned kLatency = 20;  // of both memories

const bench::ModelInfo &model_of(const std::string &name) {
  return *std::ranges::find(bench::models(), name, &bench::ModelInfo::name);
}

double value_of(const std::vector<FeatureFigure> &figures, const std::string &name) {
  const auto found = std::ranges::find(figures, name + "_20", &FeatureFigure::name);
  EXPECT_NE(found, figures.end()) << name;
  return found == figures.end() ? 0 : found->value;
}

std::vector<std::string> models_with(bool Config::*feature) {
  std::vector<std::string> names;
  for (const bench::ModelInfo &model : bench::models()) {
    if (model.config.*feature) names.push_back(model.name);
  }
  return names;
}

class DeviceTlbFigures : public ::testing::TestWithParam<std::string> {};
class PostingFigures : public ::testing::TestWithParam<std::string> {};

// A translation request whose page is cached waits for no memory; else it reads the last table. As
// many are under way as there are slots for reads.
TEST_P(DeviceTlbFigures, StayWithinTheirBounds) {
  const bench::ModelInfo &model = model_of(GetParam());
  const auto figures = device_tlb_figures(model, kLatency);
  constexpr double kClocks = 10;  // of a translation request that is alone
  EXPECT_LE(value_of(figures, "translation_again"), kClocks);
  EXPECT_LE(value_of(figures, "translation_first"), kLatency + 15);
  EXPECT_GE(value_of(figures, "translations_again"),
            std::min(0.49, model.parameters.at("ReadSlots") / kClocks));
  EXPECT_GE(value_of(figures, "translations_first"), 0.1);
  EXPECT_LE(value_of(figures, "read_translated"), value_of(figures, "read_untranslated") + 1);
  EXPECT_LE(value_of(figures, "invalidation_many"), 40);
}

// An update is a read, a write and their answers; a notification one more write.
TEST_P(PostingFigures, StayWithinTheirBounds) {
  const auto figures = posting_figures(model_of(GetParam()), kLatency);
  EXPECT_LE(value_of(figures, "posted"), 2 * kLatency + 50);
  EXPECT_LE(value_of(figures, "notified"), 3 * kLatency + 60);
  EXPECT_GT(value_of(figures, "notified"), value_of(figures, "posted"));
  EXPECT_LE(value_of(figures, "posted_in_flight"), 2 * kLatency + 50);
}

INSTANTIATE_TEST_SUITE_P(Models, DeviceTlbFigures,
                         ::testing::ValuesIn(models_with(&Config::device_tlb)),
                         [](const auto &info) { return info.param; });
INSTANTIATE_TEST_SUITE_P(Models, PostingFigures,
                         ::testing::ValuesIn(models_with(&Config::posted_interrupts)),
                         [](const auto &info) { return info.param; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(DeviceTlbFigures);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PostingFigures);

}  // namespace
}  // namespace dmar::perf
