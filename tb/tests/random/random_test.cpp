// SPDX-License-Identifier: Apache-2.0
// Random machines: tables, devices, software and memory at random, every answer checked against the
// legal ones. DMAR_SEEDS=n: seeds for each model; DMAR_SEED=s: that seed alone; DMAR_CYCLES=n:
// length of a run; DMAR_WAVE=file.fst: a wave of it. `--long` multiplies the seeds for campaigns.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

#include "dmar/fault_names.hpp"
#include "machine.hpp"
#include "software.hpp"

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

std::string replay(const std::string &model, std::uint64_t seed, std::uint64_t cycles) {
  return fmt::format(
      "replay: DMAR_SEED={} DMAR_CYCLES={} ./random_tests --gtest_filter='*/{}_{}' "
      "(DMAR_WAVE=file.fst for a wave)",
      seed, cycles, model, seed);
}

std::string summary(Machine &machine, const Software &software) {
  const Scoreboard::Statistics &checks = machine.scoreboard().statistics();
  const Software::Statistics &work = software.statistics();
  const Counters counters = machine.unit().counters();
  return fmt::format(
      "{} cycles: {} requests checked ({} forwarded, {} faults), {} with one legal answer, at most "
      "{} answers, {} combinations; {} hits, {} walks; {} changes, {} queue batches, {} register "
      "commands, {} queue errors, {} control changes, {} status writes, {} fault records",
      machine.cycle(), checks.checks, checks.forwarded, checks.faults, checks.single,
      checks.largest, checks.paths, counters.hits, counters.walks, work.changes, work.queued,
      work.registered, work.queue_errors, work.control_changes, machine.status_writes(),
      machine.faults().records_read());
}

// What all runs together have seen, so that a campaign that tests nothing is noticed.
class Totals : public ::testing::Environment {
 public:
  void add(const Scoreboard::Statistics &run) {
    ++runs_;
    checks_ += run.checks;
    single_ += run.single;
    forwarded_ += run.forwarded;
    for (const auto &[reason, count] : run.reasons) reasons_[reason] += count;
  }

  void TearDown() override {
    fmt::print("{} runs: {} requests checked, {} with one legal answer, {} forwarded;", runs_,
               checks_, single_, forwarded_);
    for (const auto &[reason, count] : reasons_) {
      fmt::print(" {:02X}h {}", static_cast<unsigned>(reason), count);
    }
    fmt::print("\n");
    if (runs_ < kRunsThatSeeEverything) return;
    EXPECT_GT(forwarded_ * 5, checks_);
    EXPECT_GT(single_ * 2, checks_);
    for (const FaultName &name : kFaultNames) {
      if (name.reason == FaultReason::kNone) continue;
      EXPECT_GT(reasons_[name.reason], 0U) << "no run saw fault " << name.label;
    }
  }

 private:
  static constexpr unsigned kRunsThatSeeEverything = 200;

  unsigned runs_ = 0;
  std::uint64_t checks_ = 0;
  std::uint64_t single_ = 0;
  std::uint64_t forwarded_ = 0;
  std::map<FaultReason, std::uint64_t> reasons_;
};

// GoogleTest owns environments.
Totals &totals() {
  static auto *environment = static_cast<Totals *>(
      ::testing::AddGlobalTestEnvironment(std::make_unique<Totals>().release()));
  return *environment;
}

TEST_P(RandomMachine, AnswersLegally) {
  const auto &[model, seed] = GetParam();
  const std::uint64_t cycles = number("DMAR_CYCLES", kCycles);
  Machine machine(model, seed, text("DMAR_WAVE"));
  Software software(machine, seed);
  try {
    software.start();
    software.run(cycles);
    software.finish();
  } catch (const std::exception &error) {
    FAIL() << "model " << model << ", seed " << seed << ", cycle " << machine.cycle() << ": "
           << error.what() << "\n"
           << replay(model, seed, cycles);
  }
  fmt::print("{} seed {}: {}\n", model, seed, summary(machine, software));
  const Scoreboard::Statistics &checks = machine.scoreboard().statistics();
  totals().add(checks);
  // A run that does nearly nothing, or to which nearly everything is legal, has tested nothing.
  EXPECT_GT(checks.checks, cycles / 400);
  EXPECT_GT(checks.single * 2, checks.checks);
  EXPECT_GT(checks.forwarded, 0U);
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
