// SPDX-License-Identifier: Apache-2.0
// `dmar scale` as its users meet it.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace dmar::sim {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ScaleProgram : public Program {
 protected:
  static std::string contents(const std::string &file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST_F(ScaleProgram, PrintsBothShapes) {
  const Result result = dmar("scale --ports 2 --workload hits --json " + in("s.json"));
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output,
              AllOf(StartsWith("2 ports, 1000 MHz, 434 M requests/s offered to each lane, memory "
                               "100 clocks and 4 beats a clock, link 8 clocks\n"),
                    HasSubstr("2 units, 16 walks  service, 128 walks"),
                    ContainsRegex("hits, both ports +100 +868 +868 +868 +0.00"),
                    HasSubstr("2 units, in each"), HasSubstr("Invalidation of a page")));
  const auto json = nlohmann::json::parse(contents(in("s.json")));
  EXPECT_EQ(json.at("ports"), 2);
  const auto &row = json.at("rows").at(0);
  EXPECT_EQ(row.at("workload"), "hits");
  EXPECT_NEAR(row.at("units").at(0).at("slowest_port_per_clock"), 0.868, 0.001);
  EXPECT_NEAR(row.at("services").at(0).at("slowest_port_per_clock"), 0.868, 0.001);
  const auto &invalidations = json.at("invalidations");
  ASSERT_EQ(invalidations.size(), 2U);
  // The link, both ways.
  EXPECT_EQ(invalidations.at(1).at("alone_clocks"),
            invalidations.at(0).at("alone_clocks").get<unsigned>() + 16);
}

// Walks of a service that are too few for its ports show.
TEST_F(ScaleProgram, AServiceWithFewWalksIsSlower) {
  const auto slowest = [&](const std::string &options) {
    const Result result =
        dmar("scale --ports 4 --workload random " + options + " --json " + in("s.json"));
    EXPECT_EQ(result.status, 0) << result.output;
    const auto json = nlohmann::json::parse(contents(in("s.json")));
    return json.at("rows").at(0).at("services").at(0).at("slowest_port_per_clock").get<double>();
  };
  EXPECT_LT(2 * slowest("--walks 8"), slowest("--walks 64"));
}

TEST_F(ScaleProgram, MessagesNameOptionAndValue) {
  const auto expect = [](const std::string &arguments, const std::string &text) {
    const Result result = dmar("scale " + arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_THAT(result.output, HasSubstr(text)) << arguments;
  };
  expect("--workload none", "--workload: 'none' is none of hits, random, sequential,");
  expect("--rate 2000", "--rate 2000: a lane takes one request a clock, 1000 million a second");
  expect("--ports 0", "--ports");
  expect("--link 0", "--link");
  std::ofstream(in("area.md")) << "no tables\n";
  expect("--area " + in("area.md"), "area.md: no rows between the lines of 'synth instances'");
  std::ofstream(in("figures.md")) << "<!-- synth instances -->\n"
                                     "| `u_core` | 1 | 2 | 3 | many | 5 | 6 |\n";
  expect("--area " + in("figures.md"), "figures.md: 'many' is no figure");
  std::filesystem::create_directory(in("empty"));
  expect("--ports 1 --workload hits --traces " + in("empty"), "no file that ends in .trace");
  std::ofstream(in("doc.md")) << "a document\n";
  expect("--ports 1 --workload hits --update-docs " + in("doc.md"),
         "doc.md: no lines for the part '");
}

}  // namespace
}  // namespace dmar::sim
