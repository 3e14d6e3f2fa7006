// SPDX-License-Identifier: Apache-2.0
// The cycle model of tb/scale is the RTL at one port: throughput within 5 % in every row, and the
// same walks, reads and hits.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <string>
#include <tuple>

#include "scale/agreement.hpp"

namespace dmar::scale {
namespace {

constexpr double kNone = 0.001;  // walks and reads for each translation that are as good as none

class Agreement : public ::testing::TestWithParam<std::tuple<const char *, unsigned>> {};

TEST_P(Agreement, OfThroughputAndWalks) {
  const perf::WorkloadKind *kind = perf::find_workload(std::get<0>(GetParam()));
  ASSERT_NE(kind, nullptr);
  perf::CoreLibrary library;
  const AgreementRow row = compare(library, *kind, std::get<1>(GetParam()));
  ASSERT_GT(row.rtl.per_clock, 0);
  EXPECT_NEAR(row.model.per_clock, row.rtl.per_clock, kMostError * row.rtl.per_clock);
  EXPECT_NEAR(row.model.walks, row.rtl.walks, kMostError * row.rtl.walks + kNone);
  EXPECT_NEAR(row.model.reads, row.rtl.reads, kMostError * row.rtl.reads + kNone);
  EXPECT_NEAR(row.model.hits, row.rtl.hits, kMostError);
}

INSTANTIATE_TEST_SUITE_P(Rows, Agreement,
                         ::testing::Combine(::testing::ValuesIn(agreement_workloads()),
                                            ::testing::ValuesIn(agreement_latencies())),
                         [](const auto &info) {
                           std::string name = std::get<0>(info.param);
                           for (char &c : name) c = c == '-' ? '_' : c;
                           return fmt::format("{}_{}", name, std::get<1>(info.param));
                         });

}  // namespace
}  // namespace dmar::scale
