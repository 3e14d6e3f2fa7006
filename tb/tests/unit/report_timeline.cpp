// SPDX-License-Identifier: Apache-2.0
// Timelines, read back by the rules of the trace-event format.
#include <gmock/gmock.h>

#include <fstream>

#include "dmar/registers.hpp"
#include "report/timeline.hpp"
#include "report_trace_reader.hpp"

namespace dmar::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::UnorderedElementsAre;

class TimelineTest : public testing::Test {
 protected:
  TimelineTest() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~TimelineTest() override { std::filesystem::remove_all(folder_); }

  static RequestSeen request(SourceId source, std::uint64_t submitted, std::uint64_t done) {
    RequestSeen seen{.request = {.source_id = source, .address = Iova(0x1000), .bytes = 64},
                     .domain = DomainId(3)};
    seen.submitted = submitted;
    seen.begun = submitted + 1;
    seen.judged = done - 1;
    seen.done = done;
    return seen;
  }
  static InvalidationSeen invalidation(unsigned granularity, std::uint64_t from, std::uint64_t to) {
    return {.what = golden::IotlbInvalidation{.granularity = granularity, .domain = DomainId(3)},
            .queued = true,
            .from = from,
            .to = to};
  }
  TraceReader read(const std::string &name) {
    const TraceReader reader(unpacked(folder_ / name));
    EXPECT_THAT(reader.problems(), IsEmpty());
    return reader;
  }

  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      fmt::format("dmar_timeline_{}",
                  testing::UnitTest::GetInstance()->current_test_info()->name());
  Names names_;
};

TEST_F(TimelineTest, OfNothingIsWholeToo) {
  Timeline timeline(folder_ / "out.json", names_);
  timeline.finish({{"command", "test"}});
  const TraceReader reader = read("out.json");
  EXPECT_THAT(reader.processes(), IsEmpty());
  EXPECT_EQ(reader.json()["otherData"]["command"], "test");
  EXPECT_THAT(reader.json()["otherData"]["clock"].get<std::string>(), HasSubstr("10 ns"));
}

TEST_F(TimelineTest, AsksForTheNamesOfFunctionsThatCameLater) {
  names_.functions[{0, bdf(0, 5, 0).raw()}] = "disk";
  names_.others = [](unsigned unit, SourceId source) {
    return unit == 1 && source == bdf(0, 1, 1) ? std::string("virtual function") : std::string();
  };
  Timeline timeline(folder_ / "out.json", names_);
  timeline.request(0, request(bdf(0, 5, 0), 100, 160));
  timeline.request(0, request(bdf(0, 1, 1), 100, 160));
  timeline.request(1, request(bdf(0, 1, 1), 100, 160));
  timeline.finish({});
  EXPECT_THAT(read("out.json").processes(),
              IsSupersetOf({"function 00:05.0 disk (dmar0)", "function 00:01.1 (dmar0)",
                            "function 00:01.1 virtual function (dmar1)"}));
}

TEST_F(TimelineTest, HasAGroupOfTracksForEachFunctionDomainAndUnit) {
  names_.functions[{0, bdf(0, 5, 0).raw()}] = "disk </script><b>";
  Timeline timeline(folder_ / "out.json", names_);
  timeline.request(0, request(bdf(0, 5, 0), 100, 160));
  timeline.request(1, request(bdf(0, 6, 0), 100, 160));
  timeline.table_read(0, {.id = 3, .bytes = 8, .from = 110, .to = 130});
  timeline.invalidation(0, invalidation(granularity::kDomain, 200, 300));
  timeline.invalidation(0, invalidation(granularity::kGlobal, 250, 350));
  timeline.finish({});
  const TraceReader reader = read("out.json");
  EXPECT_THAT(reader.processes(), UnorderedElementsAre("function 00:05.0 disk </script><b> (dmar0)",
                                                       "function 00:06.0 (dmar1)", "unit dmar0",
                                                       "unit dmar1", "domain 3 (dmar0)"));
  EXPECT_EQ(reader.count("X", "request"), 2U);
  EXPECT_EQ(reader.count("X", "translation"), 2U);
  EXPECT_EQ(reader.count("X", "memory"), 2U);
  EXPECT_EQ(reader.count("X", "table read"), 1U);
  EXPECT_EQ(reader.count("b", "invalidation"), 2U);
  EXPECT_EQ(reader.count("e", "invalidation"), 2U);
}

TEST_F(TimelineTest, PutsOverlappingRequestsBesideEachOther) {
  Timeline timeline(folder_ / "out.json.gz", names_);
  for (std::uint64_t i = 0; i < 2000; ++i) {
    timeline.request(0, request(bdf(0, 5, 0), 100 + 7 * i, 130 + 7 * i + (i * i) % 90));
    timeline.invalidation(0, invalidation(granularity::kDomain, 7 * i, 7 * i + 100));
  }
  timeline.finish({});
  const TraceReader reader = read("out.json.gz");
  EXPECT_EQ(reader.count("X", "request"), 2000U);
  EXPECT_EQ(reader.count("b", "invalidation"), 2000U);
  std::ifstream file(folder_ / "out.json.gz", std::ios::binary);
  EXPECT_EQ(file.get(), 0x1F) << "compressed";
}

