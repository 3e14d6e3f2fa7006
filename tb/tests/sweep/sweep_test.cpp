// SPDX-License-Identifier: Apache-2.0
// The offset sweep: every kind of invalidation, started at every cycle of everything that may be
// under way. Until it completes the old and the new answer are legal, afterwards the new one alone;
// and both must really have been given, or the sweep has missed its window.
// Some runs once more with each port standing still meanwhile, all of them in a long run.
// DMAR_SEED=s: other memory timings; DMAR_OFFSET=n: ends after that offset, DMAR_STALL=port: after
// the one of these runs; DMAR_WAVE=file.fst: a
// wave of that last run. `--long`: every model, and several seeds.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "rig.hpp"

namespace dmar::bench {
namespace {

constexpr std::uint64_t kLongSeeds = 4;
constexpr int kUnchangedStride = 8;  // between runs in which no table changes
constexpr int kStalledRuns = 4;      // of each pair and stall; all offsets in a long run

bool long_run = false;

std::uint64_t number(const char *name, std::uint64_t otherwise) {
  const char *text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

struct Pair {
  std::string model;
  Situation situation;
  Trigger trigger;
  std::uint64_t seed;

  [[nodiscard]] std::string name() const {
    return fmt::format("{}_during_{}_on_{}_{}", trigger.name, situation.name, model, seed);
  }
};

void PrintTo(const Pair &pair, std::ostream *out) { *out << pair.name(); }

std::vector<Pair> pairs() {
  std::vector<std::uint64_t> seeds{number("DMAR_SEED", 1)};
  if (long_run && std::getenv("DMAR_SEED") == nullptr) {
    while (seeds.size() < kLongSeeds) seeds.push_back(seeds.size() + 1);
  }
  std::vector<Pair> list;
  for (const ModelInfo &model : models()) {
    if (!long_run && model.name != "default" && model.name != "tiny") continue;
    if ((model.config.sagaw & 0b00100) == 0) continue;  // the tables here are 48 bits wide
    for (const Trigger &trigger : triggers(model.config)) {
      for (const Situation &situation : situations(model.parameters.at("Walks"))) {
        if (situation.interrupts != about_interrupts(trigger.change)) continue;
        if (situation.slow_tables &&
            !(moves_leaves(trigger.change) && trigger.path == Trigger::Path::kRegisters)) {
          continue;
        }
        for (const std::uint64_t seed : seeds)
          list.push_back({model.name, situation, trigger, seed});
      }
    }
  }
  return list;
}

class Totals : public ::testing::Environment {
 public:
  void add(const Orders &orders, std::uint64_t cycles) {
    ++pairs_;
    runs_ += orders.runs;
    old_ += orders.old_answers;
    new_ += orders.new_answers;
    cycles_ += cycles;
  }
  void TearDown() override {
    fmt::print(
        "{} pairs, {} runs, {} cycles; answers from before the invalidation {}, after it {}\n",
        pairs_, runs_, cycles_, old_, new_);
  }

 private:
  std::uint64_t pairs_ = 0;
  std::uint64_t runs_ = 0;
  std::uint64_t old_ = 0;
  std::uint64_t new_ = 0;
  std::uint64_t cycles_ = 0;
};

// GoogleTest owns environments.
Totals &totals() {
  static auto *environment = static_cast<Totals *>(
      ::testing::AddGlobalTestEnvironment(std::make_unique<Totals>().release()));
  return *environment;
}

// A few offsets for each place that stalls, others in each pair, so that together they are all.
// DMAR_STALL and DMAR_OFFSET end it after that run.
void run_stalled(Rig &rig, const Rig::Durations &durations, int shift, int &offset, Stall &stall) {
  const char *last_stall = std::getenv("DMAR_STALL");
  const char *wave = std::getenv("DMAR_WAVE");
  const auto first = -static_cast<int>(durations.trigger);
  const auto count = static_cast<int>(durations.trigger + durations.probes) + 1;
  const int stride = long_run ? 1 : std::max(1, count / kStalledRuns);
  for (std::size_t k = 1; k < kStallNames.size(); ++k) {
    stall = static_cast<Stall>(k);
    const int phase = (shift + 3 * static_cast<int>(k)) % stride;
    for (offset = first + phase; offset < first + count; offset += stride) {
      const bool last = last_stall != nullptr && kStallNames[k] == last_stall &&
                        offset == static_cast<int>(number("DMAR_OFFSET", 0));
      if (last && wave != nullptr) rig.start_wave(wave);
      rig.run(offset, true, stall);
      if (last) return;
    }
  }
}

class Sweep : public ::testing::TestWithParam<Pair> {};

TEST_P(Sweep, RealBug02_EveryOffset) {
  const Pair &pair = GetParam();
  const char *wave = std::getenv("DMAR_WAVE");
  int offset = 0;
  Stall stall = Stall::kNone;
  Rig rig(pair.model, pair.situation, pair.trigger, pair.seed);
  try {
    const Rig::Durations durations = rig.measure();
    const bool stalls =
        std::getenv("DMAR_STALL") != nullptr || std::getenv("DMAR_OFFSET") == nullptr;
    const int last =
        static_cast<int>(stalls ? durations.probes : number("DMAR_OFFSET", durations.probes));
    for (offset = -static_cast<int>(durations.trigger); offset <= last; ++offset) {
      if (offset == last && wave != nullptr && !stalls) rig.start_wave(wave);
      rig.run(offset, true);
      if (long_run || offset % kUnchangedStride == 0) rig.run(offset, false);
    }
    if (stalls) {
      const auto shift = static_cast<int>(std::hash<std::string>{}(pair.name()) % 1000);
      run_stalled(rig, durations, shift, offset, stall);
    }
  } catch (const std::exception &error) {
    const auto place = static_cast<std::size_t>(stall);
    const std::string stalled = place == 0 ? "" : fmt::format("DMAR_STALL={} ", kStallNames[place]);
    FAIL() << pair.name() << ", offset " << offset << ", stalled " << kStallNames[place]
           << ", cycle " << rig.cycle() << ": " << error.what() << "\n"
           << fmt::format(
                  "replay: DMAR_SEED={} {}DMAR_OFFSET={} ./sweep_tests{} --gtest_filter='*/{}' "
                  "(DMAR_WAVE=file.fst for a wave of that run)",
                  pair.seed, stalled, offset, long_run ? " --long" : "", pair.name());
  }
  totals().add(rig.orders(), rig.cycle());
  if (std::getenv("DMAR_OFFSET") != nullptr) return;
  EXPECT_GT(rig.orders().old_answers, 0U) << "never before the invalidation";
  EXPECT_GT(rig.orders().new_answers, 0U) << "never after the invalidation";
}

INSTANTIATE_TEST_SUITE_P(Pairs, Sweep, ::testing::ValuesIn(pairs()),
                         [](const auto &info) { return info.param.name(); });

}  // namespace
}  // namespace dmar::bench

// The pairs are listed when GoogleTest starts, so the option has to be known before.
int main(int argc, char **argv) {
  for (int k = 1; k < argc; ++k) {
    if (std::string_view(argv[k]) == "--long") dmar::bench::long_run = true;
  }
  ::testing::InitGoogleTest(&argc, argv);
  dmar::bench::totals();
  return RUN_ALL_TESTS();
}
