// SPDX-License-Identifier: Apache-2.0
#include "site.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace dmar::mutation {

namespace {

class Scanner {
 public:
  explicit Scanner(std::span<const Token> tokens) : tokens_(tokens) {}

  std::vector<Site> run() {
    while (!at_end()) item();
    return std::move(sites_);
  }

 private:
  [[nodiscard]] const Token &now() const { return tokens_[at_]; }
  [[nodiscard]] bool at_end() const { return now().kind == Token::Kind::kEnd; }
  [[nodiscard]] bool at(std::string_view text) const { return now().is(text); }
  [[noreturn]] void fail(const std::string &what) const {
    throw SourceError(now().line, fmt::format("{} at '{}'", what, now().text));
  }
  const Token &take() {
    if (at_end()) fail("unexpected end");
    return tokens_[at_++];
  }
  bool accept(std::string_view text) {
    if (!at(text)) return false;
    ++at_;
    return true;
  }
  void expect(std::string_view text) {
    if (!accept(text)) fail(fmt::format("'{}' expected", text));
  }

  // From the token here over brackets to `stop`, which is not taken. The tokens between.
  std::span<const Token> until(std::initializer_list<std::string_view> stops) {
    const std::size_t first = at_;
    for (int depth = 0;; ++at_) {
      if (at_end()) fail("unexpected end");
      if (depth == 0 && std::ranges::find(stops, now().text) != stops.end()) break;
      if (at("(") || at("[") || at("{")) ++depth;
      if (at(")") || at("]") || at("}")) --depth;
    }
    return tokens_.subspan(first, at_ - first);
  }
  void skip_to(std::string_view stop) {
    until({stop});
    take();
  }
  void skip_past(std::string_view word) {
    while (!accept(word)) take();
  }
  void skip_parentheses() {
    expect("(");
    skip_to(")");
  }

  void directive() {
    const Token &token = take();
    if (token.is("`include") || token.is("`default_nettype")) {
      take();
    } else if (token.is("`ifndef") || token.is("`ifdef")) {
      skip_past("`endif");  // simulation only
    } else if (at("(")) {
      skip_parentheses();  // a check
    }
  }

  // At module level. begin and end of generate blocks need no attention.
  void item() {
    if (now().kind == Token::Kind::kDirective) {
      directive();
    } else if (accept("module")) {
      skip_to(";");
    } else if (accept("function")) {
      skip_past("endfunction");
    } else if (at("always_comb") || at("always_ff") || at("always_latch")) {
      always();
    } else if (accept("assign")) {
      assignment("assign ");
    } else if (accept("if") || accept("for")) {
      skip_parentheses();
    } else if (accept("begin")) {
      if (accept(":")) take();
    } else if (accept("end") || accept("else") || accept("endmodule") || accept("generate") ||
               accept("endgenerate") || accept(":")) {
      // Nothing to do: of a generate block, or its label.
    } else if (now().kind == Token::Kind::kName && is_instance()) {
      instance();
    } else {
      skip_to(";");  // a declaration, an elaboration check
    }
  }

  // name name (   or   name #(
  [[nodiscard]] bool is_instance() const {
    const Token &second = tokens_[at_ + 1];
    if (second.is("#")) return true;
    return second.kind == Token::Kind::kName && tokens_[at_ + 2].is("(");
  }

  void instance() {
    take();
    if (accept("#")) skip_parentheses();
    take();
    expect("(");
    while (!accept(")")) {
      if (accept(",")) continue;
      expect(".");
      const Token &port = take();
      if (!accept("(")) continue;
      const auto expression = until({")"});
      take();
      if (port.text.ends_with("_i") && !expression.empty()) {
        add(Site::Kind::kInput, expression, fmt::format(".{}(", port.text), ")");
      }
    }
    expect(";");
  }

  void always() {
    combinational_ = !at("always_ff");
    assigned_.clear();
    take();
    if (accept("@")) skip_parentheses();
    statement();
  }

  void statement() {
    if (accept(";")) return;
    if (now().kind == Token::Kind::kDirective) return directive();
    if (accept("begin")) return block();
    if (accept("if")) return branch();
    if (accept("unique") || accept("priority")) return statement();
    if (accept("case") || accept("casez")) return cases();
    if (accept("for")) {
      skip_parentheses();
      return statement();
    }
    if (at("logic") || at("int") || at("automatic")) return skip_to(";");
    assignment("");
  }

  void block() {
    if (accept(":")) take();
    while (!accept("end")) statement();
    if (accept(":")) take();
  }

  void branch() {
    expect("(");
    const auto condition = until({")"});
    take();
    const std::size_t here = sites_.size();
    add(Site::Kind::kCondition, condition, "if (", ")");
    statement();
    if (!accept("else")) return;
    if (!combinational_ && at("if")) sites_[here].rival = condition_here();
    statement();
  }

  // Of the `if` that comes next, which is not taken.
  std::string condition_here() {
    const std::size_t before = at_;
    take();
    expect("(");
    std::string text = text_of(until({")"}));
    at_ = before;
    return text;
  }

  void cases() {
    skip_parentheses();
    while (!accept("endcase")) {
      until({":"});
      take();
      statement();
    }
  }

  void assignment(const std::string &keyword) {
    const std::size_t first = at_;
    const auto target = until({"=", "<=", ";"});
    if (at(";")) fail("an assignment expected");
    const Token &equals = take();
    const auto value = until({";"});
    const Token &semicolon = take();
    const std::string name = text_of(target);
    const std::string before = fmt::format("{}{} {} ", keyword, name, equals.text);
    if (keyword.empty() && may_be_left_out(target)) {
      Site site;
      site.kind = Site::Kind::kStatement;
      site.begin = tokens_[first].begin;
      site.end = semicolon.end();
      site.line = tokens_[first].line;
      site.before = before + text_of(value) + ";";
      sites_.push_back(site);
    }
    add(Site::Kind::kValue, value, before, ";");
    assigned_.insert(std::string(target.front().text));
  }

  // A register keeps its value then; a combinational signal needs a value from further up.
  [[nodiscard]] bool may_be_left_out(std::span<const Token> target) const {
    return !combinational_ || assigned_.contains(std::string(target.front().text));
  }

  static std::string text_of(std::span<const Token> tokens) {
    const char *begin = tokens.front().text.data();
    const char *end = tokens.back().text.data() + tokens.back().text.size();
    return plain_text({begin, static_cast<std::size_t>(end - begin)});
  }

  void add(Site::Kind kind, std::span<const Token> expression, const std::string &before,
           const std::string &after) {
    sites_.push_back({kind, expression.front().begin, expression.back().end(),
                      expression.front().line, expression, before, after});
  }

  std::span<const Token> tokens_;
  std::size_t at_ = 0;
  bool combinational_ = false;
  std::set<std::string> assigned_;  // so far in this always block
  std::vector<Site> sites_;
};

}  // namespace

std::vector<Site> find_sites(std::span<const Token> tokens) { return Scanner(tokens).run(); }

std::string plain_text(std::string_view source) {
  std::string text;
  std::size_t end = 0;
  for (const Token &token : tokenize(source)) {
    if (!text.empty() && token.begin != end && token.kind != Token::Kind::kEnd) text += ' ';
    text += token.text;
    end = token.end();
  }
  return text;
}

}  // namespace dmar::mutation
