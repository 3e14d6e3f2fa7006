// SPDX-License-Identifier: Apache-2.0
// Programs with limits, killers, results that outlive a campaign, and the report.
#include "campaign.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "equivalent.hpp"
#include "report.hpp"
#include "text_file.hpp"

namespace dmar::mutation {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class Campaign : public ::testing::Test {
 protected:
  Campaign() {
    const auto *info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        std::filesystem::path(::testing::TempDir()) / (std::string("mutation_") + info->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~Campaign() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::filesystem::path in(const std::string &name) const { return folder_ / name; }

  // Mutants 1 to `count`, each at its line of one file.
  static Plan plan_of(unsigned count) {
    Plan plan;
    for (unsigned id = 1; id <= count; ++id) {
      Mutant mutant;
      mutant.id = id;
      mutant.file = "folder/m.sv";
      mutant.line = id;
      mutant.original = "was " + std::to_string(id);
      mutant.mutated = "is";
      plan.mutants.push_back(mutant);
    }
    return plan;
  }

  // Notices those mutants whose number matches `pattern` of a shell case.
  std::vector<Killer> killer_of(const std::string &pattern) {
    const std::filesystem::path script = in("killer" + std::to_string(++killers_));
    write_text(script, "case $DMAR_PLUSARGS in +dmar_mutant=" + pattern +
                           ") echo '[  FAILED  ] Suite.Test, where'; exit 1;; esac\n");
    return {{.name = "script", .command = "sh " + script.string(), .usual_seconds = 0}};
  }

  Results campaign(const Plan &plan, const std::vector<Killer> &killers,
                   const std::string &rtl = "rtl", const std::string &tests = "tests") {
    Results results(in("results"), rtl, tests);
    run_campaign(plan, killers, {.jobs = 2, .minutes = 0, .scratch = in("scratch")}, results);
    return results;
  }

  std::filesystem::path folder_;
  unsigned killers_ = 0;
};

TEST_F(Campaign, AProgramEndsByItselfOrAtItsLimit) {
  const auto outcome = [&](const std::string &command, double processor, double wall) {
    return run({.command = command,
                .environment = {"COLOUR=green"},
                .log = in("log"),
                .processor_limit = processor,
                .wall_limit = wall});
  };
  EXPECT_TRUE(outcome("true", 0, 0).passed());
  EXPECT_EQ(outcome("sh -c 'exit 3'", 0, 0).status, 3);
  EXPECT_EQ(outcome("sh -c 'kill -ABRT $$'", 0, 0).signal, SIGABRT);
  EXPECT_TRUE(outcome("sleep 60", 0, 0.1).late);
  EXPECT_TRUE(outcome("sh -c 'while :; do :; done'", 0.5, 0).late);
  EXPECT_TRUE(outcome("sh -c 'echo $COLOUR'", 0, 0).passed());
  EXPECT_EQ(read_text(in("log")), "green\n");
}

TEST_F(Campaign, AFailureIsNamedByItsTest) {
  const std::string log = "[ RUN      ] A.One\n[       OK ] A.One (3 ms)\n[ RUN      ] A.Two\n";
  EXPECT_EQ(failure_in(log + "[  FAILED  ] A.Two, where x = 1 (2 ms)\n", {.status = 1}), "A.Two");
  Outcome outcome;
  outcome.signal = 6;
  EXPECT_EQ(failure_in(log, outcome), "A.Two (signal 6)");
  outcome.late = true;
  EXPECT_EQ(failure_in(log, outcome), "A.Two (no end)");
  outcome = {};
  outcome.status = 1;
  EXPECT_EQ(failure_in("line 7: differs\nmore\n", outcome), "line 7: differs");
}

TEST_F(Campaign, TheListOfKillersIsRead) {
  write_text(in("killers"), "# comment\nfast   {build}/a --x {build}/b\nslow c\n");
  const auto killers = read_killers(in("killers"), "/there");
  ASSERT_THAT(killers, SizeIs(2));
  EXPECT_EQ(killers[0].name, "fast");
  EXPECT_EQ(killers[0].command, "/there/a --x /there/b");
  const auto chosen = read_killers(in("killers"), "/there", {"slow"});
  ASSERT_THAT(chosen, SizeIs(1));
  EXPECT_EQ(chosen[0].command, "c");
  EXPECT_THROW(read_killers(in("killers"), "/there", {"slow", "other"}), std::runtime_error);
  write_text(in("killers"), "alone\n");
  EXPECT_THROW(read_killers(in("killers"), "/there"), std::runtime_error);
}

TEST_F(Campaign, AnUnbrokenUnitThatFailsStopsEverything) {
  auto good = killer_of("[1-9]");
  EXPECT_NO_THROW(measure(good, folder_));
  EXPECT_GT(good.front().usual_seconds, 0);
  auto bad = killer_of("0");
  EXPECT_THROW(measure(bad, folder_), std::runtime_error);
}

TEST_F(Campaign, KilledAndSurvived) {
  const Plan plan = plan_of(4);
  const Results results = campaign(plan, killer_of("[13]"));
  EXPECT_EQ(results.of(plan.mutants[0])->noticed, "script: Suite.Test");
  EXPECT_FALSE(results.of(plan.mutants[1])->killed());
  EXPECT_TRUE(results.of(plan.mutants[2])->killed());
}

// The second killer would notice nothing by itself; the first tells it what to look for.
TEST_F(Campaign, TestsThatNoticedOthersComeFirst) {
  const Plan plan = plan_of(3);
  auto killers = killer_of("1");
  killers.push_back(killers.front());
  killers[0].name = "recent";
  killers[0].command = "sh -c 'test -z \"{recent}\" || { echo \"[  FAILED  ] {recent}\"; false; }'";
  Results results(in("results"), "rtl", "tests");
  run_campaign(plan, killers, {.jobs = 1, .minutes = 0, .scratch = in("scratch")}, results);
  EXPECT_EQ(results.of(plan.mutants[0])->noticed, "script: Suite.Test");
  EXPECT_EQ(results.of(plan.mutants[2])->noticed, "recent: Suite.Test");
}

TEST(Killers, OnlyNamesOfTestsAreRemembered) {
  EXPECT_EQ(test_in("scenarios: On/Suite.Test/Rtl_default (signal 6)"),
            "On/Suite.Test/Rtl_default");
  EXPECT_EQ(test_in("trace: it's; different"), "");
  EXPECT_EQ(test_in("nothing"), "");
}

TEST_F(Campaign, GoesOnWhereItStopped) {
  const Plan plan = plan_of(4);
  campaign(plan, killer_of("[13]"));
  const auto never = killer_of("never");
  EXPECT_TRUE(campaign(plan, never).of(plan.mutants[0])->killed()) << "was run again";
  // New tests: survivors get another chance, killed ones are settled.
  const auto always = killer_of("*");
  const Results retried = campaign(plan, always, "rtl", "new tests");
  EXPECT_TRUE(retried.of(plan.mutants[1])->killed());
  // Another RTL: nothing counts.
  EXPECT_FALSE(campaign(plan, never, "new rtl", "new tests").of(plan.mutants[0])->killed());
}

TEST_F(Campaign, ALineThatWasCutOffIsRunAgain) {
  const Plan plan = plan_of(1);
  campaign(plan, killer_of("*"));
  const std::string whole = read_text(in("results"));
  write_text(in("results"), whole.substr(0, whole.size() / 2));
  EXPECT_FALSE(Results(in("results"), "rtl", "tests").of(plan.mutants[0]));
}

TEST_F(Campaign, TheReportCountsByModule) {
  Plan plan = plan_of(4);
  plan.equivalents[plan.mutants[1].key()] = "cannot happen";
  plan.equivalents[plan.mutants[2].key()] = "wrong reason";
  const Results results = campaign(plan, killer_of("[13]"));
  const Report report = make_report(plan, results);
  EXPECT_EQ(report.modules.at("folder/m").killed, 2U);
  EXPECT_EQ(report.modules.at("folder/m").equivalent, 1U);
  EXPECT_THAT(report.survivors, SizeIs(1));
  EXPECT_THAT(report.refuted, SizeIs(1));
  EXPECT_FALSE(report.clean());
  EXPECT_THAT(to_text(report), HasSubstr("rtl/folder/m.sv:4"));
  EXPECT_THAT(to_text(report), Not(HasSubstr("cannot happen")));
  EXPECT_THAT(details(report), HasSubstr("cannot happen"));
  EXPECT_THAT(to_json(report), HasSubstr("\"survivors\""));
}

TEST(Equivalents, AreReadAndHaveToExist) {
  const std::string entry = "folder/m.sv\n- was 1\n+ is\n  one\n  two\n";
  const Equivalents equivalents = parse_equivalents("# comment\n\n" + entry);
  ASSERT_THAT(equivalents, SizeIs(1));
  EXPECT_EQ(equivalents.begin()->second, "one two");
  Mutant mutant;
  mutant.file = "folder/m.sv";
  mutant.original = "was 1";
  mutant.mutated = "is";
  EXPECT_NO_THROW(require_known(equivalents, std::vector{mutant}));
  mutant.original = "was 2";
  EXPECT_THROW(require_known(equivalents, std::vector{mutant}), std::runtime_error);
  EXPECT_THROW(parse_equivalents(entry + "\n" + entry), std::runtime_error) << "twice";
  EXPECT_THROW(parse_equivalents("folder/m.sv\n- was\n+ is\n"), std::runtime_error) << "no reason";
}

}  // namespace
}  // namespace dmar::mutation
