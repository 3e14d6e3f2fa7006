// SPDX-License-Identifier: Apache-2.0
// Tokens, expressions and sites.
#include "site.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "catalogue.hpp"
#include "expression.hpp"

namespace dmar::mutation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> words(std::string_view source) {
  std::vector<std::string> list;
  for (const Token &token : tokenize(source)) {
    if (token.kind != Token::Kind::kEnd) list.emplace_back(token.text);
  }
  return list;
}

// What is at each site, with what the reader sees around it.
std::vector<std::string> sites(const std::string &body) {
  const std::string source = "module m (input logic a_i);\n" + body + "\nendmodule\n";
  std::vector<std::string> list;
  const std::vector<Token> tokens = tokenize(source);
  for (const Site &site : find_sites(tokens)) {
    const std::string text = source.substr(site.begin, site.end - site.begin);
    list.push_back(site.kind == Site::Kind::kStatement ? "may go: " + text
                                                       : site.before + text + site.after);
  }
  return list;
}

TEST(Sites, DefaultNetTypesAroundTheModule) {
  const std::string source =
      "`default_nettype none\nmodule m (input wire logic a_i);\nassign b = a_i;\nendmodule\n"
      "`default_nettype wire\n";
  const std::vector<Token> tokens = tokenize(source);
  const std::vector<Site> found = find_sites(tokens);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(source.substr(found[0].begin, found[0].end - found[0].begin), "a_i");
}

TEST(Tokens, NumbersAndCastsAreApart) {
  EXPECT_THAT(words("8'hFF 8'(x) '0 {4{2'b01}} 3'd2"),
              ElementsAre("8'hFF", "8", "'", "(", "x", ")", "'0", "{", "4", "{", "2'b01", "}", "}",
                          "3'd2"));
}

TEST(Tokens, CommentsCountLinesAndDisappear) {
  const auto tokens = tokenize("a // b\n/* c\n d */ e");
  ASSERT_EQ(tokens.size(), 3U);
  EXPECT_EQ(tokens[1].text, "e");
  EXPECT_EQ(tokens[1].line, 3U);
}

TEST(Expressions, BindAsTheStandardSays) {
  const auto tokens = tokenize("a || b && c == d + 1 ? x : y ? z : w");
  const Expression e = parse_expression(std::span(tokens).first(tokens.size() - 1));
  ASSERT_EQ(e.kind, Expression::Kind::kTernary);
  EXPECT_TRUE(e.children[0].operation->is("||"));
  EXPECT_TRUE(e.children[0].children[1].operation->is("&&"));
  EXPECT_TRUE(e.children[0].children[1].children[1].operation->is("=="));
  EXPECT_EQ(e.children[2].kind, Expression::Kind::kTernary);
}

TEST(Expressions, WhatIsNotUnderstoodIsAnError) {
  for (const std::string text : {"a +", "a b", "(a", "{a", "a ? b"}) {
    const auto tokens = tokenize(text);
    EXPECT_THROW(parse_expression(std::span(tokens).first(tokens.size() - 1)), SourceError) << text;
  }
}

TEST(Sites, AssignmentsConditionsAndInputs) {
  EXPECT_THAT(sites("assign x = a && b;"), ElementsAre("assign x = a && b;"));
  EXPECT_THAT(sites("always_ff @(posedge clk_i) if (a) q <= b;"),
              ElementsAre("if (a)", "may go: q <= b;", "q <= b;"));
  EXPECT_THAT(sites("sub #(.W(3 + 1)) u (.a_i(b && c), .d_i, .o_o(e));"),
              ElementsAre(".a_i(b && c)"));
}

TEST(Sites, CombinationalSignalsKeepTheirFirstAssignment) {
  EXPECT_THAT(sites("always_comb begin x = '0; case (s) A: x = 1; default: y = 1; endcase end"),
              ElementsAre("x = '0;", "may go: x = 1;", "x = 1;", "y = 1;"));
}

TEST(Sites, WhatMustStayConstantIsLeftAlone) {
  EXPECT_THAT(sites("localparam int W = 1 + 2;\n"
                    "function automatic logic f(input logic x); f = x && 1; endfunction\n"
                    "typedef enum logic {A, B} t; t s;\n"
                    "if (W > 2) begin : g logic q = 1'b0; end else begin : h end\n"
                    "for (genvar i = 0; i < 4; i++) begin : k end"),
              IsEmpty());
}

TEST(Sites, ChecksAreLeftAlone) {
  EXPECT_THAT(sites("`DMAR_ASSERT(A, a && b)\n`ifndef SYNTHESIS\nassign x = a;\n`endif\n"),
              IsEmpty());
}

TEST(Sites, AnErrorNamesFileAndLine) {
  try {
    SourceFile("x.sv", "module m;\nalways_comb begin\n nonsense;\nend\nendmodule");
    FAIL() << "no error";
  } catch (const std::runtime_error &error) {
    EXPECT_THAT(error.what(), HasSubstr("x.sv: line 3"));
  }
}

}  // namespace
}  // namespace dmar::mutation
