// SPDX-License-Identifier: Apache-2.0
// `dmar bench` as users run it: options, the quick table, JSON, and the parts of a document.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "bench_docs.hpp"
#include "bench_plots.hpp"
#include "bench_table.hpp"
#include "program.hpp"
#include "usage_error.hpp"

namespace dmar::sim {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class BenchProgram : public Program {
 protected:
  void refused(const std::string &arguments, const char *why) {
    const Result result = dmar("bench " + arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_THAT(result.output, HasSubstr(why)) << arguments;
    EXPECT_EQ(files(), 0U) << arguments;
  }
};

TEST_F(BenchProgram, HelpNamesEveryOption) {
  const Result result = dmar("bench --help");
  EXPECT_EQ(result.status, 0);
  for (const char *option : {"--quick", "--model", "--models", "--no-check", "--seed", "--json",
                             "--plots", "--update-docs"}) {
    EXPECT_THAT(result.output, HasSubstr(option));
  }
}

TEST_F(BenchProgram, BadOptionsAreUsageErrors) {
  refused("--quick --model nonsense", "the core model 'nonsense' is not in");
  refused("--quick --models /nonexistent", "'default' is not in /nonexistent");
  refused("--quick --json /nonexistent/b.json", "/nonexistent/b.json");
  refused("--quick --plots /tmp", "excludes");
  refused("--seed many", "--seed");
}

TEST_F(BenchProgram, QuickPrintsTheFigures) {
  const Result result = dmar(fmt::format("bench --quick --json {}", in("b.json")));
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output, AllOf(HasSubstr("hit latency"), HasSubstr("random pages"),
                                   HasSubstr("golden model"), Not(HasSubstr("\r"))));
  const auto json = nlohmann::json::parse(std::ifstream(in("b.json")));
  EXPECT_EQ(json.at("model"), "default");
  EXPECT_EQ(json.at("checked"), true);
  EXPECT_EQ(json.at("figures").at(0).at("name"), "hit_latency");
  EXPECT_GT(json.at("figures").size(), 12U);
  EXPECT_TRUE(json.at("plots").empty());
}

TEST(BenchTable, AlignsColumns) {
  const TextTable table{.head = {"a", "long head"}, .rows = {{"first", "1"}, {"2", "22"}}};
  EXPECT_EQ(table.plain(), "a      long head\nfirst          1\n2             22\n");
  EXPECT_EQ(table.markdown(), "| a | long head |\n|---|---:|\n| first | 1 |\n| 2 | 22 |\n");
}

TEST(BenchDocument, ReplacesWhatIsBetweenTheLines) {
  const std::string document = "before\n<!-- bench x -->\nold\n<!-- end of bench x -->\nafter\n";
  EXPECT_EQ(with_parts(document, {{"x", "new\n"}}),
            "before\n<!-- bench x -->\nnew\n<!-- end of bench x -->\nafter\n");
  EXPECT_EQ(with_parts(document, {}), document);
  EXPECT_THROW(with_parts(document, {{"y", ""}}), UsageError);
}

// The document has a place for each part, so that no measurement of minutes fails at its end.
TEST(BenchDocument, HasEveryPart) {
  std::ifstream file(DMAR_DOCS_DIR "/performance.md");
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  BenchResult result;
  for (const char *name : {"memory-latency", "walks", "iotlb"}) {
    result.plots.push_back({.name = name, .title = "", .x_label = "", .y_label = ""});
  }
  EXPECT_NO_THROW(with_parts(document, document_parts(result)));
}

TEST(BenchPlots, ScriptHasDataAndLabels) {
  const perf::Plot plot{.name = "p",
                        .title = "it's",
                        .x_label = "x",
                        .y_label = "y",
                        .logarithmic_x = true,
                        .x = {1, 20},
                        .lines = {{.name = "one", .values = {0.5, 1}}}};
  const std::string script = plot_script(plot, "dir/p.svg");
  EXPECT_THAT(script, AllOf(HasSubstr("20 1\n"), HasSubstr("set title 'it''s'"),
                            HasSubstr("set output 'dir/p.svg'"), HasSubstr("title 'one'"),
                            HasSubstr("set logscale x")));
}

}  // namespace
}  // namespace dmar::sim
