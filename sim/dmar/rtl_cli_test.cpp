// SPDX-License-Identifier: Apache-2.0
// The program on the RTL: the whole trace, other memories, wave files and the views onto them.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "program.hpp"

namespace dmar::sim {
namespace {

using ::testing::HasSubstr;

using RtlProgram = Program;

TEST_F(RtlProgram, ReplaysTheLazyTrace) {
  const Result result = dmar(fmt::format("run {} --json {}", kLazy, in("r.json")));
  EXPECT_EQ(result.status, 0) << result.output;
  const auto json = nlohmann::json::parse(std::ifstream(in("r.json")));
  EXPECT_EQ(json.at("unit"), "rtl");
  EXPECT_EQ(json.at("dma"), 18219);
  EXPECT_EQ(json.at("interrupts"), 1144);
  EXPECT_EQ(json.at("mismatches"), 0);
  EXPECT_GT(json.at("hits"), 0);
  EXPECT_GT(json.at("walks"), 0);
  EXPECT_GE(json.at("table_reads"), json.at("walks"));
  EXPECT_GT(json.at("cycles"), 1000000);
}

void replay_remapping(const std::string &config, const std::string &json_file) {
  const Result result =
      dmar(fmt::format("run {} --config {} --json {}", kRemapping, config, json_file));
  ASSERT_EQ(result.status, 0) << result.output;
  const auto json = nlohmann::json::parse(std::ifstream(json_file));
  EXPECT_EQ(json.at("unit"), "rtl");
  EXPECT_EQ(json.at("dma"), 17515);
  EXPECT_EQ(json.at("interrupts"), 7075);
  EXPECT_EQ(json.at("interrupts_remapped"), 7072);
  EXPECT_EQ(json.at("interrupts_blocked"), 3);
  EXPECT_EQ(json.at("faults"), 5);
  EXPECT_EQ(json.at("mismatches"), 0);
  EXPECT_GT(json.at("hits"), json.at("walks"));
}

TEST_F(RtlProgram, ReplaysTheTraceWithInterruptRemapping) {
  replay_remapping("default", in("r.json"));
}

// Newer kernels: page invalidations that leave the upper tables cached (IH), up to 1,024 pages
// each.
TEST_F(RtlProgram, ReplaysNewerKernels) {
  struct Recorded {
    const char *trace;
    unsigned dma, interrupts, faults;
  };
  for (const Recorded &recorded : {Recorded{"linux612-blk-strict", 63'664, 736, 21},
                                   Recorded{"linux73-blk-strict", 58'889, 649, 21}}) {
    SCOPED_TRACE(recorded.trace);
    const Result result = dmar(fmt::format("run {}/{}.trace.gz --quiet --json {}", DMAR_TRACE_DIR,
                                           recorded.trace, in("r.json")));
    EXPECT_EQ(result.status, 0) << result.output;
    const auto json = nlohmann::json::parse(std::ifstream(in("r.json")));
    EXPECT_EQ(json.at("dma"), recorded.dma);
    EXPECT_EQ(json.at("interrupts"), recorded.interrupts);
    EXPECT_EQ(json.at("faults"), recorded.faults);
    EXPECT_EQ(json.at("mismatches"), 0);
  }
}

// Devices that translate for themselves, one of which leaves an invalidation unanswered.
TEST_F(RtlProgram, ReplaysDeviceTlbs) {
  if (!has_config("server")) GTEST_SKIP() << "configuration server is not built";
  for (const char *unit : {"--golden-only", ""}) {
    SCOPED_TRACE(unit);
    const Result result =
        dmar(fmt::format("run {}/linux61-ats-strict.trace.gz --config server --quiet --json {} {}",
                         DMAR_TRACE_DIR, in("r.json"), unit));
    EXPECT_EQ(result.status, 0) << result.output;
    const auto json = nlohmann::json::parse(std::ifstream(in("r.json")));
    EXPECT_EQ(json.at("translation_requests"), 508);
    EXPECT_EQ(json.at("device_tlb_messages"), 468);
    EXPECT_EQ(json.at("dma"), 2837);
    EXPECT_EQ(json.at("interrupts"), 84);
    EXPECT_EQ(json.at("faults"), 17);
    EXPECT_EQ(json.at("events"), 12);
    EXPECT_EQ(json.at("mismatches"), 0);
  }
}

// A posted descriptor is read like a line of a table, and is none.
TEST_F(RtlProgram, ReplaysPostedInterrupts) {
  if (!has_config("server")) GTEST_SKIP() << "configuration server is not built";
  const std::string none(80, '0');
  std::ofstream(in("t.trace")) << "unit ver 60 cap 0 ecap 0\n"
                               << "mem 10000 0180410040b00000" << none << none.substr(48) << "\n"
                               << "mem b040 " << none.substr(16) << "0000f20000030000"
                               << none.substr(32) << "\n"
                               << "write b8 8 10000\nwrite 18 4 1000000\nwrite 18 4 2000000\n"
                               << "int 0020 fee00010 0 posted\nevent fee03000 40f2\n"
                               << "int 0020 fee00010 0 posted\n";
  const Result result =
      dmar(fmt::format("run {} --config server --json {}", in("t.trace"), in("r.json")));
  EXPECT_EQ(result.status, 0) << result.output;
  const auto json = nlohmann::json::parse(std::ifstream(in("r.json")));
  EXPECT_EQ(json.at("interrupts_posted"), 2);
  EXPECT_EQ(json.at("events"), 1);
  EXPECT_EQ(json.at("mismatches"), 0);
}

// The largest caches, 32 walks at a time. A program limited to other models says so.
TEST_F(RtlProgram, LargestCachesReplayTheTraceWithInterruptRemapping) {
  if (has_config("server")) {
    replay_remapping("server", in("r.json"));
  } else {
    EXPECT_THAT(dmar(fmt::format("run {} --config server", kRemapping)).output,
                HasSubstr("--config server: no such configuration"));
  }
}

TEST_F(RtlProgram, BuildWithoutInterruptRemappingRefusesTheTraceThatNeedsIt) {
  const Result result = dmar(fmt::format("run {} --config bare", kRemapping));
  EXPECT_EQ(result.status, 2);
  const std::string message =
      has_config("bare") ? fmt::format(
                               "{}:17: write b8 8 4a0000f: this build (configuration bare) "
                               "has no interrupt remapping",
                               kRemapping)
                         : "--config bare: no such configuration";
  EXPECT_THAT(result.output, HasSubstr(message));
}

TEST_F(RtlProgram, MemoryLatencyCostsCyclesOnly) {
  const auto cycles = [this](const char *arguments) {
    const Result result =
        dmar(fmt::format("run {} --quiet --json {} {}", trace("dma r 0028 2000 16 ok 2000"),
                         in("r.json"), arguments));
    EXPECT_EQ(result.status, 0) << result.output;
    return nlohmann::json::parse(std::ifstream(in("r.json"))).at("cycles").get<int>();
  };
  const int fast = cycles("--mem-latency 1");
  EXPECT_GT(cycles("--mem-latency 200"), fast + 390);  // two requests
  EXPECT_EQ(cycles("--mem-latency 1 --seed 9"), fast);
}

TEST_F(RtlProgram, MismatchIsFoundOnTheRtlToo) {
  const Result result = dmar("run " + trace("dma r 0028 2000 16 ok 3000"));
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, HasSubstr("unit      ok 2000\n  golden    ok 2000\n"));
}

TEST_F(RtlProgram, UnusableWavePathsAreFoundBeforeTheRun) {
  const std::string file = trace("dma r 0028 2000 16 ok 2000");
  for (const std::string &path : {directory_.string(), in("no/w.fst")}) {
    const Result result = dmar(fmt::format("run {} --wave {}", file, path));
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.output, HasSubstr(path + ": cannot be written"));
  }
  const Result window =
      dmar(fmt::format("run {} --wave {} --wave-from 4 --wave-to 3", file, in("w.fst")));
  EXPECT_EQ(window.status, 2);
  EXPECT_EQ(files(), 1U);
}

TEST_F(RtlProgram, WaveWindowLimitsTheFile) {
  const std::string file = trace("dma r 0028 2000 16 ok 2000");
  const auto size = [&](const char *window) {
    const Result result =
        dmar(fmt::format("run {} --quiet --wave {} {}", file, in("w.fst"), window));
    EXPECT_EQ(result.status, 0) << result.output;
    return std::filesystem::file_size(in("w.fst"));
  };
  const auto whole = size("");
  const auto part = size("--wave-from 4");
  EXPECT_GT(part, 0U);
  EXPECT_LT(part, whole);
}

// Full names of all signals in a wave file, as GTKWave spells them.
std::set<std::string> signals_of(const std::string &path) {
  std::istringstream text(shell(fmt::format("fst2vcd {}", path)).output);
  std::set<std::string> out;
  std::vector<std::string> scopes;
  for (std::string line; std::getline(text, line) && !line.starts_with("$enddefinitions");) {
    std::istringstream words(line);
    std::string kind, type, width, code, name, range;
    words >> kind >> type >> width >> code >> name >> range;
    if (kind == "$scope") scopes.push_back(width);
    if (kind == "$upscope") scopes.pop_back();
    if (kind != "$var") continue;
    std::string full;
    for (const std::string &scope : scopes) full += scope + ".";
    out.insert(full + name + (range == "$end" ? "" : range));
  }
  return out;
}

// Signals that a GTKWave save file names.
std::set<std::string> signals_named(const std::filesystem::path &path) {
  std::ifstream file(path);
  std::set<std::string> out;
  for (std::string line; std::getline(file, line);) {
    if (const auto at = line.find("TOP."); at != std::string::npos) out.insert(line.substr(at));
  }
  return out;
}

TEST_F(RtlProgram, WaveViewsNameSignalsThatExist) {
  if (shell("command -v fst2vcd").status != 0) FAIL() << "fst2vcd is missing: install gtkwave";
  const std::string file = trace("dma r 0028 2000 16 ok 2000");
  ASSERT_EQ(dmar(fmt::format("run {} --quiet --wave {}", file, in("w.fst"))).status, 0);
  const auto have = signals_of(in("w.fst"));
  unsigned views = 0;
  for (const auto &entry : std::filesystem::directory_iterator(DMAR_WAVES_DIR)) {
    if (entry.path().extension() != ".gtkw") continue;
    ++views;
    const auto named = signals_named(entry.path());
    EXPECT_GT(named.size(), 20U) << entry.path();
    for (const std::string &signal : named) {
      EXPECT_TRUE(have.contains(signal)) << entry.path() << ": " << signal;
    }
  }
  EXPECT_GE(views, 2U);
}

}  // namespace
}  // namespace dmar::sim
