// SPDX-License-Identifier: Apache-2.0
// From Verilator's points, the sources and the waivers to figures.
#include <gmock/gmock.h>

#include <sstream>

#include "coverage/report/modules.hpp"
#include "coverage/report/pages.hpp"

namespace dmar::coverage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

// A point as Verilator 5.006 writes it.
std::string point(const std::string &page, const std::string &file, unsigned line,
                  const std::string &what, const std::string &lines, unsigned count) {
  const auto field = [](const std::string &key, const std::string &value) {
    return '\1' + key + '\2' + value;
  };
  return "C '" + field("f", file) + field("l", std::to_string(line)) + field("n", "3") +
         field("page", page) + field("o", what) + (lines.empty() ? "" : field("S", lines)) +
         field("h", "TOP.dmar_top") + "' " + std::to_string(count) + '\n';
}

Points points_of(const std::string &text) {
  std::istringstream in("# SystemC::Coverage-3\n" + text);
  Points points;
  add_points(points, in, "/repo");
  return points;
}

const std::string kFile = "/repo/rtl/a.sv";
const Sources kSources{{"rtl/a.sv",
                        {"", "  always_comb begin", "    if (x) y = 1;", "    default: y = 0;",
                         "  end", "  `DMAR_ASSERT(Fine_A,", "    x || (y))", "  logic z;"}}};

TEST(Points, ModelsAndParametersAddUp) {
  const Points points = points_of(point("v_line/a__P1", kFile, 1, "block", "1,3-4", 2) +
                                  point("v_line/a__P2", kFile, 1, "block", "1,3-4", 5));
  ASSERT_EQ(points.size(), 1U);
  EXPECT_EQ(points.begin()->first.file, "rtl/a.sv");
  EXPECT_EQ(points.begin()->first.kind, "line");
  EXPECT_EQ(points.begin()->second.count, 7U);
  EXPECT_THAT(points.begin()->second.lines, ElementsAre(1, 3, 4));
}

TEST(Points, RefusesWhatIsNone) {
  EXPECT_THROW(points_of("C nonsense\n"), std::runtime_error);
  EXPECT_THROW(points_of(point("v_line/a", kFile, 1, "block", "x", 2)), std::runtime_error);
}

TEST(Survey, ALineCountsAsItsRarestStatement) {
  const Survey result = survey(points_of(point("v_line/a", kFile, 1, "block", "1-2", 9) +
                                         point("v_branch/a", kFile, 2, "if", "2", 0) +
                                         point("v_branch/a", kFile, 2, "else", "", 9)),
                               kSources, {});
  ASSERT_EQ(result.modules.size(), 1U);
  EXPECT_THAT(result.modules[0].lines, ElementsAre(Pair(1, 9), Pair(2, 0)));
  EXPECT_EQ(line_figure(result.modules[0]).hit, 1U);
  EXPECT_EQ(branch_figure(result.modules[0]).hit, 1U);
  EXPECT_EQ(branch_figure(result.modules[0]).total, 2U);
}

TEST(Survey, ChecksDoNotCount) {
  const Survey result = survey(points_of(point("v_line/a", kFile, 1, "block", "1", 1) +
                                         point("v_line/a", kFile, 6, "block", "6", 0) +
                                         point("v_toggle/a", kFile, 5, "Fine_A_armed_q", "", 0)),
                               kSources, {});
  EXPECT_THAT(result.modules[0].lines, ElementsAre(Pair(1, 1)));
  EXPECT_THAT(result.modules[0].toggles, IsEmpty());
}

TEST(Survey, AWaiverTakesALineOut) {
  const std::string data =
      point("v_line/a", kFile, 1, "block", "1", 1) + point("v_line/a", kFile, 3, "case", "3", 0);
  const Waiver waiver{"rtl/a.sv", "default: y = 0;", "x is 0 or 1"};
  const Survey result = survey(points_of(data), kSources, {waiver});
  EXPECT_THAT(result.modules[0].lines, ElementsAre(Pair(1, 1)));
  EXPECT_THAT(result.modules[0].waived, ElementsAre(Pair(3, "x is 0 or 1")));
  EXPECT_THAT(result.errors, IsEmpty());
}

TEST(Survey, AWaiverThatWaivesNothingIsAnError) {
  const std::string data = point("v_line/a", kFile, 3, "case", "3", 4);
  const Waiver covered{"rtl/a.sv", "default: y = 0;", "r"};
  const Waiver unknown{"rtl/a.sv", "default: y = 7;", "r"};
  const Waiver nowhere{"rtl/b.sv", "default: y = 0;", "r"};
  const Survey result = survey(points_of(data), kSources, {covered, unknown, nowhere});
  EXPECT_THAT(result.errors, ElementsAre(HasSubstr("is covered"), HasSubstr("no such line"),
                                         HasSubstr("no such line")));
}

TEST(Survey, UntoggledBitsAreRanges) {
  std::string data = point("v_toggle/a", kFile, 7, "z", "", 0);
  for (unsigned bit = 0; bit < 8; ++bit) {
    data += point("v_toggle/a", kFile, 7, "bus[" + std::to_string(bit) + "]", "", bit == 2);
  }
  const Survey result = survey(points_of(data), kSources, {});
  EXPECT_THAT(untoggled(result.modules[0]), ElementsAre("bus[7:3,1:0]", "z"));
  EXPECT_EQ(toggle_figure(result.modules[0]).hit, 1U);
  EXPECT_EQ(toggle_figure(result.modules[0]).total, 9U);
}

TEST(Waivers, NeedAReason) {
  std::istringstream good("# comment\n\nrtl/a.sv\tdefault: y = 0;\tcannot be\n");
  const std::vector<Waiver> waivers = read_waivers(good);
  ASSERT_EQ(waivers.size(), 1U);
  EXPECT_EQ(waivers[0].reason, "cannot be");
  for (const char *text : {"rtl/a.sv\tdefault: y = 0;", "rtl/a.sv\tdefault: y = 0;\t", "words"}) {
    std::istringstream bad(text);
    EXPECT_THROW(read_waivers(bad), std::runtime_error) << text;
  }
}

TEST(Pages, ShowHolesWaiversAndFailures) {
  const std::string data =
      point("v_line/a", kFile, 2, "block", "2", 0) + point("v_line/a", kFile, 3, "case", "3", 0);
  Report report{.sources = kSources, .failures = {"too few <lines>"}};
  report.rtl = survey(points_of(data), kSources, {{"rtl/a.sv", "default: y = 0;", "because"}});
  const std::string html = index_page(report);
  EXPECT_THAT(html, HasSubstr("rtl/a.sv:2"));
  EXPECT_THAT(html, HasSubstr("if (x) y = 1;"));
  EXPECT_THAT(html, HasSubstr("because"));
  EXPECT_THAT(html, HasSubstr("too few &lt;lines&gt;"));
  EXPECT_THAT(text_summary(report), HasSubstr("FAIL too few <lines>"));
  EXPECT_THAT(lcov_tracefile(report.rtl, "/repo"),
              HasSubstr("SF:/repo/rtl/a.sv\nBRF:0\nBRH:0\nDA:2,0\nLF:1\nLH:0\nend_of_record\n"));
}

}  // namespace
}  // namespace dmar::coverage
