// SPDX-License-Identifier: Apache-2.0
// See fuzz_failure.hpp.
#include "fuzz_failure.hpp"

#include <fmt/format.h>

#include <vector>

#include "fuzz/shrink.hpp"
#include "output_file.hpp"
#include "usage_error.hpp"

namespace dmar::sim {

namespace {

namespace fs = std::filesystem;

// Waves of more cycles than this begin late.
constexpr std::uint64_t kWaveCycles = 4000;

bench::Shrunk smaller(const CampaignFailure &failure, const std::function<bool()> &stopped) {
  const auto failure_of = [&](const bench::FuzzCase &one) -> std::optional<bench::FuzzFailure> {
    const auto result = run_in_worker(one, stopped);
    return result ? result->failure : std::nullopt;
  };
  return bench::shrink(failure.one, failure.failure, failure_of);
}

// The first cycle in the wave; a crash has no cycle, and the wave shows everything before it.
std::uint64_t wave_start(const bench::FuzzFailure &failure) {
  return failure.cycle > kWaveCycles ? failure.cycle - kWaveCycles : 0;
}

// What a machine that crashed left beside its wave.
void remove_parts_of(const fs::path &wave) {
  const std::string beginning = wave.filename().string() + ".";
  std::error_code ignored;
  std::vector<fs::path> parts;
  for (const auto &entry : fs::directory_iterator(wave.parent_path(), ignored)) {
    if (entry.path().filename().string().starts_with(beginning)) parts.push_back(entry.path());
  }
  for (const fs::path &part : parts) fs::remove(part, ignored);
}

}  // namespace

void require_folder(const fs::path &folder) {
  std::error_code error;
  const bool made = fs::create_directories(folder, error);
  if (error) {
    throw UsageError(fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
  }
  require_writable(folder / "report.txt");
  if (made) fs::remove(folder, error);
}

FailureReport examine_failure(const CampaignFailure &failure, const fs::path &folder,
                              bool no_shrink, const std::function<bool()> &stopped) {
  bench::Shrunk small{.one = failure.one, .failure = failure.failure};
  if (!no_shrink) small = smaller(failure, stopped);
  const std::string original = replay_command(failure.one);
  const std::string shrunk = replay_command(small.one);
  std::error_code unusable;  // then writing says so
  fs::create_directories(folder, unusable);
  const std::string name = fmt::format("{}-{}", failure.one.model, failure.one.seed);
  const fs::path report = folder / (name + ".txt");
  const fs::path wave = folder / (name + ".fst");
  const std::uint64_t start = wave_start(small.failure);
  fs::remove(wave, unusable);
  run_in_worker(small.one, stopped, bench::WaveWindow{.file = wave.string(), .from = start});

  std::string text =
      fmt::format("{}, seed {}, cycle {}: {}\nreplay: {}\n", failure.one.model, failure.one.seed,
                  failure.failure.cycle, failure.failure.text, original);
  if (small.one != failure.one) {
    text += fmt::format("shrunk in {} runs, fails in cycle {}: {}\n  {}\n", small.runs,
                        small.failure.cycle, small.failure.text, shrunk);
  }
  const bool have_wave = fs::exists(wave);
  if (!have_wave) remove_parts_of(wave);
  std::string lost;
  try {
    write_whole(report, text);
  } catch (const UsageError &error) {
    lost = error.what();
  }
  text += fmt::format("report: {}\nwave:   {}, {}\n", report.string(), wave.string(),
                      have_wave ? fmt::format("from cycle {}", start)
                                : "not written: the machine crashed, or there is no space");
  return {.text = text,
          .json = {{"config", failure.one.model},
                   {"seed", failure.one.seed},
                   {"cycle", failure.failure.cycle},
                   {"kind", failure.failure.kind},
                   {"text", failure.failure.text},
                   {"replay", original},
                   {"shrunk", shrunk},
                   {"shrunk_features", small.one.features.text()},
                   {"shrunk_cycles", small.one.cycles},
                   {"report", report.string()},
                   {"wave", have_wave ? nlohmann::json(wave.string()) : nlohmann::json()}},
          .lost = lost};
}

}  // namespace dmar::sim