TEST_F(TimelineTest, CountsTimeInMicrosecondsOf100Cycles) {
  Timeline timeline(folder_ / "out.json", names_);
  timeline.request(0, request(bdf(0, 5, 0), 1234, 1300));
  timeline.finish({});
  const TraceReader reader = read("out.json");
  for (const auto &event : reader.json()["traceEvents"]) {
    if (event.value("cat", "") != "request") continue;
    EXPECT_DOUBLE_EQ(event["ts"], 12.34);
    EXPECT_DOUBLE_EQ(event["dur"], 0.66);
    EXPECT_EQ(event["args"]["cycle"], 1234);
  }
}

TEST_F(TimelineTest, ShowsFaultsMessagesAndMarks) {
  Timeline timeline(folder_ / "out.json", names_);
  const Request blocked{.source_id = bdf(0, 5, 0), .address = Iova(0xBAD000)};
  timeline.fault(0, {.record = golden::make_fault_record({}, blocked, FaultReason::kRootReserved),
                     .request = blocked,
                     .cycle = 7,
                     .explained = "because \"x\" < y"});
  timeline.message(0, {.kind = MessageSeen::Kind::kEvent, .cycle = 8});
  timeline.mark(0, 9, "attack\nnumber 1");
  timeline.finish({});
  const TraceReader reader = read("out.json");
  EXPECT_EQ(reader.count("i", "fault"), 1U);
  EXPECT_EQ(reader.count("i", "message"), 1U);
  EXPECT_EQ(reader.count("i", "mark"), 1U);
}

TEST_F(TimelineTest, CountsHitsAndRequestsInFlight) {
  Timeline timeline(folder_ / "out.json", names_);
  RequestSeen hit = request(bdf(0, 5, 0), 100, 612);
  hit.hit = true;
  timeline.request(0, hit);
  timeline.request(0, request(bdf(0, 5, 0), 100, 612));
  timeline.request(0, request(bdf(0, 5, 0), 20'000, 20'100));
  timeline.finish({});
  const TraceReader reader = read("out.json");
  std::vector<double> hits;
  std::vector<double> depth;
  for (const auto &event : reader.json()["traceEvents"]) {
    if (event["ph"] != "C") continue;
    (event["name"] == "hits (%)" ? hits : depth).push_back(event["args"]["value"]);
  }
  EXPECT_THAT(hits, ElementsAre(50, 0, 0));
  EXPECT_THAT(depth, ElementsAre(0.5, 0, 100.0 / Timeline::kCounterStep));
}

TEST_F(TimelineTest, ThatCannotBeWrittenSaysSoAtTheEndAndLeavesNothing) {
  Timeline full("/dev/full", names_);
  for (std::uint64_t i = 0; i < 2000; ++i)
    full.request(0, request(bdf(0, 5, 0), 100 * i, 100 * i + 50));
  try {
    full.finish({});
    FAIL() << "written to a full device";
  } catch (const std::runtime_error &error) {
    EXPECT_STREQ(error.what(), "/dev/full: cannot be written: No space left on device");
  }
  Timeline nowhere(folder_ / "no/such/folder.json", names_);
  nowhere.request(0, request(bdf(0, 5, 0), 100, 150));
  EXPECT_THROW(nowhere.finish({}), std::runtime_error);
  { const Timeline given_up(folder_ / "given_up.json", names_); }
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

// The rules find what breaks them.
TEST(TraceReader, FindsBrokenFiles) {
  const auto problems = [](const std::string &events) {
    return TraceReader("{\"traceEvents\":[" + events + "]}").problems().size();
  };
  const std::string names =
      R"({"ph":"M","name":"process_name","pid":1,"tid":0,"args":{"name":"p"}},)"
      R"({"ph":"M","name":"thread_name","pid":1,"tid":2,"args":{"name":"t"}},)";
  const std::string slice = R"({"ph":"X","name":"a","cat":"c","pid":1,"tid":2,"ts":10,"dur":10})";
  EXPECT_EQ(problems(names + slice), 0U);
  EXPECT_EQ(problems(slice), 2U) << "no names";
  EXPECT_EQ(TraceReader("[]").problems().size(), 1U);
  EXPECT_EQ(TraceReader("{\"traceEvents\":[").problems().size(), 1U);
  for (const char *wrong : {R"({"ph":"X","name":"a","cat":"c","pid":1,"tid":2,"ts":15,"dur":10})",
                            R"({"ph":"X","name":"a","cat":"c","pid":1,"tid":2,"ts":15})",
                            R"({"ph":"X","name":"a","cat":"c","pid":1,"tid":2,"ts":-1,"dur":1})",
                            R"({"ph":"b","name":"a","cat":"c","id":"1","pid":1,"tid":2,"ts":15})",
                            R"({"ph":"e","name":"a","cat":"c","id":"1","pid":1,"tid":2,"ts":15})",
                            R"({"ph":"i","name":"a","cat":"c","pid":1,"tid":2,"ts":15})",
                            R"({"ph":"Z","name":"a","cat":"c","pid":1,"tid":2,"ts":15})"}) {
    EXPECT_EQ(problems(names + slice + "," + wrong), 1U) << wrong;
  }
}

}  // namespace
}  // namespace dmar::report
