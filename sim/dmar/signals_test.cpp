// SPDX-License-Identifier: Apache-2.0
// SIGINT and SIGTERM end long commands in order: what was so far is there and valid.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "option_cases.hpp"

namespace dmar::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class Signals : public EveryOption, public ::testing::WithParamInterface<const char *> {};

TEST_P(Signals, EndAReplayInOrder) {
  const Result result = shell(fmt::format(
      "{{ '{}' run {} --json {} --wave {} & p=$!; until [ -e {}.*.partial ]; do sleep 0.05; done; "
      "sleep 0.5; kill -{} $p; wait $p; echo status $?; }}",
      DMAR_PROGRAM, kLazy, in("r.json"), in("w.fst"), in("w.fst"), GetParam()));
  EXPECT_THAT(result.output, AllOf(HasSubstr("failed: interrupted\n"), HasSubstr("status 1\n"),
                                   HasSubstr("; the replay ended early")));
  const auto json = nlohmann::json::parse(contents(in("r.json")), nullptr, false);
  ASSERT_TRUE(json.is_object());
  EXPECT_EQ(json.at("interrupted"), true);
  EXPECT_EQ(json.at("complete"), false);
  EXPECT_EQ(json.at("mismatches"), 0);
  EXPECT_LT(json.at("dma"), 18219);
  const Result wave = shell(fmt::format("fst2vcd {} | tail -n 1 | wc -c", in("w.fst")));
  EXPECT_EQ(wave.status, 0);
  EXPECT_GT(std::stoi("0" + wave.output), 1) << "fst2vcd is of the package gtkwave";
  for (const auto &entry : fs::directory_iterator(directory_)) {
    EXPECT_EQ(entry.path().string().find("partial"), std::string::npos) << entry.path();
  }
}

TEST_P(Signals, EndABenchInOrder) {
  const Result result =
      shell(fmt::format("{{ '{}' bench --quick --json {} & p=$!; until ls -l /proc/$p/fd | grep -q "
                        "signalfd; do sleep "
                        "0.02; done; kill -{} $p; wait $p; echo status $?; }}",
                        DMAR_PROGRAM, in("b.json"), GetParam()));
  EXPECT_THAT(result.output, AllOf(HasSubstr("failed: interrupted\n"), HasSubstr("status 1\n")));
  const auto json = nlohmann::json::parse(contents(in("b.json")), nullptr, false);
  ASSERT_TRUE(json.is_object());
  EXPECT_EQ(json.at("interrupted"), true);
}

INSTANTIATE_TEST_SUITE_P(All, Signals, ::testing::Values("INT", "TERM"),
                         [](const auto &info) { return std::string(info.param); });

}  // namespace
}  // namespace dmar::sim
