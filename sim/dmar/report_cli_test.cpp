// SPDX-License-Identifier: Apache-2.0
// --report and --timeline as users give them: the timeline read back and counted against what was
// run, pages with what they must say, and files that cannot be written.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "program.hpp"
#include "tests/unit/report_trace_reader.hpp"

namespace dmar::sim {
namespace {

using report::TraceReader;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Reports : public Program {
 protected:
  [[nodiscard]] nlohmann::json json(const std::string &name) const {
    std::ifstream file(in(name));
    return nlohmann::json::parse(file, nullptr, false);
  }
  [[nodiscard]] std::string text(const std::string &name) const {
    std::ifstream file(in(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // A page is too long to print.
  static void expect_in(const std::string &page, std::initializer_list<const char *> texts) {
    for (const char *text : texts) EXPECT_NE(page.find(text), std::string::npos) << text;
  }
  static void expect_not_in(const std::string &page, std::initializer_list<const char *> texts) {
    for (const char *text : texts) EXPECT_EQ(page.find(text), std::string::npos) << text;
  }
  static void expect_good(const Result &result) { EXPECT_EQ(result.status, 0) << result.output; }
  // The data in a page, as its script reads them.
  static nlohmann::json data_of(const std::string &page) {
    const std::string begin = "<script type=\"application/json\" id=\"data\">";
    const std::size_t at = page.find(begin);
    if (at == std::string::npos) return nullptr;
    const std::size_t from = at + begin.size();
    return nlohmann::json::parse(page.substr(from, page.find("</script>", from) - from), nullptr,
                                 false);
  }
  static std::uint64_t sum(const nlohmann::json &series, const char *name) {
    std::uint64_t total = 0;
    for (const auto &count : series.value(name, nlohmann::json::array())) {
      total += count.get<std::uint64_t>();
    }
    return total;
  }
};

TEST_F(Reports, OfAReplayCountWhatItDid) {
  expect_good(dmar(fmt::format("run {} --json {} --timeline {} --report {}", kRemapping,
                               in("r.json"), in("t.json.gz"), in("r.html"))));
  const nlohmann::json did = json("r.json");
  const TraceReader timeline(report::unpacked(in("t.json.gz")));
  EXPECT_THAT(timeline.problems(), IsEmpty());
  const std::size_t requests = did["dma"].get<std::size_t>() + did["interrupts"].get<std::size_t>();
  EXPECT_EQ(timeline.count("X", "request"), requests);
  EXPECT_EQ(timeline.count("X", "translation"), requests);
  EXPECT_EQ(timeline.count("X", "table read"), did["table_reads"]);
  EXPECT_EQ(timeline.count("i", "fault"), did["faults"]);
  EXPECT_EQ(timeline.count("i", "message"),
            did["status_writes"].get<std::size_t>() + did["events"].get<std::size_t>());
  EXPECT_GT(timeline.count("b", "invalidation"), 1'000U);
  EXPECT_THAT(timeline.processes(),
              AllOf(Contains("unit dmar0"), Contains("function 00:05.0 (dmar0)"),
                    Contains("domain 3 (dmar0)")));

  const std::string page = text("r.html");
  const nlohmann::json data = data_of(page);
  ASSERT_EQ(data["units"].size(), 1U);
  const nlohmann::json &unit = data["units"][0];
  EXPECT_EQ(sum(unit["series"], "requests"), did["dma"]);
  EXPECT_EQ(sum(unit["series"], "interrupts"), did["interrupts"]);
  EXPECT_EQ(sum(unit["series"], "bytes"), did["dma_bytes"]);
  EXPECT_EQ(sum(unit["series"], "faults"), did["faults"]);
  EXPECT_EQ(sum(unit["series"], "invalidations"), timeline.count("b", "invalidation"));
  std::uint64_t of_functions = 0;
  for (const auto &function : unit["functions"]) {
    of_functions += sum(function["series"], "requests");
  }
  EXPECT_EQ(of_functions, did["dma"]);
  EXPECT_EQ(unit["owners"]["tables"].size(), 2U);
  expect_in(page, {"Passed.", "Verdict: blocked, fault 26h", "Linux logs: DMAR: [INTR-REMAP]"});
  expect_not_in(page, {"src=", "url(", "@import"});
}

// What is folded under a fault is what `dmar explain` says of it.
TEST_F(Reports, ExplainFaultsAsTheCommandDoes) {
  expect_good(dmar(fmt::format("run {} --golden-only --report {}", kRemapping, in("r.html"))));
  const std::string page = text("r.html");
  const std::size_t at = page.find("<p class=\"note\">At ");
  ASSERT_NE(at, std::string::npos);
  const std::size_t colon = page.find(".trace.gz:", at) + 10;
  const std::string line = page.substr(colon, page.find('<', colon) - colon);
  const std::string said = dmar(fmt::format("explain {} --at {}", kRemapping, line)).output;
  const std::size_t from = said.find("Request: ");
  std::string wanted;
  for (const char c : said.substr(from, said.find("Recorded: ") - from)) {
    wanted += c == '>' ? std::string("&gt;") : std::string(1, c);
  }
  expect_in(page, {wanted.c_str()});
  EXPECT_EQ(data_of(page)["time_unit"], "events");
}

TEST_F(Reports, TellOfAMismatch) {
  const std::string file = trace("dma r 0028 15a00 512 ok 99a00");
  const Result result =
      dmar(fmt::format("run {} --report {} --timeline {}", file, in("r.html"), in("t.json")));
  EXPECT_EQ(result.status, 1) << result.output;
  expect_in(text("r.html"), {"FAILED.", "dma r 0028 15a00 512", "ok 99a00"});
  EXPECT_THAT(TraceReader(text("t.json")).problems(), IsEmpty());
}

TEST_F(Reports, TakeAnyNameOfAFile) {
  const std::string name = in("x<b>&\"'.trace");
  std::filesystem::rename(trace("dma r 0028 15a00 512 ok 15a00"), name);
  expect_good(dmar(fmt::format("run '{}' --report {} --timeline {}", in("x<b>&\"'\\''.trace"),
                               in("r.html"), in("t.json"))));
  expect_in(text("r.html"), {"x&lt;b&gt;&amp;&quot;'.trace"});
  expect_not_in(text("r.html"), {"x<b>"});
  EXPECT_THAT(TraceReader(text("t.json")).json()["otherData"]["trace"].get<std::string>(),
              HasSubstr("x<b>&\"'.trace"));
}

TEST_F(Reports, ThatCannotBeWrittenCostTheExitStatusAndNotTheOthers) {
  const std::string file = trace("dma r 0028 15a00 512 ok 15a00");
  const Result full = dmar(fmt::format("run {} --report /dev/full --timeline {} --json {}", file,
                                       in("t.json"), in("r.json")));
  EXPECT_EQ(full.status, 2);
  EXPECT_THAT(full.output,
              HasSubstr("dmar: /dev/full: cannot be written: No space left on device\n"));
  EXPECT_THAT(TraceReader(text("t.json")).problems(), IsEmpty());
  EXPECT_EQ(json("r.json")["dma"], 2);
  const Result timeline =
      dmar(fmt::format("run {} --timeline /dev/full --report {}", file, in("r.html")));
  EXPECT_EQ(timeline.status, 2);
  EXPECT_THAT(timeline.output,
              HasSubstr("dmar: /dev/full: cannot be written: No space left on device\n"));
  expect_in(text("r.html"), {"</html>"});
}

TEST_F(Reports, NeedAClockForATimeline) {
  const Result result =
      dmar(fmt::format("run {} --golden-only --timeline {}", kRemapping, in("t.json")));
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.output, HasSubstr("--timeline"));
  EXPECT_EQ(files(), 0U);
}

TEST_F(Reports, OfACampaignShowItsMachines) {
  expect_good(dmar(fmt::format(
      "fuzz --config default --runs 3 --cycles 500 --out {} --report {} --timeline {} --json {}",
      in("out"), in("f.html"), in("f.json"), in("r.json"))));
  const TraceReader timeline(text("f.json"));
  EXPECT_THAT(timeline.problems(), IsEmpty());
  EXPECT_EQ(timeline.count("X", "machine"), 3U);
  EXPECT_EQ(timeline.count("i", "failure"), 0U);
  expect_in(text("f.html"), {"Passed.", "3 random machines", "Fault reasons that were reached"});
}

TEST_F(Reports, OfACampaignShowItsFailure) {
  const Result result = dmar(
      fmt::format("fuzz --config default --runs 20 --sabotage --no-shrink --out {} --report {} "
                  "--timeline {}",
                  in("out"), in("f.html"), in("f.json")));
  EXPECT_EQ(result.status, 1) << result.output;
  EXPECT_EQ(TraceReader(text("f.json")).count("i", "failure"), 1U);
  expect_in(text("f.html"), {"FAILED.", "Run it alone: dmar fuzz"});
}

TEST_F(Reports, OfABenchmarkShowItsFigures) {
  expect_good(
      dmar(fmt::format("bench --quick --report {} --timeline {}", in("b.html"), in("b.json"))));
  const TraceReader timeline(text("b.json"));
  EXPECT_THAT(timeline.problems(), IsEmpty());
  EXPECT_GT(timeline.count("X", "measurement"), 5U);
  expect_in(text("b.html"), {"Figures beside their targets", "figures meet their targets"});
}

}  // namespace
}  // namespace dmar::sim
