// SPDX-License-Identifier: Apache-2.0
// The program coverage_report: what it writes and how it ends.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "coverage/tally.hpp"

namespace dmar::coverage {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

// A repository with one module of two lines, the second of which runs `count` times, and the counts
// of a run that has hit every bin that counts.
class ReportProgram : public ::testing::Test {
 protected:
  ReportProgram() {
    const auto *info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(::testing::TempDir()) / fmt::format("dmar_report_{}", info->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "rtl");
    fs::create_directories(folder_ / "data");
    std::ofstream(folder_ / "rtl/a.sv") << "always_comb y = x;\ndefault: y = 0;\n";
    for (Group *group : groups_.all()) {
      for (std::size_t k = 0; k < group->size(); ++k) {
        if (group->exclusion(k).empty()) group->add(k, 1);
      }
    }
    set_waivers("");
    set_count(1);
    save_tally(groups_, (folder_ / "data/functional-1.json").string());
  }
  ~ReportProgram() override { fs::remove_all(folder_); }

  void set_count(unsigned count) {
    std::ofstream out(folder_ / "data/model-1.dat");
    for (unsigned line = 1; line <= 2; ++line) {
      out << fmt::format("C '\1f\2{}/rtl/a.sv\1l\2{}\1n\2{}\1page\2v_line/a\1o\2block\1S\2{}' {}\n",
                         folder_.string(), line, 1, line, line == 1 ? 1 : count);
    }
  }
  void set_waivers(const std::string &text) { std::ofstream(folder_ / "waivers.txt") << text; }

  int run() {
    const int status = std::system(
        fmt::format("'{0}' --data {1}/data --root {1} --waivers {1}/waivers.txt --out {1}/out "
                    ">{1}/output 2>&1",
                    DMAR_COVERAGE_REPORT, folder_.string())
            .c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  [[nodiscard]] std::string text(const std::string &name) const {
    std::ifstream in(folder_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path folder_;
  Groups groups_;
};

TEST_F(ReportProgram, PassesWhenAllIsCovered) {
  EXPECT_EQ(run(), 0) << text("output");
  EXPECT_THAT(text("output"), HasSubstr("100.0%"));
  EXPECT_THAT(text("out/index.html"), HasSubstr("Every threshold is met"));
  EXPECT_THAT(text("out/index.html"), Not(HasSubstr("Never hit")));
  EXPECT_THAT(text("out/lines.info"), HasSubstr("DA:2,1"));
}

TEST_F(ReportProgram, FailsBelowTheWantedLines) {
  set_count(0);
  EXPECT_EQ(run(), 1);
  EXPECT_THAT(text("output"), HasSubstr("FAIL 50.0% of RTL lines"));
  EXPECT_THAT(text("out/index.html"), HasSubstr("rtl/a.sv:2"));
  set_waivers("rtl/a.sv\tdefault: y = 0;\tx has two values\n");
  EXPECT_EQ(run(), 0) << text("output");
  EXPECT_THAT(text("out/index.html"), HasSubstr("x has two values"));
}

TEST_F(ReportProgram, FailsForAWaiverThatWaivesNothing) {
  set_waivers("rtl/a.sv\tdefault: y = 1;\tno such line\n");
  EXPECT_EQ(run(), 1);
  EXPECT_THAT(text("output"), HasSubstr("no such line"));
}

TEST_F(ReportProgram, FailsWithoutAFaultReasonOrQueueErrorCause) {
  Groups some;
  for (std::size_t k = 0; k < some.requests.size(); ++k) {
    const bool counts = some.requests.exclusion(k).empty();
    if (counts && some.requests.bin(k)[0] != reason_value(FaultReason::kAbortMode)) {
      some.requests.add(k, 1);
    }
  }
  some.queue_errors.hit({0, 0});
  save_tally(some, (folder_ / "data/functional-1.json").string());
  EXPECT_EQ(run(), 1);
  EXPECT_THAT(text("output"), HasSubstr("FAIL no request had the outcome: 33h"));
  EXPECT_THAT(text("output"), HasSubstr("FAIL no queue error had the cause: 2 fetch"));
  EXPECT_THAT(text("output"), Not(HasSubstr("cause: 1 tail")));
}

TEST_F(ReportProgram, SaysWhatItCannotRead) {
  fs::remove(folder_ / "data/model-1.dat");
  EXPECT_EQ(run(), 2);
  EXPECT_THAT(text("output"), HasSubstr("no *.dat"));
}

}  // namespace
}  // namespace dmar::coverage
