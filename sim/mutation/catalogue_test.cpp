// SPDX-License-Identifier: Apache-2.0
// Operators, the sample, mutants by hand, and the source that has them all.
#include "catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "instrument.hpp"
#include "named.hpp"
#include "operators.hpp"
#include "plan.hpp"
#include "text_file.hpp"

namespace dmar::mutation {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

const std::filesystem::path kRtl = std::filesystem::path(DMAR_SOURCE_DIR) / "rtl";

SourceFile module_with(const std::string &body) {
  return SourceFile("folder/m.sv", "module m (input logic a_i);\n" + body + "\nendmodule\n");
}

std::vector<std::string> changes(const std::string &expression) {
  std::vector<std::string> list;
  for (const Mutant &mutant : mutants_of(module_with("assign x = " + expression + ";"))) {
    list.push_back(mutant.edits.front().text);
  }
  return list;
}

TEST(Operators, Logic) {
  EXPECT_THAT(changes("a && !b"),
              UnorderedElementsAre("a || !b", "a", "!b", "!(a) && !b", "a && b", "1'b0", "1'b1"));
}

// Only where there is a clock, and not in processes.
TEST(Operators, Late) {
  const auto late = [](const std::string &ports, const std::string &body) {
    const SourceFile source("folder/m.sv", "module m (" + ports + ");\n" + body + "\nendmodule\n");
    std::vector<std::string> list;
    for (const Mutant &mutant : mutants_of(source)) {
      if (mutant.operation == "late") list.push_back(mutant.edits.front().text);
    }
    return list;
  };
  EXPECT_THAT(late("input logic clk_i", "assign x = a && b;"),
              UnorderedElementsAre("$past(a && b)"));
  EXPECT_THAT(late("input logic clk_i", "assign x = dmar_pkg::UpdateDone;"), IsEmpty());
  EXPECT_THAT(late("input logic a_i", "assign x = a && b;"), IsEmpty());
  EXPECT_THAT(late("input logic clk_i", "always_comb x = a && b;"), IsEmpty());
}

TEST(Operators, Comparisons) {
  EXPECT_THAT(changes("a < b"), UnorderedElementsAre("a <= b", "a >= b", "1'b0", "1'b1"));
  EXPECT_THAT(changes("a == 3'd7"), UnorderedElementsAre("a != 3'd7", "a == 3'd0", "1'b0", "1'b1"));
}

TEST(Operators, Values) {
  EXPECT_THAT(changes("'0"), UnorderedElementsAre("'1"));
  EXPECT_THAT(changes("12'hFF0"), UnorderedElementsAre("12'hFF1"));
  EXPECT_THAT(changes("dmar_pkg::FR_NONE"), UnorderedElementsAre("(dmar_pkg::FR_NONE + 1'b1)"));
  EXPECT_THAT(changes("a + 1'b1"), UnorderedElementsAre("a - 1'b1", "a + 1'b0"));
  EXPECT_THAT(changes("~a[2]"), UnorderedElementsAre("a[2]", "~a[3]"));
}

TEST(Operators, Choices) {
  EXPECT_THAT(changes("a ? b : c"),
              UnorderedElementsAre("a ? (c) : (b)", "1'b0 ? b : c", "1'b1 ? b : c"));
}

TEST(Operators, WidthsAndParametersStay) {
  EXPECT_THAT(changes("{4{x}}"), IsEmpty());
  EXPECT_THAT(changes("8'(x[i*W +: 3])"), IsEmpty());
  EXPECT_THAT(changes("(Sets > 1) ? x : y"), UnorderedElementsAre("(Sets > 1) ? (y) : (x)"));
}

TEST(Operators, SetAndClearChangePlaces) {
  std::vector<std::string> list;
  const SourceFile source = module_with(
      "always_ff @(posedge clk_i) begin\nif (!rst_ni) q <= 1'b0;\nelse if (set || more) q <= "
      "1'b1;\n"
      "else if (clear) q <= 1'b0;\nend\nalways_comb begin\nif (a) x = b;\nelse if (c) x = d;\nend");
  for (const Mutant &mutant : mutants_of(source)) {
    if (mutant.operation == "priority") list.push_back(mutant.edits.front().text);
  }
  EXPECT_THAT(list, UnorderedElementsAre("(set || more) && !(clear)"));
}

TEST(Operators, AReadyMayBeIgnored) {
  std::vector<std::string> list;
  for (const Mutant &mutant : mutants_of(module_with("m u (.x_ready_i(y_ready), .z_i(z));"))) {
    list.push_back(mutant.edits.front().text);
  }
  EXPECT_THAT(list, UnorderedElementsAre("1'b1"));
}

TEST(Operators, AResetMayBeForgottenButNotUpsideDown) {
  const auto mutants =
      mutants_of(module_with("always_ff @(posedge clk_i) if (!rst_ni) q <= '0; else q <= d;"));
  std::set<std::string> conditions;
  for (const Mutant &m : mutants) {
    if (m.original == "if (!rst_ni)") conditions.insert(m.mutated);
  }
  EXPECT_THAT(conditions, UnorderedElementsAre("if (1'b0)"));
}

// All of the RTL is understood, and names stay unique, since equivalent.txt and results use them.
TEST(Catalogue, EveryMutantOfTheRtlHasANameOfItsOwn) {
  std::set<std::string> keys;
  std::size_t count = 0;
  for (const auto &entry : std::filesystem::recursive_directory_iterator(kRtl)) {
    if (entry.path().extension() != ".sv" || entry.path().filename() == "dmar_pkg.sv") continue;
    const SourceFile source(std::filesystem::relative(entry.path(), kRtl).string(),
                            read_text(entry.path()));
    for (const Mutant &mutant : mutants_of(source)) {
      ++count;
      EXPECT_TRUE(keys.insert(mutant.key()).second) << mutant.key();
    }
  }
  EXPECT_GT(count, 3000U);
}

TEST(Catalogue, TheSampleIsSpreadAndRepeatable) {
  std::vector<Mutant> all;
  for (const std::string file : {"a.sv", "b.sv", "c.sv"}) {
    for (unsigned site = 0; site < 10; ++site) {
      for (unsigned n = 0; n < (file == "a.sv" ? 1 : 5); ++n) {
        Mutant mutant;
        mutant.file = file;
        mutant.line = site;
        mutant.mutated = std::to_string(n);
        mutant.edits = {{site, mutant.mutated}};
        all.push_back(mutant);
      }
    }
  }
  const auto names = [](const std::vector<Mutant> &mutants) {
    std::vector<std::string> list;
    for (const Mutant &m : mutants) list.push_back(m.file + std::to_string(m.line) + m.mutated);
    return list;
  };
  const auto chosen = sample(all, 30, 1);
  std::map<std::string, unsigned> per_file;
  for (const Mutant &m : chosen) ++per_file[m.file];
  EXPECT_THAT(per_file, UnorderedElementsAre(std::pair("a.sv", 10U), std::pair("b.sv", 10U),
                                             std::pair("c.sv", 10U)));
  std::set<std::pair<std::string, unsigned>> places;
  for (const Mutant &m : chosen) places.emplace(m.file, m.line);
  EXPECT_EQ(places.size(), 30U) << "a site is taken twice before another was taken once";
  EXPECT_EQ(names(chosen), names(sample(all, 30, 1)));
  EXPECT_NE(names(chosen), names(sample(all, 30, 2)));
  EXPECT_EQ(sample(all, 1000, 1).size(), all.size());
}

TEST(Instrument, EveryMutantIsThereAndTheOriginalToo) {
  const SourceFile source = module_with("always_ff @(posedge clk_i) q <= a_i;");
  std::vector<Mutant> mutants = mutants_of(source);
  ASSERT_EQ(mutants.size(), 1U);  // the statement is left out
  mutants.front().id = 7;
  Mutant value = mutants.front();
  value.id = 8;
  value.edits = {{1, "!a_i"}};
  mutants.push_back(value);
  EXPECT_THAT(instrumented(source, mutants),
              HasSubstr("begin if ((dmar_mutant_pkg::selected != 7)) q <= "
                        "(dmar_mutant_pkg::selected == 8 ? (!a_i) : (a_i)); end"));
}

TEST(Instrument, LateMutantsAreRegisters) {
  const SourceFile source("folder/m.sv",
                          "module m (input logic clk_i);\nassign x = a;\nendmodule\n");
  std::vector<Mutant> mutants = mutants_of(source);
  ASSERT_EQ(mutants.size(), 1U);
  mutants.front().id = 3;
  EXPECT_THAT(instrumented(source, mutants),
              HasSubstr("logic [$bits(a)-1:0] mutant_late_3; always @(posedge clk_i) "
                        "mutant_late_3 <= a; assign x = "
                        "(dmar_mutant_pkg::selected == 3 ? (mutant_late_3) : (a));"));
}

TEST(Instrument, WithoutMutantsNothingChanges) {
  const SourceFile source = module_with("assign x = a_i && b;");
  EXPECT_EQ(instrumented(source, {}), source.text());
}

TEST(Named, TheChangeIsFound) {
  const SourceFile source = module_with("assign x = a && b;\nassign y = a && b;");
  std::string broken = source.text();
  broken.replace(broken.find("y = a && b"), 10, "y = a");
  const Mutant mutant = mutant_between(source, broken, "half_of_y");
  EXPECT_EQ(mutant.original, "half_of_y: assign y = a && b;");
  EXPECT_EQ(mutant.line, 3U);
  ASSERT_EQ(mutant.edits.size(), 1U);
  EXPECT_EQ(mutant.edits[0].site, 1U);
  EXPECT_EQ(mutant.edits[0].text, "a");
}

TEST(Named, MustChangeSomethingInsideASite) {
  const SourceFile source = module_with("localparam int W = 1;\nassign x = a && b;");
  EXPECT_THROW(mutant_between(source, source.text(), "nothing"), std::runtime_error);
  std::string broken = source.text();
  broken.replace(broken.find("W = 1"), 5, "W = 2");
  EXPECT_THROW(mutant_between(source, broken, "parameter"), std::runtime_error);
}

// mutants.txt has not gone stale.
TEST(Named, TheListFitsTheRtl) {
  Sources sources;
  const auto mutants = named_mutants(
      std::filesystem::path(DMAR_SOURCE_DIR) / "sim/mutation/mutants.txt", kRtl, sources);
  EXPECT_GE(mutants.size(), 30U);
}

// Those by hand, too, and what is judged equivalent elsewhere still has to exist.
TEST(Plan, MutantsOfSomeFilesAlone) {
  const std::filesystem::path out = std::filesystem::path(::testing::TempDir()) / "mutation_plan";
  const std::filesystem::path lists = std::filesystem::path(DMAR_SOURCE_DIR) / "sim/mutation";
  PlanOptions options{.rtl = kRtl,
                      .out = out,
                      .named = lists / "mutants.txt",
                      .equivalent = lists / "equivalent.txt",
                      .folders = {"axi", "fault", "interrupt", "invalidate", "regs", "translate"},
                      .files = {"interrupt/dmar_posting.sv", "axi/dmar_write_barrier.sv"},
                      .count = 20};
  std::map<std::string, unsigned> of_file;
  unsigned by_hand = 0;
  for (const Mutant &mutant : write_plan(options).mutants) {
    ++of_file[mutant.file];
    by_hand += mutant.operation == "by hand" ? 1 : 0;
  }
  EXPECT_THAT(of_file, ::testing::SizeIs(2));
  EXPECT_GE(by_hand, 3U);
  options.files = {"interrupt/dmar_nothing.sv"};
  EXPECT_THROW(write_plan(options), std::runtime_error);
  std::filesystem::remove_all(out);
}

}  // namespace
}  // namespace dmar::mutation
