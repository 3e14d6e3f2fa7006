// SPDX-License-Identifier: Apache-2.0
// Random machines: tables, devices, software and memory at random, every answer checked against the
// legal ones. DMAR_SEEDS=n: seeds for each model; DMAR_SEED=s: that seed alone; DMAR_CYCLES=n:
// length of a run; DMAR_WAVE=file.fst: a wave of it. `--long` multiplies the seeds for campaigns.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "bench/registry.hpp"
#include "dmar/fault_names.hpp"
#include "fuzz/run_case.hpp"

namespace dmar::bench {
namespace {

constexpr std::uint64_t kSeeds = 100;
constexpr std::uint64_t kLongSeeds = 3000;
constexpr std::uint64_t kCycles = 25'000;

std::uint64_t number(const char *name, std::uint64_t otherwise) {
  const char *text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

std::string text(const char *name) {
  const char *value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

using Parameters = std::tuple<std::string, std::uint64_t>;

class RandomMachine : public ::testing::TestWithParam<Parameters> {};

std::string replay(const FuzzCase &one) {
  return fmt::format(
      "replay: {}\n    or: DMAR_SEED={} DMAR_CYCLES={} ./random_tests --gtest_filter='*/{}_{}' "
      "(DMAR_WAVE=file.fst for a wave)",
      replay_command(one), one.seed, one.cycles, one.model, one.seed);
}

std::string summary(const FuzzStatistics &run) {
  return fmt::format(
      "{} cycles: {} requests checked ({} forwarded, {} interrupts, {} faults), {} with one legal "
      "answer; {} hits, {} walks; {} changes, {} invalidations, {} queue errors, {} control "
      "changes, {} status writes, {} fault records",
      run.cycles, run.requests, run.forwarded, run.interrupts, run.faults, run.single, run.hits,
      run.walks, run.changes, run.invalidations, run.queue_errors, run.control_changes,
      run.status_writes, run.fault_records);
}

bool some_model(bool (*has)(const Config &)) {
  return std::ranges::any_of(models(), [has](const ModelInfo &one) { return has(one.config); });
}

// What all runs together have seen, so that a campaign that tests nothing is noticed.
class Totals : public ::testing::Environment {
 public:
  void add(const FuzzStatistics &run) { all_ += run; }

  void TearDown() override {
    fmt::print("{} runs: {} requests checked, {} with one legal answer, {} forwarded;", all_.runs,
               all_.requests, all_.single, all_.forwarded);
    for (const auto &[reason, count] : all_.reasons) {
      fmt::print(" {:02X}h {}", static_cast<unsigned>(reason), count);
    }
    fmt::print(
        "; {} translations told, {} device-TLB flushes, {} completion errors, {} time-outs, {} "
        "interrupts "
        "posted\n",
        all_.translations, all_.device_tlb_flushes, all_.completion_errors, all_.time_outs,
        all_.posted);
    if (all_.runs < kRunsThatSeeEverything) return;
    EXPECT_GT(all_.forwarded * 5, all_.requests);
    EXPECT_GT(all_.single * 2, all_.requests);
    EXPECT_EQ(all_.translations > 0, some_model([](const Config &c) { return c.device_tlb; }));
    EXPECT_EQ(all_.device_tlb_flushes > 0, all_.translations > 0);
    EXPECT_EQ(all_.completion_errors > 0, all_.translations > 0);
    EXPECT_EQ(all_.time_outs > 0, all_.translations > 0);
    EXPECT_EQ(all_.posted > 0, some_model([](const Config &c) { return c.posted_interrupts; }));
    for (const FaultName &name : kFaultNames) {
      const bool of_descriptor = name.reason == FaultReason::kPostedDescriptorAccess ||
                                 name.reason == FaultReason::kPostedDescriptorReserved;
      const bool built =
          of_descriptor ? all_.posted > 0
                        : name.reason != FaultReason::kAbortMode ||
                              some_model([](const Config &config) { return config.abort_mode; });
      if (name.reason == FaultReason::kNone || !built) continue;
      EXPECT_GT(all_.reasons[name.reason], 0U) << "no run saw fault " << name.label;
    }
  }

 private:
  static constexpr unsigned kRunsThatSeeEverything = 200;

  FuzzStatistics all_;
};

// GoogleTest owns environments.
Totals &totals() {
  static auto *environment = static_cast<Totals *>(
      ::testing::AddGlobalTestEnvironment(std::make_unique<Totals>().release()));
  return *environment;
}

TEST_P(RandomMachine, AnswersLegally) {
  const auto &[model, seed] = GetParam();
  const FuzzCase one{.model = model, .seed = seed, .cycles = number("DMAR_CYCLES", kCycles)};
  const std::string wave = text("DMAR_WAVE");
  const FuzzResult result =
      run_case(one, wave.empty() ? std::nullopt : std::optional(WaveWindow{.file = wave}));
  if (result.failure) {
    FAIL() << "model " << model << ", seed " << seed << ", cycle " << result.failure->cycle << ": "
           << result.failure->text << "\n"
           << replay(one);
  }
  const FuzzStatistics &run = result.statistics;
  fmt::print("{} seed {}: {}\n", model, seed, summary(run));
  totals().add(run);
  // A run that does nearly nothing, or to which nearly everything is legal, has tested nothing.
  EXPECT_GT(run.requests, one.cycles / 400);
  EXPECT_GT(run.single * 2, run.requests);
  EXPECT_GT(run.forwarded, 0U);
}

std::vector<std::uint64_t> seeds() {
  if (std::getenv("DMAR_SEED") != nullptr) return {number("DMAR_SEED", 1)};
  std::vector<std::uint64_t> all;
  for (std::uint64_t seed = 1; seed <= number("DMAR_SEEDS", kSeeds); ++seed) all.push_back(seed);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomMachine,
                         ::testing::Combine(::testing::ValuesIn(rtl_names()),
                                            ::testing::ValuesIn(seeds())),
                         [](const auto &info) {
                           return fmt::format("{}_{}", std::get<0>(info.param),
                                              std::get<1>(info.param));
                         });

}  // namespace
}  // namespace dmar::bench

// The tests are made when GoogleTest starts, so the option has to be known before.
int main(int argc, char **argv) {
  const std::string long_seeds = std::to_string(dmar::bench::kLongSeeds);
  for (int k = 1; k < argc; ++k) {
    if (std::string_view(argv[k]) == "--long") setenv("DMAR_SEEDS", long_seeds.c_str(), 0);
  }
  ::testing::InitGoogleTest(&argc, argv);
  dmar::bench::totals();
  return RUN_ALL_TESTS();
}
