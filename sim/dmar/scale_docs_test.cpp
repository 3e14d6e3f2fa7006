// SPDX-License-Identifier: Apache-2.0
// docs/scale.md says what `dmar scale` prints.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "program.hpp"

namespace dmar::sim {
namespace {

using ::testing::HasSubstr;

class ScaleDocument : public Program {
 protected:
  static std::string contents(const std::string &file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // The lines between the marks of a part.
  static std::string part(const std::string &document, const std::string &name) {
    const std::string begin = "<!-- scale " + name + " -->\n";
    const std::size_t from = document.find(begin);
    const std::size_t to = document.find("<!-- end of scale " + name + " -->\n");
    EXPECT_NE(from, std::string::npos) << name;
    EXPECT_NE(to, std::string::npos) << name;
    if (from == std::string::npos || to == std::string::npos) return {};
    return document.substr(from + begin.size(), to - from - begin.size());
  }
  // Each cell of a table in Markdown stands in the output, too, with other blanks.
  static void expect_cells(const std::string &table, const std::string &output) {
    std::istringstream lines(table);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("|---")) continue;
      std::istringstream cells(line);
      for (std::string cell; std::getline(cells, cell, '|');) {
        const std::size_t from = cell.find_first_not_of(' ');
        if (from == std::string::npos) continue;
        EXPECT_THAT(output, HasSubstr(cell.substr(from, cell.find_last_not_of(' ') + 1 - from)));
      }
    }
  }
};

// What takes no time is generated again; of the loads, one row. The rest has its place.
TEST_F(ScaleDocument, SaysWhatIsPrinted) {
  SCOPED_TRACE("make scale writes the tables of docs/scale.md anew");
  const std::string document = contents(DMAR_DOCS_DIR "/scale.md");
  for (const char *name :
       {"demand", "agreement", "traces", "loads", "links", "invalidations", "area"}) {
    EXPECT_THAT(part(document, name), HasSubstr("\n|---|")) << name;
  }
  const Result result = dmar("scale --workload nic --traces " DMAR_TRACE_DIR
                             " --area " DMAR_DOCS_DIR "/fpga.md --json " +
                             in("s.json"));
  ASSERT_EQ(result.status, 0) << result.output;
  const auto json = nlohmann::json::parse(contents(in("s.json")));
  const auto &row = json.at("rows").at(0);
  EXPECT_THAT(part(document, "loads"),
              HasSubstr(fmt::format(
                  "| network adapter, 1500-byte packets | 100 | 868 | {:.0f} |",
                  1000 * row.at("units").at(0).at("slowest_port_per_clock").get<double>())));
  const std::string traces = part(document, "traces");
  for (const auto &trace : json.at("traces")) {
    if (trace.at("requests") == 0) continue;
    const double rate = 100 * trace.at("hits").get<double>() / trace.at("requests").get<double>();
    EXPECT_THAT(traces,
                HasSubstr(fmt::format("| {} | {} | {:.1f} % |", trace.at("file").get<std::string>(),
                                      trace.at("requests").get<unsigned>(), rate)));
  }
  EXPECT_THAT(
      part(document, "invalidations"),
      HasSubstr(fmt::format("| service | 8 | 1 | 1 | {} |",
                            json.at("invalidations").at(1).at("alone_clocks").get<unsigned>())));
  expect_cells(part(document, "demand"), result.output);
  expect_cells(part(document, "area"), result.output);
}

// What the page says first is what its table has.
TEST_F(ScaleDocument, TheAnswerIsThatOfTheTable) {
  const std::string document = contents(DMAR_DOCS_DIR "/scale.md");
  const auto cells = [&](const std::string &row) {
    const std::string loads = part(document, "loads");
    const std::size_t from = loads.find(row);
    EXPECT_NE(from, std::string::npos) << row;
    std::istringstream in(loads.substr(from + row.size(), loads.find('\n', from)));
    std::vector<std::string> out;
    for (std::string cell; in >> cell && out.size() < 6;) {
      if (cell != "|") out.push_back(cell);
    }
    return out;  // offered, units of 16 and 32 walks, service of 64, 128 and 256
  };
  const auto near = cells("| random pages | 100 |");
  const auto far = cells("| random pages | 400 |");
  ASSERT_EQ(near.size(), 6U);
  ASSERT_EQ(far.size(), 6U);
  EXPECT_THAT(document, HasSubstr(fmt::format(
                            "{} M/s random misses at each port with a memory of 100 ns and 16 "
                            "walks, {} M/s with 32; with 400 ns {} M/s, too few, and {} M/s with "
                            "32 walks.",
                            near[1], near[2], far[1], far[2])));
  EXPECT_THAT(document, HasSubstr(fmt::format("{} M/s at each port with 100 ns and 128 walks, {} "
                                              "M/s with 400 ns and 256.",
                                              near[4], far[5])));
}

// "+1.2 %" of each row.
TEST_F(ScaleDocument, ModelAndRtlAgreeInEveryRow) {
  std::istringstream rows(part(contents(DMAR_DOCS_DIR "/scale.md"), "agreement"));
  unsigned compared = 0;
  for (std::string row; std::getline(rows, row);) {
    if (row.starts_with("|---") || row.find(" %") == std::string::npos) continue;
    const std::size_t difference = row.find_first_of("+-", row.find(" | ") + 3);
    ASSERT_NE(difference, std::string::npos) << row;
    EXPECT_LE(std::abs(std::strtod(row.c_str() + difference, nullptr)), 5) << row;
    ++compared;
  }
  EXPECT_EQ(compared, 27U);
}

}  // namespace
}  // namespace dmar::sim
