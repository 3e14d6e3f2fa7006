// SPDX-License-Identifier: Apache-2.0
// `dmar fuzz`: options, a small campaign, its JSON, and everything that happens to a failure.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "program.hpp"

namespace dmar::sim {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class FuzzProgram : public Program {
 protected:
  [[nodiscard]] Result fuzz(const std::string &arguments) const {
    return dmar(fmt::format("fuzz --out {} --json {} {}", in("out"), in("r.json"), arguments));
  }
  [[nodiscard]] nlohmann::json json() const {
    return nlohmann::json::parse(std::ifstream(in("r.json")));
  }
};

TEST_F(FuzzProgram, HelpNamesEveryOption) {
  const Result result = dmar("fuzz --help");
  EXPECT_EQ(result.status, 0);
  for (const char *option :
       {"--seed", "--runs", "--time", "--jobs", "--config", "--json", "--cycles", "--out", "--only",
        "--without", "--swarm", "--no-shrink"}) {
    EXPECT_THAT(result.output, HasSubstr(option));
  }
  EXPECT_THAT(result.output, Not(HasSubstr("--sabotage")));
}

TEST_F(FuzzProgram, BadOptionsAreUsageErrors) {
  const auto refused = [&](const std::string &arguments, const char *why) {
    const Result result = fuzz(arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_THAT(result.output, HasSubstr(why)) << arguments;
    EXPECT_EQ(files(), 0U) << arguments;
  };
  refused("--config nonsense", "--config nonsense: no such configuration");
  refused("--only nonsense", "nonsense: no such feature");
  refused("--without roots,nonsense", "nonsense: no such feature");
  refused("--only roots --without queue", "excludes");
  refused("--jobs 0", "--jobs");
  refused("--runs 0", "--runs");
  for (const char *time : {"0", "x", "10x", "-1", "99999999999h"}) {
    refused(fmt::format("--time={}", time), "not a time like");
  }
  EXPECT_EQ(dmar("fuzz --runs 1 --out /dev/null/no").status, 2);
}

TEST_F(FuzzProgram, ListsWhatCanHappen) {
  const Result result = dmar("fuzz --list");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output, AllOf(HasSubstr("queue-errors"), HasSubstr("pass-through")));
}

TEST_F(FuzzProgram, CountsWhatASmallCampaignDid) {
  const Result result = fuzz("--config default --runs 4 --jobs 2 --cycles 3000 --seed 5");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("4 machines"), HasSubstr("nothing found"),
                    HasSubstr("with exactly one legal answer"), Not(HasSubstr("\r"))));
  const auto counts = json();
  EXPECT_EQ(counts.at("runs"), 4);
  EXPECT_EQ(counts.at("first_seed"), 5);
  EXPECT_GT(counts.at("requests"), 400);
  EXPECT_GT(counts.at("cycles"), 12'000);
  EXPECT_GE(counts.at("requests"), counts.at("one_legal_answer"));
  EXPECT_GT(counts.at("one_legal_answer"), 0);
  EXPECT_GT(counts.at("invalidations"), 0);
  EXPECT_FALSE(counts.at("fault_reasons").empty());
  EXPECT_TRUE(counts.at("failure").is_null());
  EXPECT_EQ(counts.at("interrupted"), false);
  EXPECT_FALSE(std::filesystem::exists(in("out")));
}

TEST_F(FuzzProgram, TheSameSeedIsTheSameMachine) {
  const auto counts = [this] {
    EXPECT_EQ(fuzz("--config default --runs 1 --cycles 2000 --seed 3").status, 0);
    nlohmann::json one = json();
    one.erase("seconds");
    return one;
  };
  EXPECT_EQ(counts(), counts());
}

TEST_F(FuzzProgram, TimeEndsTheCampaign) {
  const Result result = fuzz("--config default --time 1s --cycles 1000");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_GT(json().at("runs"), 0);
}

TEST_F(FuzzProgram, AnInterruptEndsItWithASummary) {
  const Result result = shell(
      fmt::format("{{ '{}' fuzz --config default --out {} --json {} --cycles 1000 & p=$!; "
                  "until [ $(awk '{{print $16}}' /proc/$p/stat) -gt 2 ]; do sleep 0.05; done; "
                  "kill -TERM $p; wait $p; echo status $?; }}",
                  DMAR_PROGRAM, in("out"), in("r.json")));
  // Field 16: the time of machines that have ended. The program ends as after success.
  EXPECT_THAT(result.output, AllOf(HasSubstr("nothing found"), HasSubstr("status 0")));
  EXPECT_EQ(json().at("interrupted"), true);
}

TEST_F(FuzzProgram, AFailureIsShrunkAndWrittenDown) {
  const Result result = fuzz("--config default --runs 40 --jobs 2 --sabotage");
  ASSERT_EQ(result.status, 1) << result.output;
  EXPECT_THAT(result.output, AllOf(HasSubstr("the answer is not legal"), HasSubstr("replay: "),
                                   HasSubstr("shrunk in"), HasSubstr("FAILED")));
  const auto failure = json().at("failure");
  // Losing invalidations matters when tables change and the queue is in use, and for nothing else.
  const std::string features = failure.at("shrunk_features");
  EXPECT_THAT(features, HasSubstr("queue"));
  EXPECT_THAT(features, Not(HasSubstr("registers")));
  EXPECT_LT(failure.at("shrunk_cycles"), 25'000);
  EXPECT_GT(std::filesystem::file_size(failure.at("wave").get<std::string>()), 0U);
  EXPECT_GT(std::filesystem::file_size(failure.at("report").get<std::string>()), 0U);

  // Both commands fail as they say.
  for (const char *key : {"replay", "shrunk"}) {
    const std::string command = failure.at(key).get<std::string>().substr(sizeof("dmar fuzz"));
    const Result again = fuzz(command + " --no-shrink");
    EXPECT_EQ(again.status, 1) << command;
    EXPECT_EQ(json().at("failure").at("kind"), failure.at("kind")) << command;
  }
}

}  // namespace
}  // namespace dmar::sim
